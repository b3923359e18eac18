//! What lies over the dashboard: menus, the filter editor, prompts.

use crate::model::Dimension;
use crate::query::{Filter, Op};
use crate::tui::action::Action;

/// One of the things that can be open; Esc closes the uppermost.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The focused panel on the whole screen.
    Zoom,
    /// Typing into the search of the focused panel.
    Search,
    /// A list to choose from.
    Menu(Menu),
    /// A line to type.
    Prompt(Prompt),
}

/// What choosing an item does.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// Runs an action.
    Run(Action),
    /// Goes on with this property of a filter.
    Property(Dimension),
    /// Goes on with this operator.
    Operator(Dimension, Op),
    /// Adds the filter.
    Add(Filter),
}

/// An item of a menu.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it says.
    pub label: String,
    /// At its right: a key, a number.
    pub hint: String,
    /// Whether it is what holds now.
    pub is_current: bool,
    /// Whether it is what was typed.
    pub is_typed: bool,
    /// What it does.
    pub choice: Choice,
}

/// What a menu is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Help.
    Help,
    /// Any command.
    Palette,
    /// Columns to sort by.
    Sort,
    /// Periods and the like.
    Time,
    /// Sites.
    Sites,
    /// Properties or operators of a filter.
    Filter,
    /// Values of a property.
    Values(Dimension, Op),
}

/// A list to choose from.
#[derive(Clone, Debug)]
pub struct Menu {
    /// What it is for.
    pub kind: Kind,
    /// Its head.
    pub title: String,
    /// All items.
    pub items: Vec<Item>,
    /// What was typed.
    pub text: String,
    /// Whether letters are typed, or are keys.
    pub is_typing: bool,
    /// Place among the items that fit what was typed.
    pub at: usize,
    /// Why it has no items.
    pub note: String,
}

impl Menu {
    /// With the current item selected.
    pub fn new(kind: Kind, title: impl Into<String>, items: Vec<Item>, is_typing: bool) -> Menu {
        let at = items.iter().position(|item| item.is_current).unwrap_or(0);
        Menu { kind, title: title.into(), items, text: String::new(), is_typing, at, note: "…".into() }
    }

    /// The items that fit what was typed, in order.
    pub fn shown(&self) -> Vec<&Item> {
        let words: Vec<String> = self.text.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let fits = |item: &&Item| {
            let label = item.label.to_lowercase();
            words.iter().all(|word| label.contains(word))
        };
        self.items.iter().filter(fits).collect()
    }

    /// The selected item.
    pub fn selected(&self) -> Option<&Item> {
        self.shown().get(self.at).copied()
    }

    /// Moves by so many items.
    pub fn go(&mut self, by: isize) {
        let last = self.shown().len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }
}

/// A line to type.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// Its head.
    pub title: String,
    /// What was typed.
    pub text: String,
    /// Why that is wrong.
    pub error: Option<String>,
}
