//! The file that a command of the ledger writes.

use std::path::Path;

use crate::locales::office as words;

/// The letters behind the last point of its name.
pub(super) fn ending(out: &Path) -> Option<&str> {
    out.extension().and_then(|ending| ending.to_str())
}

/// Refuses a file that is there already, unless it may be replaced: a clerk may have worked in it.
pub(in crate::cli::office) fn must_be_free(out: &Path, force: bool) -> anyhow::Result<()> {
    if !force && out.symlink_metadata().is_ok() {
        anyhow::bail!(words::file_is_there(out));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_replaced_only_where_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let [there, link, free] = ["a.xlsx", "b.xlsx", "c.xlsx"].map(|n| folder.path().join(n));
        std::fs::write(&there, "rows").unwrap();
        std::os::unix::fs::symlink(folder.path().join("nothing"), &link).unwrap();
        for taken in [&there, &link] {
            let error = must_be_free(taken, false).unwrap_err().to_string();
            assert!(error.contains("--force") && error.contains(".xlsx"), "{error}");
            must_be_free(taken, true).unwrap();
        }
        must_be_free(&free, false).unwrap();
    }
}
