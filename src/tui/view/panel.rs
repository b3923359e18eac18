//! The panels: lists with bars, values, shares and change.

use super::super::fit::{left, right, shorten, start, width};
use super::super::layout::Area;
use super::super::model::layer::Layer;
use super::super::model::panel::{EVENTS, LIVE, List, Panel, Row, columns, head, tabs, whole};
use super::super::model::view::dates;
use super::super::model::{Focus, Model, search};
use super::super::theme::Theme;
use super::figures::{change, shown};
use super::{live, put};
use crate::model::{Dimension, Metric};
use crate::report::{Meaning, Period, Range, words};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, BorderType, Widget};

/// What an empty store says.
pub const NO_HITS: &str = "No hits yet — fathom-tui import /var/log/nginx/access.log";

/// Draws a panel.
pub fn panel(model: &Model, digit: u8, area: Area, theme: &Theme, buffer: &mut Buffer) {
    let panel = model.panel(digit);
    let is_focused = model.focus == Focus::Panel(digit);
    let (border, style) = if is_focused { (BorderType::Thick, theme.focus) } else { (BorderType::Plain, theme.frame) };
    if area.width < 4 || area.height < 3 {
        return;
    }
    Block::bordered().border_type(border).border_style(style).render(area.into(), buffer);
    let inner = Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2);
    let aside = match digit {
        LIVE => live::aside(model),
        _ => count(panel, inner.height.saturating_sub(1)),
    };
    let aside_at = area.x + area.width - 2 - width(&aside) as u16;
    titles(panel, (area.x + 2, area.y), aside_at.saturating_sub(1), theme, buffer);
    put(buffer, aside_at, area.y, &aside, theme.dim, area.width);
    let is_typing = is_focused && matches!(model.layers.last(), Some(Layer::Search));
    if is_typing || !panel.search.is_empty() {
        let typing = if is_typing { "▏" } else { "" };
        let text = format!(" /{}{typing} ", super::super::fit::shorten(&panel.search, usize::from(inner.width / 2)));
        put(buffer, area.x + 2, area.y + area.height - 1, &text, theme.key, inner.width);
    }
    if digit == LIVE {
        return live::live(model, inner, theme, buffer);
    }
    let Some(dimension) = panel.dimension() else { return };
    match empty(model, panel, dimension) {
        Some(text) => say(&text, inner, theme.dim, buffer),
        None => rows(model, panel, dimension, inner, is_focused, theme, buffer),
    }
}

/// `16 of 284`.
fn count(panel: &Panel, rows: u16) -> String {
    let List::Rows(_, total) = &panel.list else { return String::new() };
    let shown = panel.shown.len();
    let on_screen = shown.min(rows.into());
    match panel.search.is_empty() {
        true if *total as usize > on_screen => format!(" {on_screen} of {} ", words::short(*total as i64)),
        true => String::new(),
        false => format!(" {} of {} ", words::short(shown as i64), words::short(*total as i64)),
    }
}

fn titles(panel: &Panel, (x, y): (u16, u16), end: u16, theme: &Theme, buffer: &mut Buffer) {
    let names: Vec<&str> = tabs(panel.digit).iter().map(|(name, _)| *name).collect();
    let x = put(buffer, x, y, &format!(" {} ", panel.digit), theme.key, end.saturating_sub(x));
    if panel.digit == LIVE {
        put(buffer, x, y, "Live ", theme.head, end.saturating_sub(x));
        return;
    }
    let room = usize::from(end.saturating_sub(x)).saturating_sub(1);
    let with = |gap: &str| names.iter().map(|name| name.len()).sum::<usize>() + width(gap) * (names.len() - 1);
    let gap = if with(" · ") <= room { " · " } else { "·" };
    let (mut x, is_whole) = (x, with(gap) <= room);
    // Where not all fit, those from the open one on, and a sign that there are others.
    let first = if is_whole { 0 } else { panel.tab };
    for (index, name) in names.iter().enumerate().skip(first) {
        let gap = if index > first { gap } else { "" };
        let rest = usize::from(end.saturating_sub(x)).saturating_sub(1);
        let more = if is_whole { 0 } else { 2 };
        if width(gap) + name.len() + more > rest {
            x = put(buffer, x, y, if index > first { "·…" } else { "…" }, theme.dim, end.saturating_sub(x));
            break;
        }
        x = put(buffer, x, y, gap, theme.dim, end - x);
        let style = if index == panel.tab { theme.head } else { theme.dim };
        x = put(buffer, x, y, name, style, end - x);
    }
    put(buffer, x, y, " ", theme.text, 1);
}

