//! Colours. They only strengthen what signs say: without them nothing is lost.

use ratatui::style::{Color, Modifier, Style};

/// The styles of a screen.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// What is not special.
    pub text: Style,
    /// What matters less, or is not up to date.
    pub dim: Style,
    /// Heads and names.
    pub head: Style,
    /// The frame of the focused panel.
    pub focus: Style,
    /// Other frames.
    pub frame: Style,
    /// The selected row.
    pub selected: Style,
    /// Bars, and the line of the chart.
    pub bar: Style,
    /// The line that is compared with.
    pub second: Style,
    /// Better than before.
    pub good: Style,
    /// Worse than before.
    pub bad: Style,
    /// Filters.
    pub chip: Style,
    /// Keys.
    pub key: Style,
    /// What matches a search.
    pub mark: Style,
}

/// The names of the themes with colours.
pub const NAMES: [&str; 2] = ["dark", "light"];

impl Theme {
    /// The theme of that name; nothing if there is none.
    pub fn named(name: &str) -> Option<Theme> {
        match name {
            "dark" => Some(Theme::of(Color::Cyan, Color::Blue, Color::DarkGray, Color::Yellow)),
            "light" => Some(Theme::of(Color::Blue, Color::Cyan, Color::DarkGray, Color::Magenta)),
            _ => None,
        }
    }

    /// Of the terminal's own sixteen colours, which every terminal has and people have
    /// made fit their background.
    fn of(accent: Color, bar: Color, dim: Color, second: Color) -> Theme {
        let fg = |color| Style::new().fg(color);
        Theme {
            text: Style::new(),
            dim: fg(dim),
            head: Style::new().add_modifier(Modifier::BOLD),
            focus: fg(accent),
            frame: fg(dim),
            selected: Style::new().add_modifier(Modifier::REVERSED),
            bar: fg(bar),
            second: fg(second),
            good: fg(Color::Green),
            bad: fg(Color::Red),
            chip: fg(accent),
            key: fg(accent).add_modifier(Modifier::BOLD),
            mark: fg(second).add_modifier(Modifier::UNDERLINED),
        }
    }

    /// Without any colour.
    pub fn mono() -> Theme {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let plain = Style::new();
        let dim = Style::new().add_modifier(Modifier::DIM);
        Theme {
            text: plain,
            dim,
            head: bold,
            focus: plain,
            frame: plain,
            selected: Style::new().add_modifier(Modifier::REVERSED),
            bar: plain,
            second: dim,
            good: plain,
            bad: plain,
            chip: plain,
            key: bold,
            mark: Style::new().add_modifier(Modifier::UNDERLINED),
        }
    }
}
