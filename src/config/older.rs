//! What examples of earlier versions had in another place.
//!
//! No key was ever renamed or taken away, and none may be without a word here of what to write instead
//! (docs/decisions/0037); `tests/it/upgrades.rs` reads the examples of earlier versions.

use serde::de::DeserializeOwned;
use toml::Value;

/// Whether `key` with this value is one that a file read as `T` has at its top. The hub's example once showed `share`
/// behind the line `[mqtt]`, where it belongs to that table.
pub(super) fn belongs_at_top<T: DeserializeOwned>(key: &str, value: &Value) -> bool {
    if value.is_table() {
        return false;
    }
    let alone = toml::Table::from_iter([(key.to_owned(), value.clone())]);
    match serde_path_to_error::deserialize::<_, T>(Value::Table(alone)) {
        Ok(_) => true,
        // What else lacks is told without the key.
        Err(error) => error.inner().message().trim().starts_with("missing field"),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Top {
        name: String,
        share: Option<String>,
        list: Option<Vec<u8>>,
    }

    #[test]
    fn only_what_fits_there_belongs_at_the_top() {
        let at_top = |key: &str, value: Value| belongs_at_top::<Top>(key, &value);
        assert!(at_top("share", "hanqing".into()) && at_top("list", vec![1].into()));
        assert!(!at_top("share", 1.into()) && !at_top("other", "hanqing".into()));
        assert!(!at_top("list", toml::Table::new().into()));
    }
}
