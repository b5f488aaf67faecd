//! The store's file, for commands that work on one that a hub has made.

use std::path::Path;

use crate::locales::office as words;

/// # Errors
/// There is no such file. A command must not make it: whoever gave a wrong path would be told that all is well.
pub(super) fn must_exist(path: &Path) -> anyhow::Result<()> {
    // One that cannot be looked at is told of by whoever opens it.
    if path.try_exists().unwrap_or(true) {
        return Ok(());
    }
    Err(anyhow::Error::msg(words::no_store(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    #[test]
    fn a_file_that_is_not_there_is_named_and_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        for lang in Lang::ALL {
            let said = within(lang, || must_exist(&path).unwrap_err().to_string());
            let named = path.display().to_string();
            assert!(said.contains(&named) && said.contains("store.path"), "{said}");
        }
        assert!(!path.exists());
        std::fs::write(&path, "").unwrap();
        must_exist(&path).unwrap();
    }
}
