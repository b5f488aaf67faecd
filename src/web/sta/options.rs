//! The options of a query (OGC 18-088, 9.3), checked against the kind of entity that is asked for.

use jiff::Timestamp;

use super::address::split;
use super::entity::observation;
use super::expression::Expression;
use super::model::{Kind, Relation, Type, is_id};
use super::parse::parse;
use crate::core::Series;
use crate::locales::{Lang, Text, things as words};
use crate::web::problem::Problem;

/// Entities of a page where it is not asked for more or fewer, as with other servers.
const TOP_USUAL: usize = 100;

/// Entities of a page. A page of as many observations has some 700 kB.
pub(super) const TOP_MAX: usize = 1_000;

/// Deepest expansion: from a thing to the features of its observations it takes three. Engineering judgement.
const DEPTH_MAX: usize = 5;

/// Expansions of a request, and names of a list. Engineering judgement: more than there are relations, or properties.
const EXPANDED_MAX: usize = 20;
const NAMES_MAX: usize = 30;

/// The options, as they are named in an unknown one's place.
const KNOWN: [&str; 9] =
    ["$filter", "$orderby", "$top", "$skip", "$count", "$select", "$expand", "$skiptoken", "lang"];

type Pairs = Vec<(String, String)>;

/// What is asked of a set or an entity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Options {
    pub filter: Option<Expression>,
    /// By which values in turn, and whether the greatest comes first.
    pub order: Vec<(Vec<String>, bool)>,
    pub top: usize,
    pub skip: usize,
    pub count: bool,
    /// The names that are asked for; all without it.
    pub select: Option<Vec<String>>,
    pub expand: Vec<(&'static str, Self)>,
    /// The last observation of the page before.
    pub after: Option<(Series, Timestamp)>,
    /// As it was written, for the link to the next page.
    pub written: Pairs,
}

impl Options {
    /// Reads the options of a request: whatever it names that is no option is refused, so that nobody takes an answer
    /// for what she asked for and did not get.
    pub fn read(pairs: Pairs, kind: Kind, one: bool) -> Result<Self, Box<Problem>> {
        let mut reader = Reader { expanded: 0 };
        let options = reader.options(pairs, kind, "", 0)?;
        if one {
            options.of_one("")?;
        }
        Ok(options)
    }

    /// Refuses what chooses among several, where there is one entity.
    fn of_one(&self, within: &str) -> Result<(), Box<Problem>> {
        let of_sets = |(name, _): &&(String, String)| {
            name.starts_with('$') && name != "$select" && name != "$expand"
        };
        match self.written.iter().find(of_sets) {
            Some((name, value)) => wrong(&format!("{within}{name}"), value, words::only_of_sets()),
            None => Ok(()),
        }
    }
}

/// Refuses whatever a request names, where there is nothing to choose.
pub(super) fn none(pairs: &[(String, String)]) -> Result<(), Box<Problem>> {
    for (name, value) in pairs {
        match name.as_str() {
            "lang" => language(name, value)?,
            name => return Err(Box::new(Problem::unknown(name, &["lang"]))),
        }
    }
    Ok(())
}

struct Reader {
    /// How many expansions there are so far.
    expanded: usize,
}

/// What is wrong with the `value` of `place`.
fn wrong<T>(place: &str, value: &str, rule: Text) -> Result<T, Box<Problem>> {
    Err(Box::new(Problem::value(place, value, rule).hint(words::see_options())))
}

impl Reader {
    /// The options at a place: empty, or `$expand/Datastreams/` for those of an expansion.
    fn options(
        &mut self,
        pairs: Pairs,
        kind: Kind,
        within: &str,
        depth: usize,
    ) -> Result<Options, Box<Problem>> {
        let mut options = Options {
            filter: None,
            order: Vec::new(),
            top: TOP_USUAL,
            skip: 0,
            count: false,
            select: None,
            expand: Vec::new(),
            after: None,
            written: Vec::new(),
        };
        for (name, value) in pairs {
            let place = format!("{within}{name}");
            if options.written.iter().any(|(known, _)| *known == name) {
                return wrong(&place, &value, words::option_twice());
            }
            match name.as_str() {
                "$filter" => options.filter = Some(filter(&place, &value, kind)?),
                "$orderby" => options.order = order(&place, &value, kind)?,
                "$top" => options.top = number(&place, &value)?.min(TOP_MAX),
                "$skip" => options.skip = number(&place, &value)?,
                "$count" => match value.as_str() {
                    "true" => options.count = true,
                    "false" => options.count = false,
                    _ => return wrong(&place, &value, words::true_or_false()),
                },
                "$select" => options.select = Some(select(&place, &value, kind)?),
                "$expand" => options.expand = self.expand(&place, &value, kind, depth)?,
                "$skiptoken" => match observation(&value) {
                    Some(after) if kind == Kind::Observation => options.after = Some(after),
                    _ => return wrong(&place, &value, words::no_token()),
                },
                "$resultFormat" | "$format" => {
                    return wrong(&place, &value, words::only_json());
                }
                "lang" if within.is_empty() => language(&place, &value)?,
                name => return Err(Box::new(Problem::unknown(name, &KNOWN))),
            }
            options.written.push((name, value));
        }
        Ok(options)
    }

