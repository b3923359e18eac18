//! Keys as people write them: `q`, `ctrl-c`, `shift-tab`, `[`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::str::FromStr;

/// A key with its modifiers. Shift is part of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The key.
    pub code: KeyCode,
    /// With Ctrl.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
    /// With Shift, where that makes no other character.
    pub shift: bool,
}

const NAMES: [(&str, KeyCode); 15] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("insert", KeyCode::Insert),
];

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Key {
        let has = |modifier| event.modifiers.contains(modifier);
        let (code, shift) = match event.code {
            KeyCode::BackTab => (KeyCode::Tab, true),
            KeyCode::Char(c) if has(KeyModifiers::CONTROL) => (KeyCode::Char(c.to_ascii_lowercase()), false),
            KeyCode::Char(c) => (KeyCode::Char(c), false),
            code => (code, has(KeyModifiers::SHIFT)),
        };
        Key { code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT), shift }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Key, String> {
        let (mut rest, mut key) = (text, Key { code: KeyCode::Null, ctrl: false, alt: false, shift: false });
        loop {
            let lower = rest.to_ascii_lowercase();
            let flag = match () {
                _ if lower.starts_with("ctrl-") => &mut key.ctrl,
                _ if lower.starts_with("alt-") => &mut key.alt,
                _ if lower.starts_with("shift-") => &mut key.shift,
                _ => break,
            };
            *flag = true;
            rest = &rest[rest.find('-').map_or(0, |at| at + 1)..];
        }
        let mut chars = rest.chars();
        let named = NAMES.iter().find(|(name, _)| rest.eq_ignore_ascii_case(name)).map(|(_, code)| *code);
        let function = || rest.strip_prefix(['f', 'F'])?.parse().ok().filter(|n| (1..=12).contains(n)).map(KeyCode::F);
        key.code = match (chars.next(), chars.next()) {
            (Some(c), None) if key.ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            (Some(c), None) => KeyCode::Char(c),
            _ => {
                named.or_else(function).ok_or_else(|| format!("there is no key '{text}'; write q, ctrl-c or pageup"))?
            }
        };
        Ok(key)
    }
}

impl Key {
    /// As it is shown.
    pub fn label(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space".into(),
            KeyCode::Char(c) if self.ctrl => c.to_ascii_uppercase().to_string(),
            KeyCode::Char(c) => c.to_string(),
            KeyCode::F(n) => format!("F{n}"),
            KeyCode::Enter => "⏎".into(),
            KeyCode::Up => "↑".into(),
            KeyCode::Down => "↓".into(),
            KeyCode::Left => "←".into(),
            KeyCode::Right => "→".into(),
            KeyCode::PageUp => "PgUp".into(),
            KeyCode::PageDown => "PgDn".into(),
            code => NAMES.iter().find(|(_, known)| *known == code).map_or_else(String::new, |(name, _)| {
                let (first, rest) = name.split_at(1);
                first.to_uppercase() + rest
            }),
        };
        let shift = if self.shift { "Shift-" } else { "" };
        let ctrl = if self.ctrl { "^" } else { "" };
        let alt = if self.alt { "Alt-" } else { "" };
        format!("{alt}{shift}{ctrl}{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_shown() {
        for (text, label) in [
            ("q", "q"),
            ("W", "W"),
            ("ctrl-c", "^C"),
            ("Ctrl-X", "^X"),
            ("shift-tab", "Shift-Tab"),
            ("enter", "⏎"),
            ("pageup", "PgUp"),
            ("f5", "F5"),
            ("-", "-"),
            ("ctrl--", "^-"),
        ] {
            assert_eq!(text.parse::<Key>().expect("a key").label(), label, "{text}");
        }
        assert!("f13".parse::<Key>().is_err());
        assert!("".parse::<Key>().is_err());
        let event = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(Key::from(event), "shift-tab".parse().expect("a key"));
        let event = KeyEvent::new(KeyCode::Char('W'), KeyModifiers::SHIFT);
        assert_eq!(Key::from(event), "W".parse().expect("a key"));
    }
}
