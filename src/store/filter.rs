//! Filters: `DIMENSION==VALUE`, `!=`, `~`, `!~`, with `*` and `|`.

use super::pattern::Pattern;
use crate::model::{Channel, Country, Device, Dimension};
use duckdb::types::Value;

/// How a filter compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `==`
    Is,
    /// `!=`
    IsNot,
    /// `~`
    Contains,
    /// `!~`
    ContainsNot,
}

impl Op {
    /// As written in an expression.
    pub fn as_str(self) -> &'static str {
        match self {
            Op::Is => "==",
            Op::IsNot => "!=",
            Op::Contains => "~",
            Op::ContainsNot => "!~",
        }
    }
}

/// One condition; a query's filters all have to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// What is compared.
    pub dimension: Dimension,
    /// How.
    pub op: Op,
    /// The alternatives.
    pub values: Vec<Pattern>,
}

/// Why an expression is no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterError {
    /// No operator in it.
    NoOperator(String),
    /// No such dimension.
    NoDimension(String),
    /// Nothing to compare with.
    NoValue(String),
}

impl std::fmt::Display for FilterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FilterError::NoOperator(text) => {
                write!(f, "'{text}' has no ==, !=, ~ or !~; write for example country==DE")
            }
            FilterError::NoDimension(name) => {
                let names: Vec<&str> = Dimension::ALL.iter().map(|d| d.as_str()).collect();
                write!(f, "there is no dimension '{name}'; there are {}", names.join(" "))
            }
            FilterError::NoValue(text) => write!(f, "'{text}' compares with nothing; write for example page==/blog/*"),
        }
    }
}

impl std::str::FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Filter, FilterError> {
        let (name, op, value) = split(text).ok_or_else(|| FilterError::NoOperator(text.into()))?;
        let dimension = Dimension::parse(name.trim()).ok_or_else(|| FilterError::NoDimension(name.trim().into()))?;
        if value.is_empty() {
            return Err(FilterError::NoValue(text.into()));
        }
        Ok(Filter { dimension, op, values: Pattern::alternatives(value) })
    }
}

fn split(text: &str) -> Option<(&str, Op, &str)> {
    let at = text.find(['=', '!', '~'])?;
    let (name, rest) = text.split_at(at);
    [("==", Op::Is), ("!=", Op::IsNot), ("!~", Op::ContainsNot), ("~", Op::Contains), ("=", Op::Is)]
        .into_iter()
        .find_map(|(sign, op)| Some((name, op, rest.strip_prefix(sign)?)))
}

impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let values: Vec<String> = self.values.iter().map(Pattern::to_string).collect();
        write!(f, "{}{}{}", self.dimension.as_str(), self.op.as_str(), values.join("|"))
    }
}

/// The dimension's column, its dictionary's table and which field of a
/// compound text it is (0: the whole).
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

impl Filter {
    /// The condition as SQL; values go to `bound`.
    pub(crate) fn sql(&self, bound: &mut Vec<Value>) -> String {
        let (column, dictionary, number) = column(self.dimension);
        let condition = if dictionary.is_empty() {
            let codes = self.codes();
            if codes.is_empty() { "false".into() } else { format!("{column} IN ({})", codes.join(",")) }
        } else {
            let text = field("text", number);
            let any: Vec<String> = self.values.iter().map(|value| self.text_condition(&text, value, bound)).collect();
            // Id 0 is the empty text, which no dictionary holds.
            let unknown = self.values.iter().any(|value| self.matches(value, super::query::UNKNOWN));
            let or_unknown = if unknown { format!(" OR {column} = 0") } else { String::new() };
            format!("({column} IN (SELECT id FROM {dictionary} WHERE {}){or_unknown})", any.join(" OR "))
        };
        match self.op {
            Op::Is | Op::Contains => condition,
            Op::IsNot | Op::ContainsNot => format!("NOT ({condition})"),
        }
    }

    fn contains(&self) -> bool {
        matches!(self.op, Op::Contains | Op::ContainsNot)
    }

    fn text_condition(&self, text: &str, value: &Pattern, bound: &mut Vec<Value>) -> String {
        let (value, condition) = match value.text() {
            _ if self.contains() => (format!("%{}%", value.like()), format!("{text} ILIKE ? ESCAPE '\\'")),
            Some(value) => (value.to_owned(), format!("{text} = ?")),
            None => (value.like(), format!("{text} LIKE ? ESCAPE '\\'")),
        };
        bound.push(Value::Text(value));
        condition
    }

    /// The numbers of the enumerated dimensions that the values name.
    fn codes(&self) -> Vec<String> {
        let matches = |name: &str| self.values.iter().any(|value| self.matches(value, name));
        match self.dimension {
            Dimension::Channel => numbers(Channel::ALL.iter().map(|c| c.as_str()), matches),
            Dimension::Device => numbers(Device::ALL.iter().map(|d| d.as_str()), matches),
            Dimension::Class => numbers(crate::model::Class::ALL.iter().map(|c| c.as_str()), matches),
            Dimension::Status => (0..1000u16).filter(|n| matches(&n.to_string())).map(|n| n.to_string()).collect(),
            _ => countries()
                .filter(|c| matches(c.as_str()) || (c.code() == 0 && matches(super::query::UNKNOWN)))
                .map(|c| c.code().to_string())
                .collect(),
        }
    }

    fn matches(&self, pattern: &Pattern, name: &str) -> bool {
        pattern.fits(name, self.contains())
    }
}

fn numbers<'a>(names: impl Iterator<Item = &'a str>, matches: impl Fn(&str) -> bool) -> Vec<String> {
    names.enumerate().filter(|(_, name)| matches(name)).map(|(number, _)| number.to_string()).collect()
}

fn countries() -> impl Iterator<Item = Country> {
    let letters = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| Country([a, b])));
    std::iter::once(Country::default()).chain(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read() {
        let filter: Filter = "country==DE|AT".parse().expect("a filter");
        assert_eq!(
            filter,
            Filter { dimension: Dimension::Country, op: Op::Is, values: ["DE", "AT"].map(Pattern::literal).into() }
        );
        assert_eq!("referrer!~a=b".parse::<Filter>().expect("a filter").values, [Pattern::literal("a=b")]);
        assert_eq!("land==DE".parse::<Filter>(), Err(FilterError::NoDimension("land".into())));
        assert_eq!("page".parse::<Filter>(), Err(FilterError::NoOperator("page".into())));
        assert_eq!("page==".parse::<Filter>(), Err(FilterError::NoValue("page==".into())));
    }
}
