//! A chunked body: strictly read, so that no other reader sees its end in another place.

use bytes::{Buf, Bytes, BytesMut};
use http::HeaderMap;

use super::head::{Fault, read_trailers};

/// The most bytes of chunk extensions in one body.
const EXTENSIONS: usize = 16 * 1024;
/// The most bytes of trailers.
const TRAILERS: usize = 16 * 1024;

/// Where in a chunked body the reader is.
#[derive(Debug)]
pub(crate) struct Chunks {
    at: At,
    /// Whether its sender may fill up a size with spaces, as old servers do.
    may_pad: bool,
    extensions: usize,
    trailers: Vec<u8>,
}

/// What a chunked body holds.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Bytes of a chunk.
    Data(Bytes),
    /// Its end, with what came after the last chunk.
    End(HeaderMap),
}

#[derive(Clone, Copy, Debug)]
enum At {
    Size { size: u64, digits: u8 },
    Padding { size: u64 },
    Extension { size: u64 },
    SizeEnd { size: u64 },
    Data { left: u64 },
    DataEnd { is_after_cr: bool },
    Trailers,
}

impl Chunks {
    /// At the first byte of a browser's body.
    pub(crate) fn of_browser() -> Self {
        Self {
            at: At::Size { size: 0, digits: 0 },
            may_pad: false,
            extensions: 0,
            trailers: Vec::new(),
        }
    }

    /// At the first byte of an app's body. It is framed anew for the browser.
    pub(crate) fn of_app() -> Self {
        Self {
            may_pad: true,
            ..Self::of_browser()
        }
    }

    /// Takes the next of what the body holds from `bytes`, if it is there. Not to be asked again after its end.
    pub(crate) fn next(&mut self, bytes: &mut BytesMut) -> Result<Option<Piece>, Fault> {
        let mut read = 0;
        while read < bytes.len() {
            if let At::Data { left } = &mut self.at {
                bytes.advance(read);
                // At most the length of a slice.
                let here = (*left).min(bytes.len() as u64) as usize;
                *left -= here as u64;
                if *left == 0 {
                    self.at = At::DataEnd { is_after_cr: false };
                }
                return Ok(Some(Piece::Data(bytes.split_to(here).freeze())));
            }
            let is_over = self.step(bytes[read])?;
            read += 1;
            if is_over {
                bytes.advance(read);
                return read_trailers(&self.trailers).map(|trailers| Some(Piece::End(trailers)));
            }
        }
        bytes.clear();
        Ok(None)
    }

    fn step(&mut self, byte: u8) -> Result<bool, Fault> {
        self.at = match (self.at, byte) {
            (
                At::Size {
                    size,
                    digits: digits @ ..15,
                },
                _,
            ) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                At::Size {
                    size: size * 16 + u64::from(digit),
                    digits: digits + 1,
                }
            }
            (At::Size { size, digits: 1.. } | At::Padding { size }, b';') => At::Extension { size },
            (At::Size { size, digits: 1.. } | At::Padding { size } | At::Extension { size }, b'\r') => {
                At::SizeEnd { size }
            }
            (At::Size { size, digits: 1.. } | At::Padding { size }, b' ' | b'\t') if self.may_pad => {
                self.count_extension()?;
                At::Padding { size }
            }
            (At::Extension { size }, _) if byte == b'\t' || (b' '..0x7f).contains(&byte) => {
                self.count_extension()?;
                At::Extension { size }
            }
            (At::SizeEnd { size: 0 }, b'\n') => At::Trailers,
            (At::SizeEnd { size }, b'\n') => At::Data { left: size },
            (At::DataEnd { is_after_cr: false }, b'\r') => At::DataEnd { is_after_cr: true },
            (At::DataEnd { is_after_cr: true }, b'\n') => At::Size { size: 0, digits: 0 },
            (At::Trailers, _) => return self.trailer(byte),
            _ => return Err(Fault::Malformed),
        };
        Ok(false)
    }

    fn count_extension(&mut self) -> Result<(), Fault> {
        self.extensions += 1;
        if self.extensions > EXTENSIONS {
            return Err(Fault::Malformed);
        }
        Ok(())
    }

    fn trailer(&mut self, byte: u8) -> Result<bool, Fault> {
        let is_after_cr = self.trailers.last() == Some(&b'\r');
        if self.trailers.len() == TRAILERS || (byte == b'\n') != is_after_cr {
            return Err(Fault::Malformed);
        }
        self.trailers.push(byte);
        Ok(self.trailers == b"\r\n" || self.trailers.ends_with(b"\r\n\r\n"))
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::{Chunks, Piece};
    use crate::cases::check;

    #[test]
    fn sec_33_a_chunked_body_has_one_end_or_is_refused_however_it_arrives() {
        check(include_str!("../../tests/cases/chunks.txt"), |case| {
            let (whole, held) = read(Chunks::of_browser(), &case.input, case.input.len());
            for step in 1..case.input.len() {
                let in_steps = read(Chunks::of_browser(), &case.input, step);
                assert_eq!(in_steps.0, whole, "in steps of {step}: {}", case.title);
                if whole != "refused" {
                    assert_eq!(in_steps.1, held, "in steps of {step}: {}", case.title);
                }
            }
            whole
        });
    }

    /// What becomes of a body, and what it holds.
    fn read(mut chunks: Chunks, text: &str, step: usize) -> (String, Vec<u8>) {
        let (mut bytes, mut held, mut arrived) = (BytesMut::new(), Vec::new(), 0);
        for piece in text.as_bytes().chunks(step) {
            bytes.extend_from_slice(piece);
            arrived += piece.len();
            loop {
                match chunks.next(&mut bytes) {
                    Ok(Some(Piece::Data(data))) => held.extend_from_slice(&data),
                    Ok(Some(Piece::End(_))) => return (format!("ends at {}", arrived - bytes.len()), held),
                    Ok(None) => break,
                    Err(_) => return ("refused".to_owned(), held),
                }
            }
        }
        ("goes on".to_owned(), held)
    }

    #[test]
    fn what_it_holds_comes_out_and_what_frames_it_does_not() {
        let (end, held) = read(
            Chunks::of_browser(),
            "3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nx: y\r\n\r\nnext",
            5,
        );
        assert_eq!((end.as_str(), held.as_slice()), ("ends at 29", &b"abcd"[..]));
    }

    #[test]
    fn an_app_may_fill_up_a_size_with_spaces_and_a_browser_may_not() {
        let body = "3  \r\nabc\r\n0 \r\n\r\n";
        assert_eq!(read(Chunks::of_app(), body, 4).0, "ends at 16");
        assert_eq!(read(Chunks::of_browser(), body, 4).0, "refused");
        let flood = format!("3{}", " ".repeat(20_000));
        assert_eq!(read(Chunks::of_app(), &flood, flood.len()).0, "refused");
    }

    #[test]
    fn a_flood_of_extensions_is_refused() {
        let flood = "1;aaaaaaaaaaaaaaaa\r\nx\r\n".repeat(1100);
        assert_eq!(read(Chunks::of_browser(), &flood, flood.len()).0, "refused");
    }

    #[test]
    fn a_flood_of_trailers_is_refused() {
        let flood = format!("0\r\n{}", "X: aaaaaaaaaaaaaaaa\r\n".repeat(1100));
        assert_eq!(read(Chunks::of_browser(), &flood, flood.len()).0, "refused");
    }
}
