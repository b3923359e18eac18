//! Compressed input by its magic bytes, streamed in constant memory.

use super::ahead::Ahead;
use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use liblzma::read::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};
use std::io::{Cursor, Error, Read, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// An xz stream may ask for so many bytes of memory: more than `xz -9` needs.
const XZ_MEMORY: u64 = 128 << 20;

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

/// What unpacks to more than this is looked at more closely …
const LARGE: u64 = 1 << 30;
/// … and is no log if it is so many times as large as it was: logs pack 10 to 50 to one.
const MOST: u64 = 200;

/// Looks at the first bytes and puts the right decoder in front. Reading ends
/// with an error where so little unpacks to so much that it can be no log.
///
/// # Errors
/// If the first bytes cannot be read or a decoder cannot be set up.
pub fn decompress(mut source: Box<dyn Read + Send>) -> Result<(Compression, Box<dyn Read + Send>)> {
    let mut magic = Vec::with_capacity(6);
    source.by_ref().take(6).read_to_end(&mut magic)?;
    let compression = Compression::of(&magic);
    let packed = Arc::new(AtomicU64::new(0));
    let whole = Counted(Cursor::new(magic).chain(source), packed.clone());
    let decoded: Box<dyn Read + Send> = match compression {
        Compression::Plain => return Ok((compression, Box::new(whole.0))),
        Compression::Gzip => Box::new(MultiGzDecoder::new(std::io::BufReader::with_capacity(1 << 16, whole))),
        Compression::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::new(whole)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
        Compression::Bzip2 => Box::new(MultiBzDecoder::new(whole)),
        Compression::Xz => {
            let stream = Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED)?;
            Box::new(XzDecoder::new_stream(whole, stream))
        }
    };
    let bounded = Bounded { decoded, packed, unpacked: 0 };
    Ok((compression, Box::new(Ahead::new(Box::new(bounded)))))
}

/// Counts the bytes that are read.
pub struct Counted<R>(pub R, pub Arc<AtomicU64>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Ends what a few bytes blow up to without end.
struct Bounded {
    decoded: Box<dyn Read + Send>,
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.unpacked > LARGE && self.unpacked / MOST > self.packed.load(Ordering::Relaxed) {
            let text = format!(
                "stopped after {} MiB, since it unpacks to more than {MOST} times its size; \
                 if that is right, unpack it and import what comes out",
                self.unpacked >> 20
            );
            return Err(Error::other(text));
        }
        let read = self.decoded.read(buffer)?;
        self.unpacked += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many MiB of zeros in as many members.
    fn zeros(mib: usize) -> Vec<u8> {
        let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::copy(&mut std::io::repeat(0).take(1 << 20), &mut member).expect("packed");
        member.finish().expect("packed").repeat(mib)
    }

    fn unpacked(bytes: Vec<u8>) -> (u64, Result<u64>) {
        let (_, mut decoded) = decompress(Box::new(Cursor::new(bytes))).expect("gzip");
        let (mut buffer, mut all) = (vec![0; 1 << 18], 0);
        loop {
            match decoded.read(&mut buffer) {
                Ok(0) => return (all, Ok(all)),
                Ok(read) => all += read as u64,
                Err(error) => return (all, Err(error)),
            }
        }
    }

    #[test]
    fn a_bomb_is_let_go() {
        let (all, ended) = unpacked(zeros(2000));
        let error = ended.expect_err("a bomb").to_string();
        assert!((LARGE..LARGE + (1 << 20)).contains(&all), "{all}");
        assert!(error.starts_with("stopped after 1024 MiB, since it unpacks to more than 200 times"), "{error}");
        assert_eq!(unpacked(zeros(100)).1.expect("small"), 100 << 20);
    }
}
