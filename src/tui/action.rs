//! Everything that one can do. Keys, footer, help and palette are made from this
//! one list.

use super::key::Key;
use crate::model::Metric;
use crate::query::{Compare, Interval, Period};
use std::collections::HashMap;

/// What one can do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    Quit,
    Interrupt,
    Suspend,
    Redraw,
    Refresh,
    Help,
    Palette,
    Panel(u8),
    FocusChart,
    NextPanel,
    PreviousPanel,
    Left,
    Right,
    Down,
    Up,
    Top,
    Bottom,
    PageDown,
    PageUp,
    HalfDown,
    HalfUp,
    NextTab,
    PreviousTab,
    FilterBy,
    Exclude,
    EditFilter,
    Undo,
    ClearFilters,
    RemoveFilter(usize),
    Back,
    Search,
    Zoom,
    SortMenu,
    SortBy(Metric),
    Reverse,
    NextMetric,
    NextInterval,
    NextView,
    TimeMenu,
    CustomRange,
    ToggleCompare,
    CompareWith(Option<Compare>),
    SetInterval(Option<Interval>),
    Earlier,
    Later,
    SetPeriod(Period),
    SetRange(String),
    Pause,
    Sites,
    SetSite(Option<String>),
}

/// Where an action makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Everywhere.
    Anywhere,
    /// In a list.
    Rows,
    /// On the chart.
    Chart,
}

/// An action with its name, keys and words.
pub struct Known {
    /// What it does.
    pub action: Action,
    /// Its name in `[keys]` of the configuration.
    pub name: &'static str,
    /// The keys it has if the configuration names no others.
    pub keys: &'static [&'static str],
    /// What it does, for the help.
    pub text: &'static str,
    /// One or two words for the footer; nothing if it is not there.
    pub short: &'static str,
    /// Where it makes sense.
    pub place: Place,
}

macro_rules! actions {
    ($($place:ident $action:expr, $name:literal, [$($key:literal),*], $text:literal, $short:literal;)*) => {
        /// All of them, in the order of the help.
        pub const ACTIONS: &[Known] = &[$(Known {
            action: $action, name: $name, keys: &[$($key),*], text: $text, short: $short, place: Place::$place,
        }),*];
    };
}

use Action as A;

actions! {
    Rows A::FilterBy, "filter", ["enter"], "show only what this row counts; on the chart: that day", "filter";
    Rows A::Exclude, "exclude", ["!"], "leave out what this row counts", "";
    Rows A::Search, "search", ["/"], "search the rows of this panel", "search";
    Rows A::Down, "down", ["j", "down"], "next row", "";
    Rows A::Up, "up", ["k", "up"], "row before", "";
    Rows A::Top, "top", ["g", "home"], "first row, or point of the chart", "";
    Rows A::Bottom, "bottom", ["G", "end"], "last row, or point of the chart", "";
    Rows A::PageDown, "page-down", ["pagedown"], "next page of rows", "";
    Rows A::PageUp, "page-up", ["pageup"], "page of rows before", "";
    Rows A::HalfDown, "half-down", ["ctrl-d"], "half a page down", "";
    Rows A::HalfUp, "half-up", ["ctrl-u"], "half a page up", "";
    Rows A::NextTab, "next-tab", ["."], "next tab of this panel", "";
    Rows A::PreviousTab, "previous-tab", [","], "tab before", "";
    Rows A::SortMenu, "sort", ["s"], "sort this panel by …", "sort";
    Rows A::Reverse, "reverse", ["r"], "sort the other way round", "";
    Chart A::Left, "left", ["left", "h"], "point of the chart before; panel to the left", "";
    Chart A::Right, "right", ["right", "l"], "next point of the chart; panel to the right", "";
    Anywhere A::Zoom, "zoom", ["z", "+"], "this panel on the whole screen, with all columns; and back", "zoom";
    Anywhere A::TimeMenu, "time", ["t"], "period, comparison and interval", "time";
    Anywhere A::ToggleCompare, "compare", ["X"], "compare with the period before, or not", "compare";
    Anywhere A::Earlier, "earlier", ["[", "shift-left"], "period before", "";
    Anywhere A::Later, "later", ["]", "shift-right"], "next period", "";
    Anywhere A::SetPeriod(Period::Today), "today", ["D"], "today", "";
    Anywhere A::SetPeriod(Period::Yesterday), "yesterday", ["E"], "yesterday", "";
    Anywhere A::SetPeriod(Period::Realtime), "realtime", ["R"], "realtime: the last 30 minutes, by full hours", "";
    Anywhere A::SetPeriod(Period::D7), "last-7-days", ["W"], "last 7 days", "";
    Anywhere A::SetPeriod(Period::D28), "last-28-days", ["F"], "last 28 days", "";
    Anywhere A::SetPeriod(Period::D30), "last-30-days", ["T"], "last 30 days", "";
    Anywhere A::SetPeriod(Period::D91), "last-91-days", ["N"], "last 91 days", "";
    Anywhere A::SetPeriod(Period::Month), "month-to-date", ["M"], "month to date", "";
    Anywhere A::SetPeriod(Period::LastMonth), "last-month", ["P"], "last month", "";
    Anywhere A::SetPeriod(Period::Year), "year-to-date", ["Y"], "year to date", "";
    Anywhere A::SetPeriod(Period::M6), "last-6-months", ["S"], "last 6 months", "";
    Anywhere A::SetPeriod(Period::M12), "last-12-months", ["L"], "last 12 months", "";
    Anywhere A::SetPeriod(Period::All), "all-time", ["A"], "all time", "";
    Anywhere A::CustomRange, "custom-range", ["C"], "type a range", "";
    Anywhere A::NextMetric, "metric", ["m"], "next metric of the chart", "metric";
    Anywhere A::NextInterval, "interval", ["i"], "next interval: hour, day, week, month", "";
    Anywhere A::NextView, "view", ["v"], "chart as line or bars", "";
    Anywhere A::EditFilter, "edit-filter", ["f"], "add a filter", "add filter";
    Anywhere A::Undo, "undo", ["backspace"], "take the last filter back", "undo";
    Anywhere A::ClearFilters, "clear-filters", ["ctrl-x"], "clear all filters", "clear";
    Anywhere A::NextPanel, "next-panel", ["tab"], "next panel", "panel";
    Anywhere A::PreviousPanel, "previous-panel", ["shift-tab"], "panel before", "";
    Anywhere A::FocusChart, "chart", ["0"], "chart", "";
    Anywhere A::Panel(1), "panel-1", ["1"], "pages", "";
    Anywhere A::Panel(2), "panel-2", ["2"], "sources", "";
    Anywhere A::Panel(3), "panel-3", ["3"], "countries", "";
    Anywhere A::Panel(4), "panel-4", ["4"], "browsers", "";
    Anywhere A::Panel(5), "panel-5", ["5"], "status", "";
    Anywhere A::Panel(6), "panel-6", ["6"], "events", "";
    Anywhere A::Panel(7), "panel-7", ["7"], "bots", "";
    Anywhere A::Panel(8), "panel-8", ["8"], "live", "";
    Anywhere A::Palette, "palette", [":", "ctrl-p"], "find a command, period or site", "command";
    Anywhere A::Sites, "sites", ["ctrl-t"], "choose a site", "";
    Anywhere A::Pause, "pause", ["space"], "pause or go on with what is new", "pause";
    Anywhere A::Refresh, "refresh", ["ctrl-r"], "ask the store again", "";
    Anywhere A::Redraw, "redraw", ["ctrl-l"], "draw the screen anew", "";
    Anywhere A::Suspend, "suspend", ["ctrl-z"], "back to the shell; fg returns", "";
    Anywhere A::Back, "back", ["esc"], "close what is open, then clear the search", "";
    Anywhere A::Help, "help", ["?"], "this help", "help";
    Anywhere A::Quit, "quit", ["q"], "quit", "quit";
    Anywhere A::Interrupt, "interrupt", ["ctrl-c"], "quit at once (exit code 130)", "";
}

