//! The inputs that a fuzzer found worth keeping, many in one file: each with its
//! length before it (32 bits, little endian), all of it packed with zstd.

use std::io::{Error, Result};
use std::path::Path;

/// The inputs in a file.
pub fn read(file: &Path) -> Result<Vec<Vec<u8>>> {
    let bytes = zstd::decode_all(std::fs::File::open(file)?)?;
    let (mut rest, mut inputs) = (&bytes[..], Vec::new());
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some((input, behind)) = behind.split_at_checked(length) else { return Err(Error::other("cut short")) };
        inputs.push(input.to_vec());
        rest = behind;
    }
    Ok(inputs)
}
