//! Compressed input by its magic bytes, streamed in constant memory.

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use liblzma::read::XzDecoder;
use std::io::{Cursor, Read, Result};

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, any number of members.
    Gzip,
    /// Zstandard, any number of frames.
    Zstd,
    /// bzip2, any number of streams.
    Bzip2,
    /// xz, any number of streams.
    Xz,
}

/// A window of 128 MiB is the most that a zstd frame may ask for.
const ZSTD_WINDOW_LOG: u32 = 27;

impl Compression {
    /// By the first bytes.
    pub fn of(magic: &[u8]) -> Compression {
        match magic {
            [0x1f, 0x8b, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Compression::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Compression::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0x00, ..] => Compression::Xz,
            _ => Compression::Plain,
        }
    }
}

/// Looks at the first bytes and puts the right decoder in front.
///
/// # Errors
/// If the first bytes cannot be read or a decoder cannot be set up.
pub fn decompress(mut source: Box<dyn Read + Send>) -> Result<(Compression, Box<dyn Read + Send>)> {
    let mut magic = Vec::with_capacity(6);
    source.by_ref().take(6).read_to_end(&mut magic)?;
    let compression = Compression::of(&magic);
    let whole = Cursor::new(magic).chain(source);
    let decoded: Box<dyn Read + Send> = match compression {
        Compression::Plain => Box::new(whole),
        Compression::Gzip => Box::new(MultiGzDecoder::new(std::io::BufReader::with_capacity(1 << 16, whole))),
        Compression::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::new(whole)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
        Compression::Bzip2 => Box::new(MultiBzDecoder::new(whole)),
        Compression::Xz => Box::new(XzDecoder::new_multi_decoder(whole)),
    };
    Ok((compression, decoded))
}
