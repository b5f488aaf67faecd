//! The path of the value that an error is about.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Error, Segment};
use toml::Value;

use super::key_path::KeyPath;

/// The path of `error`, which came from reading `tree` as `T`.
///
/// serde_path_to_error does not know a key that is an enum (a parameter). It is found by trial: the table is read with
/// each of its keys alone, and the key with which the error comes again is the one.
pub(super) fn path<T: DeserializeOwned>(tree: &Value, error: &Error<toml::de::Error>) -> KeyPath {
    let whole = KeyPath::from(error.path());
    let unknown = error.path().iter().position(|segment| matches!(segment, Segment::Unknown));
    let Some(unknown) = unknown else { return whole };
    let before = KeyPath(whole.0.iter().take(unknown).cloned().collect());
    let Some(table) = before.get(tree).and_then(Value::as_table) else { return whole };
    let fails_alone = |key: &&String| {
        let mut trial = tree.clone();
        if let Some(table) = before.get_mut(&mut trial).and_then(Value::as_table_mut) {
            table.retain(|k, _| k == *key);
        }
        serde_path_to_error::deserialize::<_, T>(trial).is_err_and(|again| {
            KeyPath::from(again.path()) == whole
                && again.inner().message() == error.inner().message()
        })
    };
    match table.keys().find(fails_alone) {
        Some(key) => {
            let mut path = before.key(key);
            path.0.extend(whole.0.iter().skip(unknown).cloned());
            path
        }
        None => whole,
    }
}