/// What a panel without rows says; nothing if it has some.
fn empty(model: &Model, panel: &Panel, dimension: Dimension) -> Option<String> {
    match &panel.list {
        List::Waiting => {
            Some(model.data.error.as_ref().map_or("…".into(), |(error, help)| format!("{error} — {help}")))
        }
        List::Failed(error, help) => Some(format!("{error} — {help} (^R asks again)")),
        List::Unknown => {
            let is_mixed = model.view.filters.iter().any(|f| f.dimension.is_request() != dimension.is_request());
            let why = if is_mixed { ": page views and requests are counted apart" } else { "" };
            let key = model.keymap.label(&super::super::action::Action::ClearFilters);
            Some(format!("Not known under these filters{why}. {key} clears the filters"))
        }
        List::Rows(rows, _) if is_unknown(rows, dimension) && !rows.is_empty() => {
            Some("Not known: a city database names them — import or watch with --geoip FILE.mmdb".into())
        }
        List::Rows(rows, _) if !rows.is_empty() => {
            let nothing = panel.shown.is_empty();
            let what = tabs(panel.digit).get(panel.tab).map_or("rows", |(name, _)| name).to_lowercase();
            nothing.then(|| format!("No {what} match “{}” — Esc clears", shorten(&panel.search, 30)))
        }
        List::Rows(..) if panel.digit == EVENTS => Some("No events: logs have none".into()),
        List::Rows(..) if model.data.extent.is_none() => Some(NO_HITS.into()),
        List::Rows(..) => Some(match dimension {
            Dimension::UtmCampaign => "No campaigns in this period: links with utm_campaign make them".into(),
            _ => nothing_here(model),
        }),
    }
}

/// Whether a list has nothing but what is not known.
fn is_unknown(rows: &[Row], dimension: Dimension) -> bool {
    let of_places = matches!(dimension, Dimension::Region | Dimension::City);
    of_places && rows.iter().all(|row| row.value == crate::store::UNKNOWN)
}

/// Nothing in this period, and where there is something.
pub fn nothing_here(model: &Model) -> String {
    let outside = model
        .data
        .extent
        .zip(model.data.report.as_ref())
        .filter(|((first, last), report)| report.range.to <= *first || report.range.from > *last);
    let Some(((first, last), _)) = outside else { return "Nothing in this period".into() };
    let days = dates(&Range { from: first, to: last + 1 }, model.zone, model.now);
    let key = model.keymap.label(&super::super::action::Action::SetPeriod(Period::All));
    format!("Nothing in this period: the data is of {days}. {key} shows all of it")
}

/// Words in a box, wrapped.
pub fn say(text: &str, area: Rect, style: Style, buffer: &mut Buffer) {
    let columns = usize::from(area.width.saturating_sub(2));
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is one");
        if !last.is_empty() && width(last) + 1 + width(word) > columns {
            lines.push(word.to_owned());
        } else {
            let gap = if last.is_empty() { "" } else { " " };
            last.push_str(gap);
            last.push_str(word);
        }
    }
    for (row, line) in lines.iter().take(area.height.into()).enumerate() {
        put(buffer, area.x + 1, area.y + row as u16, line, style, columns as u16);
    }
}

/// The columns of a list as they are drawn.
struct Columns {
    label: usize,
    bar: usize,
    metrics: Vec<(Metric, usize)>,
    share: bool,
    change: bool,
}

const SHARE: usize = 5;
const CHANGE: usize = 8;

