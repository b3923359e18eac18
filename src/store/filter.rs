//! Filters as SQL.

use crate::model::{Channel, Class, Country, Device, Dimension};
use crate::query::{Filter, Pattern, UNKNOWN};
use duckdb::types::Value;

/// Where the values of a dimension stand: a column, its dictionary's table (nothing for
/// numbers that are codes), and which field of a compound text it is (0: the whole).
pub(crate) fn column(dimension: Dimension) -> (&'static str, &'static str, u8) {
    use Dimension as D;
    match dimension {
        D::Page | D::EntryPage | D::ExitPage => ("page", "pages", 0),
        D::Referrer => ("referrer", "referrers", 0),
        D::Source => ("source", "sources", 0),
        D::Channel => ("channel", "", 0),
        D::UtmSource => ("campaign", "campaigns", 1),
        D::UtmMedium => ("campaign", "campaigns", 2),
        D::UtmCampaign => ("campaign", "campaigns", 3),
        D::Country => ("country", "", 0),
        D::Region => ("region", "places", 0),
        D::City => ("city", "places", 0),
        D::Browser => ("browser", "agents", 1),
        D::Os => ("os", "agents", 1),
        D::Device => ("device", "", 0),
        D::Event => ("event", "pages", 0),
        D::Host => ("host", "hosts", 0),
        D::Status => ("status", "", 0),
        D::Method => ("method", "methods", 0),
        D::Class => ("class", "", 0),
        D::Bot => ("bot", "bots", 1),
        D::BotFamily => ("bot", "bots", 2),
        D::ErrorPath => ("path", "paths", 0),
    }
}

/// The field of a compound text, as SQL.
pub(crate) fn field(text: &str, number: u8) -> String {
    match number {
        0 => text.to_owned(),
        _ => format!("split_part({text}, chr(31), {number})"),
    }
}

/// Whether a dimension shows what is not known as one of its values: a visit without a
/// campaign is none of a campaign.
pub(crate) fn has_unknown(dimension: Dimension) -> bool {
    !matches!(dimension, Dimension::UtmSource | Dimension::UtmMedium | Dimension::UtmCampaign)
}

/// The condition on a row as SQL; values go to `bound`.
pub(crate) fn condition(filter: &Filter, bound: &mut Vec<Value>) -> String {
    let (column, dictionary, number) = column(filter.dimension);
    let condition = if dictionary.is_empty() {
        let codes = codes(filter);
        if codes.is_empty() { "false".into() } else { format!("{column} IN ({})", codes.join(",")) }
    } else {
        in_dictionary(filter, column, dictionary, number, bound)
    };
    if filter.is_negative() { format!("NOT ({condition})") } else { condition }
}

/// The condition on the value of a pair.
pub(crate) fn condition_on_value(filter: &Filter, bound: &mut Vec<Value>) -> String {
    let condition = in_dictionary(filter, "value", "values_of_pairs", 0, bound);
    if filter.is_negative() { format!("NOT ({condition})") } else { condition }
}

fn in_dictionary(filter: &Filter, column: &str, dictionary: &str, number: u8, bound: &mut Vec<Value>) -> String {
    let text = field("text", number);
    let any: Vec<String> = filter.values.iter().map(|value| text_condition(filter, &text, value, bound)).collect();
    // Id 0 is the empty text, which no dictionary holds.
    let unknown = has_unknown(filter.dimension) && filter.names(UNKNOWN);
    let or_unknown = if unknown { format!(" OR {column} = 0") } else { String::new() };
    format!("({column} IN (SELECT id FROM {dictionary} WHERE {}){or_unknown})", any.join(" OR "))
}

fn text_condition(filter: &Filter, text: &str, value: &Pattern, bound: &mut Vec<Value>) -> String {
    let (value, condition) = match value.text() {
        _ if filter.contains() => (format!("%{}%", value.like()), format!("{text} ILIKE ? ESCAPE '\\'")),
        Some(value) => (value.to_owned(), format!("{text} = ?")),
        None => (value.like(), format!("{text} LIKE ? ESCAPE '\\'")),
    };
    bound.push(Value::Text(value));
    condition
}

/// The numbers of the enumerated dimensions that the values name.
fn codes(filter: &Filter) -> Vec<String> {
    match filter.dimension {
        Dimension::Channel => numbers(Channel::ALL.iter().map(|c| c.as_str()), filter),
        Dimension::Device => numbers(Device::ALL.iter().map(|d| d.as_str()), filter),
        Dimension::Class => numbers(Class::ALL.iter().map(|c| c.as_str()), filter),
        Dimension::Status => (0..1000u16).filter(|n| names_status(filter, *n)).map(|n| n.to_string()).collect(),
        _ => countries()
            .filter(|c| filter.names(c.as_str()) || (c.code() == 0 && filter.names(UNKNOWN)))
            .map(|c| c.code().to_string())
            .collect(),
    }
}

/// `4xx` names all of its hundred.
pub(crate) fn names_status(filter: &Filter, status: u16) -> bool {
    filter.names(&status.to_string()) || filter.names(&format!("{}xx", status / 100))
}

fn numbers<'a>(names: impl Iterator<Item = &'a str>, filter: &Filter) -> Vec<String> {
    names.enumerate().filter(|(_, name)| filter.names(name)).map(|(number, _)| number.to_string()).collect()
}

fn countries() -> impl Iterator<Item = Country> {
    let letters = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| Country([a, b])));
    [Country::default(), Country::RARE].into_iter().chain(letters)
}
