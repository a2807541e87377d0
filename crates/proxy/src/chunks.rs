//! The frame of a chunked body, read along with hyper: strictly, so that the two agree on where the body ends.

use crate::head::{Fault, check_trailers};

/// The most bytes of chunk extensions in one body.
const EXTENSIONS: usize = 16 * 1024;
/// The most bytes of trailers.
const TRAILERS: usize = 16 * 1024;

/// Where in a chunked body the reader is.
#[derive(Debug)]
pub(crate) struct Chunks {
    at: At,
    extensions: usize,
    trailers: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Size { size: u64, digits: u8 },
    Extension { size: u64 },
    SizeEnd { size: u64 },
    Data { left: u64 },
    DataEnd { is_after_cr: bool },
    Trailers,
}

impl Chunks {
    /// At a body's first byte.
    pub(crate) fn new() -> Self {
        Self {
            at: At::Size { size: 0, digits: 0 },
            extensions: 0,
            trailers: Vec::new(),
        }
    }

    /// Reads on; answers how many of `bytes` belong to the body, if it ends among them.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<Option<usize>, Fault> {
        let mut index = 0;
        while index < bytes.len() {
            if let At::Data { left } = &mut self.at {
                let here = (*left).min((bytes.len() - index) as u64);
                *left -= here;
                // At most the length of a slice.
                index += here as usize;
                if *left == 0 {
                    self.at = At::DataEnd { is_after_cr: false };
                }
                continue;
            }
            let is_over = self.step(bytes[index])?;
            index += 1;
            if is_over {
                return Ok(Some(index));
            }
        }
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
            (At::Size { size, digits: 1.. }, b';') => At::Extension { size },
            (At::Size { size, digits: 1.. }, b'\r') | (At::Extension { size }, b'\r') => At::SizeEnd { size },
            (At::Extension { size }, _) if byte == b'\t' || (b' '..0x7f).contains(&byte) => {
                self.extensions += 1;
                if self.extensions > EXTENSIONS {
                    return Err(Fault::Malformed);
                }
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

    fn trailer(&mut self, byte: u8) -> Result<bool, Fault> {
        let is_after_cr = self.trailers.last() == Some(&b'\r');
        if self.trailers.len() == TRAILERS || (byte == b'\n') != is_after_cr {
            return Err(Fault::Malformed);
        }
        self.trailers.push(byte);
        let is_over = self.trailers == b"\r\n" || self.trailers.ends_with(b"\r\n\r\n");
        if is_over {
            check_trailers(&self.trailers)?;
        }
        Ok(is_over)
    }
}

#[cfg(test)]
mod tests {
    use super::Chunks;
    use crate::cases::check;

    #[test]
    fn sec_33_a_chunked_body_has_one_end_or_is_refused_however_it_arrives() {
        check(include_str!("../tests/cases/chunks.txt"), |case| {
            let whole = read(&case.input, case.input.len());
            assert_eq!(whole, read(&case.input, 1), "byte by byte: {}", case.title);
            whole
        });
    }

    fn read(text: &str, step: usize) -> String {
        let mut chunks = Chunks::new();
        let mut before = 0;
        for piece in text.as_bytes().chunks(step) {
            match chunks.read(piece) {
                Ok(Some(end)) => return format!("ends at {}", before + end),
                Ok(None) => before += piece.len(),
                Err(_) => return "refused".to_owned(),
            }
        }
        "goes on".to_owned()
    }

    #[test]
    fn a_flood_of_extensions_is_refused() {
        let flood = "1;aaaaaaaaaaaaaaaa\r\nx\r\n".repeat(1100);
        assert_eq!(read(&flood, flood.len()), "refused");
    }

    #[test]
    fn a_flood_of_trailers_is_refused() {
        let flood = format!("0\r\n{}", "X: aaaaaaaaaaaaaaaa\r\n".repeat(1100));
        assert_eq!(read(&flood, flood.len()), "refused");
    }
}