    fn expand(
        &mut self,
        place: &str,
        text: &str,
        kind: Kind,
        depth: usize,
    ) -> Result<Vec<(&'static str, Options)>, Box<Problem>> {
        if depth >= DEPTH_MAX {
            return wrong(place, text, words::expand_too_deep(DEPTH_MAX));
        }
        let mut asked: Vec<(Relation, Pairs)> = Vec::new();
        for item in split(text, ',').into_iter().map(str::trim) {
            self.expanded += 1;
            if self.expanded > EXPANDED_MAX {
                return wrong(place, text, words::expand_too_many(EXPANDED_MAX));
            }
            let (first, rest) = item.split_at(item.find(['/', '(']).unwrap_or(item.len()));
            let Some(relation) = kind.relation(first) else {
                let known = kind.relations().iter().map(|(name, ..)| *name);
                return wrong(place, item, words::relations_are(kind.set(), Text::list(known)));
            };
            let own = match rest.strip_prefix('/') {
                Some(further) => vec![("$expand".to_owned(), further.to_owned())],
                None => nested(place, item, rest)?,
            };
            match asked.iter_mut().find(|(known, _)| *known == relation) {
                Some((_, pairs)) => merge(pairs, own),
                None => asked.push((relation, own)),
            }
        }
        let read = |((name, to, many), pairs): (Relation, Pairs)| {
            let within = format!("{place}/{name}/");
            let options = self.options(pairs, to, &within, depth + 1)?;
            if !many {
                options.of_one(&within)?;
            }
            Ok((name, options))
        };
        asked.into_iter().map(read).collect()
    }
}

/// The options in parentheses behind the name of an expansion.
fn nested(place: &str, item: &str, rest: &str) -> Result<Pairs, Box<Problem>> {
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let Some(inner) = inner else { return wrong(place, item, words::close_expected()) };
    let mut pairs = Vec::new();
    for pair in split(inner, ';').into_iter().map(str::trim).filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return wrong(place, pair, words::option_expected());
        };
        if !name.starts_with('$') {
            return wrong(place, pair, words::option_expected());
        }
        pairs.push((name.to_owned(), value.to_owned()));
    }
    Ok(pairs)
}

/// Adds the options of a relation that is named again: `A/B,A/C` expands both.
fn merge(pairs: &mut Pairs, more: Pairs) {
    for (name, value) in more {
        match pairs.iter_mut().find(|(known, _)| *known == name && name == "$expand") {
            Some((_, there)) => *there = format!("{there},{value}"),
            None => pairs.push((name, value)),
        }
    }
}

fn filter(place: &str, text: &str, kind: Kind) -> Result<Expression, Box<Problem>> {
    let filter = match parse(text) {
        Ok(filter) => filter,
        Err(found) => {
            let place = format!("{place}:{}", found.at);
            return wrong(&place, &found.found, found.rule);
        }
    };
    match kind.check(&filter) {
        Ok(()) => Ok(filter),
        Err((part, rule)) => wrong(place, &part, rule),
    }
}

fn order(place: &str, text: &str, kind: Kind) -> Result<Vec<(Vec<String>, bool)>, Box<Problem>> {
    let mut order = Vec::new();
    for item in names(place, text)? {
        let mut words_of = item.split_whitespace();
        let path: Vec<String> =
            words_of.next().unwrap_or_default().split('/').map(str::to_owned).collect();
        let descending = match words_of.next().map(str::to_ascii_lowercase).as_deref() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return wrong(place, item, words::asc_or_desc()),
        };
        if words_of.next().is_some() {
            return wrong(place, item, words::asc_or_desc());
        }
        match kind.type_of(&path) {
            Err(rule) => return wrong(place, item, rule),
            Ok(Type::Object | Type::Place) => {
                return wrong(place, item, words::object_is_no_value());
            }
            Ok(_) => {}
        }
        order.push((path, descending));
    }
    Ok(order)
}

fn select(place: &str, text: &str, kind: Kind) -> Result<Vec<String>, Box<Problem>> {
    let known = kind.names();
    let mut selected = Vec::new();
    for name in names(place, text)? {
        if !is_id(name) && name != "@iot.selfLink" && !known.contains(&name) {
            return wrong(place, name, kind.no_such(name));
        }
        selected.push(name.to_owned());
    }
    Ok(selected)
}

fn names<'a>(place: &str, text: &'a str) -> Result<Vec<&'a str>, Box<Problem>> {
    let names: Vec<&str> = text.split(',').map(str::trim).take(NAMES_MAX + 1).collect();
    match names.len() > NAMES_MAX {
        true => wrong(place, text, words::too_many_names(NAMES_MAX)),
        false => Ok(names),
    }
}

/// The language of what is said of an error, which is chosen before the options are read.
fn language(place: &str, code: &str) -> Result<(), Box<Problem>> {
    match Lang::of(code) {
        Some(_) => Ok(()),
        None => wrong(place, code, words::zh_or_en()),
    }
}

fn number(place: &str, text: &str) -> Result<usize, Box<Problem>> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<u32>() {
        Ok(number) if digits => Ok(usize::try_from(number).unwrap_or(usize::MAX)),
        _ => wrong(place, text, words::not_a_count(u32::MAX)),
    }
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
