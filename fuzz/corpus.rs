//! The inputs that a fuzzer found worth keeping, many in one file (see
//! corpus.py): each with its length before it, all of it packed with gzip.

use std::io::{Error, Read, Result};
use std::path::Path;

/// The inputs in a file.
pub fn read(file: &Path) -> Result<Vec<Vec<u8>>> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file)?).read_to_end(&mut bytes)?;
    let (mut rest, mut inputs) = (&bytes[..], Vec::new());
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some((input, behind)) = behind.split_at_checked(length) else { return Err(Error::other("cut short")) };
        inputs.push(input.to_vec());
        rest = behind;
    }
    Ok(inputs)
}
