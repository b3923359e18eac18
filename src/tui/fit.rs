//! Texts made to fit: by columns of the terminal, not by characters.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns of a text.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most so many columns, its middle replaced by `…`.
pub fn shorten(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    if columns <= 1 {
        return "…".repeat(columns);
    }
    let (tail, head) = ((columns - 1) / 2, columns - 1 - (columns - 1) / 2);
    format!("{}…{}", start(text, head), end(text, tail))
}

/// As much of the beginning as fits.
pub fn start(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, part) in text.grapheme_indices(true) {
        used += part.width();
        if used > columns {
            return &text[..at];
        }
    }
    text
}

fn end(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let mut from = text.len();
    for (at, part) in text.grapheme_indices(true).rev() {
        used += part.width();
        if used > columns {
            break;
        }
        from = at;
    }
    &text[from..]
}

/// Exactly so many columns, at the left.
pub fn left(text: &str, columns: usize) -> String {
    let text = shorten(text, columns);
    let pad = columns.saturating_sub(text.width());
    text + &" ".repeat(pad)
}

/// Exactly so many columns, at the right.
pub fn right(text: &str, columns: usize) -> String {
    let text = shorten(text, columns);
    " ".repeat(columns.saturating_sub(text.width())) + &text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_goes() {
        assert_eq!(shorten("/blog/cookieless-visitor-counting", 12), "/blog/…nting");
        assert_eq!(shorten("short", 12), "short");
        assert_eq!(shorten("abc", 1), "…");
        assert_eq!(shorten("abc", 0), "");
        assert_eq!(shorten("/日本語/ページ", 8), "/日…ジ");
        assert_eq!(left("e\u{301}a", 4), "e\u{301}a  ");
        assert_eq!(right("42", 5), "   42");
    }

    #[test]
    fn it_never_is_too_wide() {
        for text in ["/日本語/", "abcdefgh", "e\u{301}e\u{301}e\u{301}e\u{301}", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "مرحبا بالعالم"]
        {
            for columns in 0..12 {
                assert!(width(&shorten(text, columns)) <= columns, "{text} in {columns}");
                assert_eq!(width(&left(text, columns)), columns, "{text} in {columns}");
            }
        }
    }
}
