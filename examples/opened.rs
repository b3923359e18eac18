//! What a day's key alone opens of a store, for tests/attack:
//! `cargo run --release --example opened -- DB DAYS DATE`, DAYS the folder of day keys.

use fathom_tui::anonymise::FileKeys;
use fathom_tui::model::Day;
use fathom_tui::store::{Reader, testing};
use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, path, days, date] = &args[..] else { return Err("usage: opened DB DAYS DATE".into()) };
    let day = Day::of(date.parse()?);
    let store = Reader::open(Path::new(path), |_| {})?.info().id.clone();
    let keys = FileKeys { store, days: days.into(), salts: PathBuf::from("/nonexistent"), own: None };
    println!("{}", testing::opened(Path::new(path), day, &keys)?);
    Ok(())
}
