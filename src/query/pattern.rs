//! What a filter compares with: a text in which `*` stands for anything. `\*`, `\|`
//! and `\\` are those characters themselves.

use crate::model::stars;

/// A value to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The texts between the stars; one without a star.
    parts: Vec<String>,
}

impl Pattern {
    /// Exactly this text.
    pub fn literal(text: &str) -> Pattern {
        Pattern { parts: vec![text.to_owned()] }
    }

    /// Reads patterns that `|` separates.
    pub fn alternatives(text: &str) -> Vec<Pattern> {
        let (mut all, mut parts, mut part) = (Vec::new(), Vec::new(), String::new());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => part.push(chars.next_if(|next| matches!(next, '*' | '|' | '\\')).unwrap_or(c)),
                '*' => parts.push(std::mem::take(&mut part)),
                '|' => {
                    parts.push(std::mem::take(&mut part));
                    all.push(Pattern { parts: std::mem::take(&mut parts) });
                }
                c => part.push(c),
            }
        }
        parts.push(part);
        all.push(Pattern { parts });
        all
    }

    /// As a person reads it: without what says that a star is a star.
    pub fn words(&self) -> String {
        self.parts.join("*")
    }

    /// Leaves out a slash at the end of a path that has no star.
    pub fn cut_slash(&mut self) {
        if let [only] = &mut self.parts[..] {
            while only.len() > 1 && only.ends_with('/') {
                only.pop();
            }
        }
    }

    /// The text, if nothing stands for anything.
    pub fn text(&self) -> Option<&str> {
        match &self.parts[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// For SQL's `LIKE … ESCAPE '\'`.
    pub fn like(&self) -> String {
        let escape = |part: &String| part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.parts.iter().map(escape).collect::<Vec<_>>().join("%")
    }

    /// Whether a text fits, in whatever case; anywhere in it if `anywhere`.
    pub fn fits(&self, text: &str, anywhere: bool) -> bool {
        let ends = || anywhere.then(String::new).into_iter();
        let parts = self.parts.iter().map(|part| part.to_lowercase());
        let parts: Vec<String> = ends().chain(parts).chain(ends()).collect();
        stars::fits(&parts, text.to_lowercase().as_bytes())
    }

    /// Whether a text fits, letter for letter.
    pub fn is(&self, text: &str) -> bool {
        stars::fits(&self.parts, text.as_bytes())
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let escape = |part: &String| part.replace('\\', "\\\\").replace('*', "\\*").replace('|', "\\|");
        f.write_str(&self.parts.iter().map(escape).collect::<Vec<_>>().join("*"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Pattern {
        let [pattern] = &Pattern::alternatives(text)[..] else { panic!("several in {text}") };
        pattern.clone()
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*b", "ab", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("a*a", "a", false),
            ("4*", "404", true),
            ("*", "", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("A\\b", "a\\B", true),
        ] {
            assert_eq!(one(pattern).fits(text, false), expected, "{pattern} {text}");
        }
        assert!(one("b*d").fits("abcde", true) && !one("d*b").fits("abcde", true));
    }

    #[test]
    fn what_is_written_is_read() {
        for text in ["a", "a*", "a\\*b", "\\|", "a\\\\", "*"] {
            assert_eq!(one(text).to_string(), text);
        }
        for text in ["/a*b", "x|y", "back\\slash", "\\*", ""] {
            assert_eq!(one(&Pattern::literal(text).to_string()), Pattern::literal(text));
        }
        assert_eq!(Pattern::alternatives("DE|AT"), ["DE", "AT"].map(Pattern::literal));
        assert_eq!(one("/50\\%_*").like(), "/50\\\\\\%\\_%");
    }
}
