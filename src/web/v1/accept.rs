//! Which media type a request prefers (RFC 9110 §12.5.1).

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// A range of media types, and its weight from 0 to 1.
type Range = (String, f64);

/// How much of each of `kinds` a request wants, from 0, not at all, to 1; `None` where it says nothing of media types.
pub(super) fn weights<const N: usize>(headers: &HeaderMap, kinds: [&str; N]) -> Option<[f64; N]> {
    let ranges = ranges(headers);
    (!ranges.is_empty()).then(|| kinds.map(|kind| weight(&ranges, kind)))
}

/// Whether `kind` is named, and before `other`, if that is.
pub(super) fn names_first(headers: &HeaderMap, kind: &str, other: &str) -> bool {
    let ranges = ranges(headers);
    let place = |kind: &str| ranges.iter().position(|(range, _)| range == kind);
    place(kind).is_some_and(|own| place(other).is_none_or(|other| own < other))
}

fn ranges(headers: &HeaderMap) -> Vec<Range> {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next()?.to_ascii_lowercase();
        let weight = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.eq_ignore_ascii_case("q").then(|| value.parse::<f64>().ok()).flatten()
        });
        (!kind.is_empty()).then(|| (kind, weight.unwrap_or(1.0)))
    });
    ranges.collect()
}

/// The weight of the range that names `kind` most exactly.
fn weight(ranges: &[Range], kind: &str) -> f64 {
    let main = kind.split('/').next().unwrap_or_default();
    let of = |wanted: &str| ranges.iter().find(|(range, _)| range == wanted);
    let found = of(kind).or_else(|| of(&format!("{main}/*"))).or_else(|| of("*/*"));
    found.map_or(0.0, |(_, weight)| *weight)
}
