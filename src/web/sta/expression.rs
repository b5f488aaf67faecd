//! A filter: its terms, and how it is written.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::area::{Area, Place};

/// A filter, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// `a or b …`
    Any(Vec<Expression>),
    /// `a and b …`
    All(Vec<Expression>),
    Not(Box<Expression>),
    Compare(Comparison, Box<[Expression; 2]>),
    Call(Function, Vec<Expression>),
    /// A property, by way of relations: `Datastream/Thing/name`.
    Path(Vec<String>),
    Literal(Value),
}

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing is known.
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    Time(Timestamp),
    /// From the first to the last instant.
    Span(Timestamp, Timestamp),
    Place(Place),
    Area(Arc<Area>),
}

/// Declares words of the language, each with how it is written.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }
    };
}

words! {
    Comparison { Equal = "eq", Unequal = "ne", Greater = "gt", AtLeast = "ge", Less = "lt", AtMost = "le", }
}

words! {
    Function {
        SubstringOf = "substringof",
        StartsWith = "startswith",
        EndsWith = "endswith",
        Year = "year",
        Month = "month",
        Day = "day",
        Hour = "hour",
        Minute = "minute",
        GeoIntersects = "geo.intersects",
        StIntersects = "st_intersects",
        StWithin = "st_within",
    }
}

impl Function {
    /// How many arguments it has.
    pub fn arguments(self) -> usize {
        let of_one =
            matches!(self, Self::Year | Self::Month | Self::Day | Self::Hour | Self::Minute);
        if of_one { 1 } else { 2 }
    }
}

impl Comparison {
    /// The same with its sides exchanged.
    pub fn flipped(self) -> Self {
        match self {
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            same => same,
        }
    }
}

impl fmt::Display for Expression {
    /// With parentheses around all that has parts, so that it reads back as the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            f.write_str("(")?;
            for (number, part) in parts.iter().enumerate() {
                if number > 0 {
                    write!(f, " {word} ")?;
                }
                write!(f, "{part}")?;
            }
            f.write_str(")")
        };
        match self {
            Self::Any(parts) => joined(f, parts, "or"),
            Self::All(parts) => joined(f, parts, "and"),
            Self::Not(part) => write!(f, "(not {part})"),
            Self::Compare(by, sides) => write!(f, "({} {} {})", sides[0], by.word(), sides[1]),
            Self::Call(function, arguments) => {
                write!(f, "{}(", function.word())?;
                for (number, argument) in arguments.iter().enumerate() {
                    let between = if number > 0 { "," } else { "" };
                    write!(f, "{between}{argument}")?;
                }
                f.write_str(")")
            }
            Self::Path(names) => f.write_str(&names.join("/")),
            Self::Literal(value) => write!(f, "{value}"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value:?}"),
            Self::Text(value) => write!(f, "'{}'", value.replace('\'', "''")),
            Self::Time(at) => write!(f, "{at}"),
            Self::Span(from, to) => write!(f, "{from}/{to}"),
            Self::Place([x, y]) => write!(f, "geography'POINT({x:?} {y:?})'"),
            Self::Area(area) => write!(f, "geography'{area}'"),
        }
    }
}
