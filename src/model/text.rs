//! Texts that came from outside, made harmless. Done where they come in, and
//! once more wherever they are shown.

use std::borrow::Cow;

/// Text from outside with control, bidirectional and invisible characters and
/// invalid bytes replaced by U+FFFD, so that showing it is harmless.
pub fn clean(bytes: &[u8]) -> Cow<'_, str> {
    if bytes.iter().all(|b| (0x20..0x7F).contains(b)) {
        return String::from_utf8_lossy(bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    match text.chars().any(is_unsafe) {
        false => text,
        true => Cow::Owned(text.chars().map(|c| if is_unsafe(c) { '\u{FFFD}' } else { c }).collect()),
    }
}

/// The longest beginning of at most `max` bytes that ends at a character.
pub fn cut(text: Cow<'_, str>, max: usize) -> Cow<'_, str> {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

/// Control characters, and those that change the direction of text or are not
/// seen: a text must not be able to disguise itself on a terminal.
pub fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\x1F' | '\x7F'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{3164}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaned_text_is_harmless() {
        assert_eq!(clean(b"plain"), "plain");
        assert_eq!(clean(b"a\x1B[31m\xFF"), "a\u{FFFD}[31m\u{FFFD}");
        assert_eq!(clean("日本".as_bytes()), "日本");
        for c in "\u{AD}\u{115F}\u{1160}\u{180E}\u{3164}\u{FFA0}\u{FFF9}\u{FFFB}\u{E0001}\u{E007F}".chars() {
            assert_eq!(clean(format!("a{c}b").as_bytes()), "a\u{FFFD}b", "{c:?}");
        }
    }
}
