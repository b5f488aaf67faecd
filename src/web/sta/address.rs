//! Addresses: what a path leads to, percent-encoding, and links.

use super::model::Kind;
use crate::locales::{Text, things as words};
use crate::web::guard::encoded;

/// Where the view begins.
pub(super) const ROOT: &str = "/sta/v1.1";

/// Steps of a path: the longest that leads anywhere new has five. Engineering judgement.
const STEPS_MAX: usize = 10;

/// A step of a path: a name, and the id behind it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub name: String,
    pub id: Option<String>,
}

/// The steps of the part of a path after [`ROOT`]. Within quotes a slash belongs to the id, whether it is encoded or
/// not.
pub(super) fn steps(path: &str) -> Result<Vec<Step>, Text> {
    let path = decoded(path, false).ok_or_else(words::not_encoded)?;
    let mut steps = Vec::new();
    for part in split(&path, '/') {
        if part.is_empty() {
            continue;
        }
        if steps.len() >= STEPS_MAX {
            return Err(words::too_many_steps(STEPS_MAX));
        }
        let (name, id) = match part.split_once('(') {
            None => (part, None),
            Some((name, rest)) => {
                let key = rest.strip_suffix(')').ok_or_else(words::key_open)?;
                let text = key.strip_prefix('\'').and_then(|key| key.strip_suffix('\''));
                (name, Some(text.ok_or_else(words::key_is_text)?.replace("''", "'")))
            }
        };
        steps.push(Step { name: name.to_owned(), id });
    }
    Ok(steps)
}

/// The parts of `text` between `separator`s that stand in no quotes and no parentheses.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut in_quotes) = (Vec::new(), 0, 0_usize, false);
    for (at, character) in text.char_indices() {
        match character {
            '\'' => in_quotes = !in_quotes,
            '(' if !in_quotes => depth += 1,
            ')' if !in_quotes => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 && !in_quotes => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Undoes percent-encoding (RFC 3986 §2.1), and in a query `+` for a blank; `None` where that gives no text.
pub(super) fn decoded(text: &str, in_query: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b'+' if in_query => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The names and values of a query.
pub(super) fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Some((decoded(name, true)?, decoded(value, true)?))
    };
    parts.map(pair).collect()
}

/// The address of an entity.
pub(super) fn entity(base: &str, kind: Kind, id: &str) -> String {
    let id = encoded(&id.replace('\'', "''")).replace('/', "%2F");
    format!("{base}/{}('{id}')", kind.set())
}

/// `address` with this query.
pub(super) fn with_query(address: &str, query: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| match name.strip_prefix('$') {
        Some(name) => format!("${}={}", encoded(name), encoded(value)),
        None => format!("{}={}", encoded(name), encoded(value)),
    };
    let query: Vec<String> = query.iter().map(pair).collect();
    if query.is_empty() { address.to_owned() } else { format!("{address}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slash_of_an_id_is_no_step_encoded_or_not() {
        let step =
            |name: &str, id: Option<&str>| Step { name: name.into(), id: id.map(str::to_owned) };
        let streams = [step("Datastreams", Some("pond-1/level")), step("Observations", None)];
        for path in [
            "/Datastreams('pond-1/level')/Observations",
            "/Datastreams('pond-1%2Flevel')/Observations/",
            "/Datastreams(%27pond-1%2flevel%27)/Observations",
        ] {
            assert_eq!(steps(path).unwrap(), streams, "{path}");
        }
        assert_eq!(steps("/Things('it''s')").unwrap(), [step("Things", Some("it's"))]);
        assert_eq!(steps("").unwrap(), []);
        for wrong in ["/Things(1)", "/Things('a'", "/Things(a)", "/%zz", "/%ff", &"/a".repeat(11)] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_into_a_query_is_read_out_of_it(
            pairs_in in prop::collection::vec((any::<String>(), any::<String>()), 0..4)
        ) {
            let wanted: Vec<_> =
                pairs_in.into_iter().map(|(name, value)| (format!("${name}"), value)).collect();
            let address = with_query("x", &wanted);
            let query = address.split_once('?').map_or("", |(_, query)| query);
            prop_assert_eq!(pairs(query).unwrap(), wanted);
        }

        #[test]
        fn no_path_and_no_query_panics(text in any::<String>()) {
            let _ = steps(&text);
            let _ = pairs(&text);
            let parts = split(&text, ',').join(",");
            prop_assert_eq!(parts, text);
        }

        #[test]
        fn an_id_in_an_address_is_read_back(id in "[ -~旱]{1,20}") {
            let address = entity("", Kind::Thing, &id);
            let read = steps(&address).unwrap();
            prop_assert_eq!(read[0].id.as_deref(), Some(id.as_str()));
        }
    }
}
