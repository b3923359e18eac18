//! Filters: `DIMENSION==VALUE`, `!=`, `~`, `!~`, with `*` and `|`.

use super::pattern::Pattern;
use crate::model::Dimension;

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
        let mut values = Pattern::alternatives(value);
        // Paths are kept without it.
        if matches!(dimension, Dimension::Page | Dimension::EntryPage | Dimension::ExitPage | Dimension::ErrorPath)
            && matches!(op, Op::Is | Op::IsNot)
        {
            values.iter_mut().for_each(Pattern::cut_slash);
        }
        Ok(Filter { dimension, op, values })
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

impl Filter {
    /// Whether it asks for a part of a text.
    pub fn contains(&self) -> bool {
        matches!(self.op, Op::Contains | Op::ContainsNot)
    }

    /// Whether it lets through what it does not name.
    pub fn is_negative(&self) -> bool {
        matches!(self.op, Op::IsNot | Op::ContainsNot)
    }

    /// Whether a value is one of those it names: codes in whatever case, texts letter for
    /// letter unless a part is asked for.
    pub fn names(&self, value: &str) -> bool {
        use Dimension as D;
        let is_code = matches!(self.dimension, D::Channel | D::Device | D::Class | D::Status | D::Country);
        let fits = |pattern: &Pattern| match self.contains() || is_code {
            true => pattern.fits(value, self.contains()),
            false => pattern.is(value),
        };
        self.values.iter().any(fits)
    }

    /// Whether it lets a value through, as lists show it.
    pub fn passes(&self, value: &str) -> bool {
        self.names(value) != self.is_negative()
    }
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
