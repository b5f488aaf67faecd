//! What a filter comes to.

use std::cell::RefCell;
use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::expression::{Comparison, Expression, Function, Value};

/// Finds the value of a path.
pub(super) type Lookup<'a> = dyn Fn(&[String]) -> Value + 'a;

impl Expression {
    /// What it comes to where paths have these values. What is compared with nothing is false but for `eq null` and
    /// `ne null`.
    pub fn value(&self, lookup: &Lookup<'_>) -> Value {
        match self {
            Self::Any(parts) => Value::Bool(parts.iter().any(|part| part.holds(lookup))),
            Self::All(parts) => Value::Bool(parts.iter().all(|part| part.holds(lookup))),
            Self::Not(part) => Value::Bool(!part.holds(lookup)),
            Self::Compare(by, sides) => {
                let [left, right] = [&sides[0], &sides[1]].map(|side| side.value(lookup));
                Value::Bool(compare(*by, &left, &right))
            }
            Self::Call(function, arguments) => {
                let arguments: Vec<Value> = arguments.iter().map(|one| one.value(lookup)).collect();
                call(*function, &arguments)
            }
            Self::Path(path) => lookup(path),
            Self::Literal(value) => value.clone(),
        }
    }

    pub fn holds(&self, lookup: &Lookup<'_>) -> bool {
        self.value(lookup) == Value::Bool(true)
    }

    /// The same with the paths that are `known` replaced by their values, and what follows from them worked out.
    pub fn with(&self, known: &dyn Fn(&[String]) -> Option<Value>) -> Self {
        let each = |parts: &[Self]| parts.iter().map(|part| part.with(known)).collect::<Vec<_>>();
        let both = |sides: &[Self; 2]| Box::new([sides[0].with(known), sides[1].with(known)]);
        let new = match self {
            Self::Any(parts) => return joined(each(parts), true),
            Self::All(parts) => return joined(each(parts), false),
            Self::Path(path) => {
                return known(path).map_or_else(|| self.clone(), Self::Literal);
            }
            Self::Literal(_) => return self.clone(),
            Self::Not(part) => Self::Not(Box::new(part.with(known))),
            Self::Compare(by, sides) => Self::Compare(*by, both(sides)),
            Self::Call(function, arguments) => Self::Call(*function, each(arguments)),
        };
        let literal = |part: &Self| matches!(part, Self::Literal(_));
        let all_known = match &new {
            Self::Not(part) => literal(part),
            Self::Compare(_, sides) => sides.iter().all(literal),
            Self::Call(_, arguments) => arguments.iter().all(literal),
            _ => false,
        };
        if all_known { Self::Literal(new.value(&|_| Value::Null)) } else { new }
    }
}

impl Expression {
    /// The paths in it, each as often as it stands there.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let found = RefCell::new(Vec::new());
        self.with(&|path| {
            found.borrow_mut().push(path.to_vec());
            None
        });
        found.into_inner()
    }
}

/// `parts` joined by `or` or `and`, without those that decide nothing.
fn joined(parts: Vec<Expression>, or: bool) -> Expression {
    let mut left = Vec::new();
    for part in parts {
        match part {
            Expression::Literal(value) => {
                if (value == Value::Bool(true)) == or {
                    return Expression::Literal(Value::Bool(or));
                }
            }
            part => left.push(part),
        }
    }
    match left.len() {
        0 => Expression::Literal(Value::Bool(!or)),
        _ if or => Expression::Any(left),
        _ => Expression::All(left),
    }
}

fn compare(by: Comparison, left: &Value, right: &Value) -> bool {
    if let (Value::Null, Value::Null) = (left, right) {
        return by == Comparison::Equal;
    }
    let found = order(left, right);
    match by {
        Comparison::Equal => found == Some(Ordering::Equal),
        Comparison::Unequal => found != Some(Ordering::Equal),
        Comparison::Greater => found == Some(Ordering::Greater),
        Comparison::Less => found == Some(Ordering::Less),
        Comparison::AtLeast => match left {
            // A span is at or after an instant where it begins there.
            Value::Span(from, _) => matches!(right, Value::Time(at) if from >= at),
            _ => found.is_some_and(Ordering::is_ge),
        },
        Comparison::AtMost => match left {
            Value::Span(_, to) => matches!(right, Value::Time(at) if to <= at),
            _ => found.is_some_and(Ordering::is_le),
        },
    }
}

/// How two values of a kind stand to each other; `None` where they cannot be compared.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Some(left.cmp(right)),
        (Value::Span(from, to), Value::Time(at)) => {
            if from > at {
                Some(Ordering::Greater)
            } else if to < at {
                Some(Ordering::Less)
            } else {
                (from == at && to == at).then_some(Ordering::Equal)
            }
        }
        (Value::Time(_), Value::Span(..)) => order(right, left).map(Ordering::reverse),
        (Value::Span(a, b), Value::Span(c, d)) => {
            if b < c {
                Some(Ordering::Less)
            } else if a > d {
                Some(Ordering::Greater)
            } else {
                ((a, b) == (c, d)).then_some(Ordering::Equal)
            }
        }
        _ => None,
    }
}

/// The order of a list: what is not known first, then by kind, each in its own order.
pub(super) fn in_list(left: &Value, right: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::Text(_) => 3,
        Value::Time(_) => 4,
        Value::Span(..) => 5,
        Value::Place(_) => 6,
        Value::Area(_) => 7,
    };
    rank(left).cmp(&rank(right)).then_with(|| match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.total_cmp(right),
        (Value::Span(a, b), Value::Span(c, d)) => (a, b).cmp(&(c, d)),
        _ => order(left, right).unwrap_or(Ordering::Equal),
    })
}

fn call(function: Function, arguments: &[Value]) -> Value {
    use Function as F;
    match (function, arguments) {
        // The part comes first here, unlike in the others.
        (F::SubstringOf, [Value::Text(part), Value::Text(text)]) => {
            Value::Bool(text.contains(part))
        }
        (F::StartsWith, [Value::Text(text), Value::Text(part)]) => {
            Value::Bool(text.starts_with(part))
        }
        (F::EndsWith, [Value::Text(text), Value::Text(part)]) => Value::Bool(text.ends_with(part)),
        (F::GeoIntersects | F::StIntersects, [Value::Place(at), Value::Area(area)]) => {
            Value::Bool(area.holds(*at, true))
        }
        (F::StWithin, [Value::Place(at), Value::Area(area)]) => Value::Bool(area.holds(*at, false)),
        (function, [Value::Time(at)]) => part_of(function, *at),
        _ => Value::Null,
    }
}

/// A part of a time, in UTC as times are shown.
fn part_of(function: Function, at: Timestamp) -> Value {
    let civil = TimeZone::UTC.to_datetime(at);
    let part = match function {
        Function::Year => civil.year(),
        Function::Month => civil.month().into(),
        Function::Day => civil.day().into(),
        Function::Hour => civil.hour().into(),
        Function::Minute => civil.minute().into(),
        _ => return Value::Null,
    };
    Value::Number(f64::from(part))
}
