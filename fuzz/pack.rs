//! `pack FOLDER FILE` makes a corpus file of a folder's files; `unpack FILE
//! FOLDER` writes one file an input.

mod corpus;

use std::io::{Error, Result};
use std::path::Path;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["pack", folder, file] => pack(Path::new(folder), Path::new(file)),
        ["unpack", file, folder] => unpack(Path::new(file), Path::new(folder)),
        _ => Err(Error::other("pack FOLDER FILE, or unpack FILE FOLDER")),
    }
}

fn pack(folder: &Path, file: &Path) -> Result<()> {
    let mut inputs = std::fs::read_dir(folder)?.map(|entry| std::fs::read(entry?.path())).collect::<Result<Vec<_>>>()?;
    inputs.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    inputs.dedup();
    let framed: Vec<u8> =
        inputs.iter().flat_map(|input| [&(input.len() as u32).to_le_bytes()[..], input].concat()).collect();
    std::fs::write(file, zstd::encode_all(&framed[..], 19)?)
}

fn unpack(file: &Path, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for (number, input) in corpus::read(file)?.iter().enumerate() {
        std::fs::write(folder.join(format!("{number:05}")), input)?;
    }
    Ok(())
}
