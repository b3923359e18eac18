//! Makes a store with made-up facts, for benchmarks:
//! `cargo run --release --example fill -- DB ROWS NOW`, NOW in epoch seconds.

use fathom_tui::input::Identity;
use fathom_tui::model::Zone;
use fathom_tui::store::{NewStore, testing};
use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, path, rows, now] = &args[..] else { return Err("usage: fill DB ROWS NOW".into()) };
    let path = PathBuf::from(path);
    let id = format!("{:032x}", std::process::id());
    let state_root = path.parent().unwrap_or(Path::new(".")).join("state");
    let new = NewStore { id, zone: Zone::UTC, state_root, salts_root: None };
    Identity::create(&new.info().state)?;
    new.create(&path)?;
    testing::fill(&path, rows.parse()?, now.parse()?)?;
    Ok(())
}
