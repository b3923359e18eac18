//! Whoever has the files of a store, and even the key of a day, learns nothing about what
//! one visitor saw on it (tests/attack, whose long form is `make attack`).

use crate::support::has;
use std::path::Path;
use std::process::Command;

/// What is found in a store of before, and must not be in one of now.
const ATTACKS: [&str; 9] = [
    "commit_rows",
    "wal_rows",
    "wal_bytes",
    "cursors",
    "late_texts",
    "row_order",
    "freed_blocks",
    "known_strings",
    "opened",
];

#[test]
fn nothing_is_found_in_open_days_nor_in_what_is_left_of_them() {
    if !has("python3") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let opener = Path::new(env!("CARGO_BIN_EXE_fathom-tui")).with_file_name("examples").join("opened");
    let mut command = Command::new("python3");
    command.arg(root.join("tests/attack/run.py")).args(["--short", "--program", env!("CARGO_BIN_EXE_fathom-tui")]);
    command.args(ATTACKS.iter().flat_map(|name| ["--only", name]));
    let output = command.env("FATHOM_TUI_OPENER", opener).output().expect("runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    match output.status.code() {
        Some(0) => {}
        Some(77) => println!("skipped: {said}"),
        code => panic!("{code:?}: {said}"),
    }
}