impl Columns {
    fn new(
        model: &Model,
        panel: &Panel,
        dimension: Dimension,
        inner: usize,
        texts: impl Fn(Metric) -> usize,
    ) -> Columns {
        let sort = panel.sort();
        let is_zoomed = model.zoomed().is_some();
        let known = |metric: &&Metric| !panel.hides(**metric);
        // A head has place for the arrow of its sort, and a gap before it.
        let column = |metric: Metric| {
            let head = title(dimension, metric, is_zoomed).len() + usize::from(metric == sort.metric);
            (metric, texts(metric).max(head).max(5) + 1)
        };
        let has_latency = panel
            .rows()
            .iter()
            .any(|row| matches!(&row.figures, super::super::model::panel::Figures::Requests(_, _, Some(_))));
        let is_time = |metric: &Metric| matches!(metric, Metric::P50 | Metric::P95 | Metric::P99);
        let metrics: Vec<(Metric, usize)> = match is_zoomed {
            true => columns(dimension)
                .iter()
                .filter(known)
                .filter(|m| has_latency || !is_time(m))
                .map(|m| column(*m))
                .collect(),
            false => vec![column(sort.metric)],
        };
        let compared = model.view.compare.is_some() && model.before().is_some();
        let mut columns = Columns { label: 0, bar: 0, metrics, share: true, change: compared && inner >= 46 };
        let fixed = |c: &Columns| {
            let shares = if c.share { SHARE } else { 0 } + if c.change { CHANGE } else { 0 };
            2 + c.metrics.iter().map(|(_, width)| width).sum::<usize>() + shares
        };
        // On a small screen what is less important goes.
        while columns.metrics.len() > 1 && inner < fixed(&columns) + 16 {
            let last = columns.metrics.iter().rposition(|(metric, _)| *metric != sort.metric).unwrap_or(0);
            columns.metrics.remove(last);
        }
        let rest = inner.saturating_sub(fixed(&columns));
        columns.bar = match (inner, model.size.0) {
            (_, ..100) => 0,
            (..36, _) => 0,
            (36..50, _) => 6,
            _ => (inner / 4).min(30),
        };
        if rest < columns.bar + 14 {
            columns.bar = 0;
        }
        columns.label = rest - if columns.bar > 0 { columns.bar + 1 } else { 0 };
        columns
    }
}

fn rows(
    model: &Model,
    panel: &Panel,
    dimension: Dimension,
    inner: Rect,
    is_focused: bool,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let Some(report) = &model.data.report else { return };
    let meaning = report.totals.meaning.by(dimension);
    let page = usize::from(inner.height.saturating_sub(1));
    let list = panel.rows();
    let visible: Vec<&Row> = panel.shown.iter().skip(panel.top).take(page).filter_map(|at| list.get(*at)).collect();
    let text = |row: &Row, metric: Metric| shown(metric, row.number(metric, meaning));
    let widest = |metric| visible.iter().map(|row| width(&text(row, metric))).max().unwrap_or(0);
    let columns = Columns::new(model, panel, dimension, inner.width.into(), widest);
    heads(panel, dimension, &columns, inner, theme, buffer);
    let sort = panel.sort();
    let share_of = whole(dimension, sort.metric, &report.totals);
    let most = list.iter().filter_map(|row| row.number(sort.metric, meaning)).fold(0.0, f64::max);
    for (line, row) in visible.iter().enumerate() {
        let y = inner.y + 1 + line as u16;
        let is_selected = is_focused && panel.top + line == panel.at;
        let base = match (is_selected, model.data.is_stale) {
            (true, _) => theme.selected,
            (false, true) => theme.dim,
            (false, false) => theme.text,
        };
        if is_selected {
            buffer.set_style(Rect::new(inner.x, y, inner.width, 1), base);
        }
        let mut x = put(buffer, inner.x, y, if is_selected { "▶" } else { " " }, base, 1);
        label(row, &panel.search, (x, y), columns.label, base, theme, buffer);
        x += columns.label as u16;
        let value = row.number(sort.metric, meaning);
        if columns.bar > 0 {
            let drawn = bar(value.unwrap_or(0.0), most, columns.bar);
            let style = if is_selected || model.data.is_stale { base } else { theme.bar };
            put(buffer, x + 1, y, &drawn, style, columns.bar as u16);
            x += 1 + columns.bar as u16;
        }
        for (metric, wide) in &columns.metrics {
            let bold = if *metric == sort.metric { Modifier::empty() } else { theme.dim.add_modifier };
            x = put(buffer, x, y, &right(&text(row, *metric), *wide), base.add_modifier(bold), *wide as u16);
        }
        if columns.share {
            let share = match (value, share_of) {
                (Some(value), Some(whole)) => format!("{:.0}%", value / whole * 100.0),
                _ => String::new(),
            };
            x = put(buffer, x, y, &right(&share, SHARE), base, SHARE as u16);
        }
        if columns.change {
            let before = earlier(panel, row, sort.metric, meaning);
            let (text, style) = change(sort.metric, value, before, theme);
            let style = if is_selected || model.data.is_stale { base } else { style };
            put(buffer, x, y, &right(&text, CHANGE), style, CHANGE as u16);
        }
    }
}

