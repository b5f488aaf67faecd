//! Which value an error is about.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Error, Segment};
use toml::Value;

use super::key_path::KeyPath;

/// The path of `error`, which came of reading `tree` as `T`.
///
/// A key that is an enum (a parameter) is unknown to serde_path_to_error. It is found by trying: the table is read with each of
/// its keys alone, and the one with which the error comes again is meant.
pub(super) fn path<T: DeserializeOwned>(tree: &Value, error: &Error<toml::de::Error>) -> KeyPath {
    let segments: Vec<&Segment> = error.path().iter().collect();
    let unknown = segments.iter().position(|s| matches!(s, Segment::Unknown));
    let (Some(unknown), whole) = (unknown, KeyPath::from(error.path())) else {
        return KeyPath::from(error.path());
    };
    let steps = whole.0.iter();
    let before = KeyPath(steps.clone().take(unknown).cloned().collect());
    let Some(table) = before.get(tree).and_then(Value::as_table) else {
        return whole;
    };
    let alone = |key: &str| {
        let mut trial = tree.clone();
        let kept = before.get_mut(&mut trial).and_then(Value::as_table_mut);
        if let Some(kept) = kept {
            kept.retain(|k, _| k == key);
        }
        match serde_path_to_error::deserialize::<_, T>(trial) {
            Ok(_) => false,
            Err(again) => {
                let same_place = KeyPath::from(again.path()) == whole;
                same_place && again.inner().message() == error.inner().message()
            }
        }
    };
    match table.keys().find(|key| alone(key)) {
        Some(key) => {
            let mut path = before.key(key);
            path.0.extend(steps.skip(unknown).cloned());
            path
        }
        None => whole,
    }
}