/// Which key does what.
#[derive(Clone, Debug)]
pub struct Keymap {
    actions: HashMap<Key, Action>,
    /// By place in [`ACTIONS`].
    keys: Vec<Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap::new([]).expect("the keys of the list are keys")
    }
}

impl Keymap {
    /// With these keys, by an action's name, in place of the usual ones. A key that
    /// is given to one action is taken from the others.
    ///
    /// # Errors
    /// If there is no such action or key, or one key is given twice.
    pub fn new<'a>(own: impl IntoIterator<Item = (&'a str, Vec<&'a str>)>) -> Result<Keymap, String> {
        let read = |keys: &[&str]| keys.iter().map(|key| key.parse()).collect::<Result<Vec<Key>, String>>();
        let usual: Result<Vec<Vec<Key>>, String> = ACTIONS.iter().map(|known| read(known.keys)).collect();
        let mut keys = usual?;
        let mut given: HashMap<Key, &str> = HashMap::new();
        for (name, own) in own {
            let at = ACTIONS.iter().position(|known| known.name == name);
            let at = at.ok_or_else(|| {
                let names: Vec<&str> = ACTIONS.iter().map(|known| known.name).collect();
                format!("there is no action '{name}'; there are {}", names.join(" "))
            })?;
            let own = read(&own)?;
            for key in &own {
                if let Some(other) = given.insert(*key, name) {
                    return Err(format!("{} is given to {other} and to {name}", key.label()));
                }
                keys.iter_mut().for_each(|keys| keys.retain(|known| known != key));
            }
            keys[at] = own;
        }
        let pairs = ACTIONS.iter().zip(&keys);
        let actions = pairs.flat_map(|(known, keys)| keys.iter().map(|key| (*key, known.action.clone()))).collect();
        Ok(Keymap { actions, keys })
    }

    /// What a key does.
    pub fn action(&self, key: Key) -> Option<&Action> {
        self.actions.get(&key)
    }

    /// The first key of an action, as it is shown; nothing if it has none.
    pub fn label(&self, action: &Action) -> String {
        let at = ACTIONS.iter().position(|known| known.action == *action);
        at.and_then(|at| self.keys[at].first()).map_or_else(String::new, |key| key.label())
    }

    /// All keys of an action, as they are shown.
    pub fn labels(&self, at: usize) -> String {
        self.keys[at].iter().map(|key| key.label()).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_does_two_things() {
        let map = Keymap::default();
        let keys: usize = ACTIONS.iter().map(|known| known.keys.len()).sum();
        assert_eq!(map.actions.len(), keys);
    }

    #[test]
    fn keys_can_be_given_away() {
        let map = Keymap::new([("quit", vec!["x", "j"])]).expect("a map");
        let does = |key: &str| map.action(key.parse().expect("a key")).cloned();
        assert_eq!(does("x"), Some(Action::Quit));
        assert_eq!(does("j"), Some(Action::Quit));
        assert_eq!(does("q"), None);
        assert_eq!(map.label(&Action::Down), "↓");
        assert!(Keymap::new([("quti", vec!["x"])]).expect_err("a typo").contains("there is no action 'quti'"));
        assert!(Keymap::new([("quit", vec!["x"]), ("help", vec!["x"])]).is_err());
    }
}