/// The number of a row in the range that it is compared with.
fn earlier(panel: &Panel, row: &Row, metric: Metric, meaning: Meaning) -> Option<f64> {
    let before = panel.before.as_ref()?;
    match before.iter().find(|before| before.value == row.value) {
        Some(before) => before.number(metric, meaning),
        None => panel.before_is_whole.then_some(0.0),
    }
}

fn heads(panel: &Panel, dimension: Dimension, columns: &Columns, inner: Rect, theme: &Theme, buffer: &mut Buffer) {
    let name = match dimension {
        Dimension::Page => "PAGE",
        Dimension::EntryPage => "ENTRY PAGE",
        Dimension::ExitPage => "EXIT PAGE",
        Dimension::Source => "SOURCE",
        Dimension::Referrer => "REFERRER",
        Dimension::Channel => "CHANNEL",
        Dimension::UtmCampaign => "CAMPAIGN",
        Dimension::Country => "COUNTRY",
        Dimension::Region => "REGION",
        Dimension::City => "CITY",
        Dimension::Browser => "BROWSER",
        Dimension::Os => "SYSTEM",
        Dimension::Device => "DEVICE",
        Dimension::Status => "STATUS",
        Dimension::Method => "METHOD",
        Dimension::ErrorPath => "PATH",
        Dimension::Bot => "BOT",
        Dimension::BotFamily => "FAMILY",
        _ => "EVENT",
    };
    let sort = panel.sort();
    let mut x = put(buffer, inner.x + 1, inner.y, &left(name, columns.label), theme.dim, columns.label as u16);
    if columns.bar > 0 {
        x += 1 + columns.bar as u16;
    }
    for (metric, wide) in &columns.metrics {
        let text = title(dimension, *metric, columns.metrics.len() > 1);
        let arrow = if *metric != sort.metric {
            ""
        } else if sort.ascending {
            "▴"
        } else {
            "▾"
        };
        let style = if *metric == sort.metric { theme.head } else { theme.dim };
        x = put(buffer, x, inner.y, &right(&format!("{text}{arrow}"), *wide), style, *wide as u16);
    }
    if columns.share {
        x = put(buffer, x, inner.y, &right("%", SHARE), theme.dim, SHARE as u16);
    }
    if columns.change {
        put(buffer, x, inner.y, &right("CHANGE", CHANGE), theme.dim, CHANGE as u16);
    }
}

/// The head of a column; in full where there is room.
fn title(dimension: Dimension, metric: Metric, is_long: bool) -> &'static str {
    match head(dimension, metric).0 {
        "VIS" if is_long => "VISITORS",
        head => head,
    }
}

/// The label, its middle cut if it must be, with what matches the search marked.
fn label(
    row: &Row,
    searched: &str,
    (x, y): (u16, u16),
    columns: usize,
    base: Style,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let text = shorten(&row.label, columns);
    if searched.trim().is_empty() {
        put(buffer, x, y, &text, base, columns as u16);
        return;
    }
    let marks = search::marks(&text, searched);
    let mut at = x;
    for (part, is_mark) in text.chars().zip(marks) {
        let style = if is_mark { base.patch(theme.mark) } else { base };
        let mut bytes = [0; 4];
        at = put(buffer, at, y, part.encode_utf8(&mut bytes), style, (x + columns as u16).saturating_sub(at));
    }
}

/// A bar in eighths of a column.
pub fn bar(value: f64, most: f64, columns: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if most <= 0.0 || value <= 0.0 {
        return String::new();
    }
    let eighths = ((value / most).min(1.0) * columns as f64 * 8.0).round() as usize;
    let text = "█".repeat(eighths / 8) + PARTS[eighths % 8];
    start(&text, columns).to_owned()
}
