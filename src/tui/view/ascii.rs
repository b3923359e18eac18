//! The same screen for terminals without Unicode: cell by cell.

use ratatui::buffer::Buffer;

/// Replaces everything that is not ASCII by what comes close.
pub fn only_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let symbol = replacement(cell.symbol());
            cell.set_char(symbol);
        }
    }
}

fn replacement(symbol: &str) -> char {
    match symbol.chars().next().unwrap_or(' ') {
        '─' | '—' | '–' => '-',
        '│' => '|',
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => '+',
        '━' => '=',
        '┃' | '┏' | '┓' | '┗' | '┛' => '#',
        '▶' | '›' | '→' => '>',
        '‹' | '←' => '<',
        '▾' | '↓' => 'v',
        '▴' => '^',
        '┈' => '.',
        '▒' => ':',
        '↑' => '^',
        '…' => '~',
        '·' => '/',
        '●' | '×' => '*',
        '▲' => '+',
        '▼' => '-',
        '▬' => '=',
        '█' => '#',
        '▏' => '|',
        '▉'..='▎' => '=',
        '▁'..='▃' => '_',
        '▄' | '▅' => '-',
        '▆' | '▇' => '#',
        '“' | '”' => '"',
        '⏎' => '<',
        '\u{2800}'..='\u{28FF}' => '*',
        _ => '?',
    }
}
