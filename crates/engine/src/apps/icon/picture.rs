//! Pictures from outside: read within bounds, and drawn anew. Nothing of their own bytes is kept or served.
//!
//! No SVG: it is a document with references, scripts and filters, and what renders it well is larger than all else in here.
//! An app that shows one has a PNG or an ICO beside it as a rule.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ImageFormat, ImageReader, Limits};

/// The longest side of what is kept.
const SIDE: u32 = 256;
/// The longest side of what is read.
const LONGEST: u32 = 2048;
/// How much memory reading one may take.
const MEMORY: u64 = 48 * 1024 * 1024;
/// What is taken for a picture.
const KINDS: [ImageFormat; 5] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::Gif,
    ImageFormat::Ico,
    ImageFormat::WebP,
];

/// The picture as a PNG of at most 256 by 256; `None` where it is none, is damaged, or is too large.
pub(super) fn redraw(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    reader.format().filter(|kind| KINDS.contains(kind))?;
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let picture = match picture.width().max(picture.height()) {
        0 => return None,
        side if side > SIDE => picture.thumbnail(SIDE, SIDE),
        _ => picture,
    };
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Adaptive);
    picture.to_rgba8().write_with_encoder(encoder).ok()?;
    Some(png)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, RgbaImage};

    use super::*;

    fn encoded(width: u32, height: u32, kind: ImageFormat) -> Vec<u8> {
        let picture = DynamicImage::from(RgbaImage::from_fn(width, height, |x, y| {
            image::Rgba([(x * 7) as u8, (y * 5) as u8, (x + y) as u8, 255])
        }));
        let picture = if kind == ImageFormat::Jpeg {
            picture.to_rgb8().into()
        } else {
            picture
        };
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, kind).unwrap();
        bytes.into_inner()
    }

    fn size(png: &[u8]) -> (u32, u32) {
        assert_eq!(image::guess_format(png).unwrap(), ImageFormat::Png);
        let picture = image::load_from_memory(png).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn a_picture_becomes_a_png_of_at_most_256() {
        for kind in KINDS {
            assert_eq!(size(&redraw(&encoded(48, 32, kind)).unwrap()), (48, 32), "{kind:?}");
        }
        let large = encoded(1024, 512, ImageFormat::Png);
        assert_eq!(size(&redraw(&large).unwrap()), (256, 128));
    }

    #[test]
    fn sec_28_nothing_of_a_picture_is_kept_but_what_it_shows() {
        let mut bytes = encoded(8, 8, ImageFormat::Png);
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let png = redraw(&bytes).unwrap();
        assert!(!String::from_utf8_lossy(&png).contains("script"));
    }

    /// The head of a PNG of that size, whose one line of pixels repeats for ever.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let small = encoded(1, 1, ImageFormat::Png);
        let mut bytes = small.clone();
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let checksum = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
        bytes
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let mut crc = !0_u32;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            }
        }
        !crc
    }

    #[test]
    fn sec_28_bombs_and_what_is_no_picture_are_refused() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let bmp_head = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f\x01\0\x20\0";
        let refused: [(&str, &[u8]); 9] = [
            ("nothing", b""),
            ("text", b"hello"),
            ("a page", b"<!doctype html><title>Not found</title>"),
            ("SVG", svg),
            ("a kind that is not taken", bmp_head),
            ("a PNG of 100,000 by 100,000", &bomb(100_000, 100_000)),
            ("a PNG of 2 by 2 billion", &bomb(0x7fff_ffff, 0x7fff_ffff)),
            ("a PNG without size", &bomb(0, 0)),
            ("half an ICO", &encoded(64, 64, ImageFormat::Ico)[..40]),
        ];
        for (what, bytes) in refused {
            assert_eq!(redraw(bytes), None, "{what}");
        }
    }

    #[test]
    fn damaged_pictures_end_well_whatever_is_damaged() {
        for kind in KINDS {
            let whole = encoded(24, 24, kind);
            for cut in (0..whole.len()).step_by(whole.len() / 40 + 1) {
                let _any = redraw(&whole[..cut]);
            }
            // Each place in turn with what is likely to be read as a length, an offset or a colour out of bounds.
            for place in (0..whole.len().min(96)).chain((96..whole.len()).step_by(29)) {
                for value in [0x00, 0x7f, 0xff] {
                    let mut damaged = whole.clone();
                    damaged[place] = value;
                    if let Some(png) = redraw(&damaged) {
                        let (width, height) = size(&png);
                        assert!(width <= SIDE && height <= SIDE, "{kind:?} at {place}");
                    }
                }
            }
        }
    }
}
