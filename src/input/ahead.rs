//! Decompression on a thread of its own, once there is enough of it: looking at
//! the head of an archive needs no thread.

use std::io::{Read, Result};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// So many bytes are decoded by whoever asks for them.
const ALONE: u64 = 4 << 20;
/// So many bytes are handed over at a time …
const CHUNK: usize = 1 << 18;
/// … and so many of these may wait.
const WAITING: usize = 4;

/// A decoder, or a thread that has it.
pub(super) struct Ahead {
    state: State,
}

enum State {
    Alone { decoder: Box<dyn Read + Send>, read: u64 },
    Beside(Beside),
    Lost,
}

/// What a thread decodes.
struct Beside {
    chunks: Receiver<Chunk>,
    used: Sender<Vec<u8>>,
    chunk: Vec<u8>,
    at: usize,
}

enum Chunk {
    Bytes(Vec<u8>),
    /// The end, or an error; the decoder goes back, since a file may grow.
    End(Box<dyn Read + Send>, Result<()>),
}

impl Ahead {
    pub(super) fn new(decoder: Box<dyn Read + Send>) -> Ahead {
        Ahead { state: State::Alone { decoder, read: 0 } }
    }
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if let State::Alone { decoder, read } = &mut self.state {
            if *read < ALONE {
                let more = decoder.read(buffer)?;
                *read += more as u64;
                return Ok(more);
            }
            if let State::Alone { decoder, .. } = std::mem::replace(&mut self.state, State::Lost) {
                self.state = State::Beside(begin(decoder));
            }
        }
        let State::Beside(beside) = &mut self.state else {
            return Err(std::io::Error::other("the thread that unpacks it has ended"));
        };
        if beside.at == beside.chunk.len() {
            let used = std::mem::take(&mut beside.chunk);
            // Nobody needs it any more once the end was reached.
            let _ = beside.used.send(used);
            beside.at = 0;
            match beside.chunks.recv() {
                Ok(Chunk::Bytes(bytes)) => beside.chunk = bytes,
                Ok(Chunk::End(decoder, result)) => {
                    self.state = State::Alone { decoder, read: 0 };
                    return result.map(|()| 0);
                }
                Err(_) => {
                    self.state = State::Lost;
                    return self.read(buffer);
                }
            }
        }
        let length = buffer.len().min(beside.chunk.len() - beside.at);
        buffer[..length].copy_from_slice(&beside.chunk[beside.at..beside.at + length]);
        beside.at += length;
        Ok(length)
    }
}

fn begin(decoder: Box<dyn Read + Send>) -> Beside {
    let (send, chunks) = sync_channel(WAITING);
    let (used, spare) = channel();
    std::thread::spawn(move || decode(decoder, &send, &spare));
    Beside { chunks, used, chunk: Vec::new(), at: 0 }
}

/// Decodes until the end, or until nobody wants it any more.
fn decode(mut decoder: Box<dyn Read + Send>, send: &SyncSender<Chunk>, spare: &Receiver<Vec<u8>>) {
    loop {
        let mut bytes = spare.try_recv().unwrap_or_default();
        bytes.resize(CHUNK, 0);
        let (mut filled, mut end) = (0, None);
        while filled < CHUNK && end.is_none() {
            match decoder.read(&mut bytes[filled..]) {
                Ok(0) => end = Some(Ok(())),
                Ok(more) => filled += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => end = Some(Err(error)),
            }
        }
        bytes.truncate(filled);
        if filled > 0 && send.send(Chunk::Bytes(bytes)).is_err() {
            return;
        }
        if let Some(end) = end {
            let _ = send.send(Chunk::End(decoder, end));
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Error};

    /// Gives some bytes and then fails, each time that it is asked.
    struct Fails(Cursor<Vec<u8>>);

    impl Read for Fails {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(Error::other("damaged")),
                more => Ok(more),
            }
        }
    }

    fn bytes() -> Vec<u8> {
        (0..ALONE as usize + 5 * CHUNK + 7).map(|n| (n * 31 % 251) as u8).collect()
    }

    #[test]
    fn what_comes_out_is_what_went_in() {
        let mut ahead = Ahead::new(Box::new(Cursor::new(bytes())));
        let mut all = Vec::new();
        ahead.read_to_end(&mut all).expect("readable");
        assert!(all == bytes());
        assert_eq!(ahead.read(&mut [0; 8]).expect("still at the end"), 0);
    }

    #[test]
    fn an_error_comes_behind_what_was_good() {
        let mut ahead = Ahead::new(Box::new(Fails(Cursor::new(bytes()))));
        let (mut all, mut buffer) = (Vec::new(), [0; 10_000]);
        let error = loop {
            match ahead.read(&mut buffer) {
                Ok(read) => all.extend_from_slice(&buffer[..read]),
                Err(error) => break error,
            }
        };
        assert!(all == bytes());
        assert_eq!(error.to_string(), "damaged");
        assert_eq!(ahead.read(&mut buffer).expect_err("again").to_string(), "damaged");
    }
}
