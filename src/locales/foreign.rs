//! Errors that other people's code words in English, put into the reader's language.

use std::error::Error;
use std::io::{self, ErrorKind};

use rusqlite::ErrorCode;

use super::{Text, core as words};

/// An error of the operating system. What the kind does not tell is told by the error's own words.
pub fn io(error: &io::Error) -> Text {
    match error.kind() {
        ErrorKind::NotFound => words::io_not_found(),
        ErrorKind::PermissionDenied if error.get_ref().is_none() => words::io_forbidden(),
        ErrorKind::AlreadyExists => words::io_exists(),
        ErrorKind::ConnectionRefused => words::io_refused(),
        ErrorKind::ConnectionReset => words::io_reset(),
        ErrorKind::ConnectionAborted => words::io_aborted(),
        ErrorKind::NotConnected => words::io_not_connected(),
        ErrorKind::AddrInUse => words::io_in_use(),
        ErrorKind::AddrNotAvailable => words::io_not_available(),
        ErrorKind::HostUnreachable => words::io_unreachable_host(),
        ErrorKind::NetworkUnreachable => words::io_unreachable_network(),
        ErrorKind::NetworkDown => words::io_network_down(),
        ErrorKind::BrokenPipe => words::io_broken_pipe(),
        ErrorKind::TimedOut => words::io_timed_out(),
        ErrorKind::IsADirectory => words::io_directory(),
        ErrorKind::NotADirectory => words::io_no_directory(),
        ErrorKind::DirectoryNotEmpty => words::io_not_empty(),
        ErrorKind::ReadOnlyFilesystem => words::io_read_only(),
        ErrorKind::StorageFull => words::io_full(),
        ErrorKind::QuotaExceeded => words::io_quota(),
        ErrorKind::FileTooLarge => words::io_too_large(),
        ErrorKind::ResourceBusy => words::io_busy(),
        ErrorKind::Interrupted => words::io_interrupted(),
        ErrorKind::OutOfMemory => words::io_no_memory(),
        ErrorKind::UnexpectedEof if error.get_ref().is_none() => words::io_end(),
        ErrorKind::InvalidInput if error.raw_os_error().is_some() => words::io_invalid_input(),
        _ => match (error.raw_os_error(), error.get_ref()) {
            // Linux: EIO, ENXIO, ENODEV, EMFILE of errno(3); Rust has no kind for them.
            (Some(5), _) => words::io_device_error(),
            (Some(6 | 19), _) => words::io_device_gone(),
            (Some(24), _) => words::io_too_many_files(),
            (Some(number), _) => words::io_other(number),
            (None, Some(inner)) => match inner.downcast_ref::<io::Error>() {
                Some(inner) => io(inner),
                None => Text::verbatim(inner),
            },
            (None, None) => Text::verbatim(error),
        },
    }
}

/// An error of SQLite: by its code, and what no user meets by SQLite's own words.
pub fn sqlite(error: &rusqlite::Error) -> Text {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => words::sqlite_damaged(),
        Some(ErrorCode::NotADatabase) => words::sqlite_no_database(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => words::sqlite_busy(),
        Some(ErrorCode::ReadOnly) => words::sqlite_read_only(),
        Some(ErrorCode::CannotOpen) => words::sqlite_cannot_open(),
        Some(ErrorCode::SystemIoFailure) => words::sqlite_disk_fails(),
        Some(ErrorCode::DiskFull) => words::io_full(),
        Some(ErrorCode::PermissionDenied) => words::io_forbidden(),
        Some(ErrorCode::OutOfMemory) => words::io_no_memory(),
        _ => words::sqlite_other(error.to_string()),
    }
}

/// An error in the reader's language, as far as its kind is known here.
pub fn error(error: &(dyn Error + 'static)) -> Text {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        io(error)
    } else if let Some(error) = error.downcast_ref::<rusqlite::Error>() {
        sqlite(error)
    } else {
        Text::verbatim(error)
    }
}

/// What went wrong and what was behind it, outermost first. A cause that the error before it has repeated in full is
/// left out.
pub fn chain(whole: &anyhow::Error) -> Text {
    let mut parts: Vec<String> = Vec::new();
    for cause in whole.chain() {
        let said = error(cause).to_string();
        if !parts.last().is_some_and(|before| before.ends_with(&said)) {
            parts.push(said);
        }
        // What SQLite adds is the same once more, with its number.
        if cause.is::<rusqlite::Error>() {
            break;
        }
    }
    Text::chain(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    #[test]
    fn an_error_of_the_system_has_words_in_both_languages() {
        let error = std::fs::read("/nowhere/at/all").unwrap_err();
        assert_eq!(io(&error).to_string(), "no such file or directory");
        let whole = anyhow::Error::from(error).context(words::wording_empty("x"));
        let said = within(Lang::Chinese, || chain(&whole).to_string());
        assert_eq!(said, "`x` 后面没有用语：没有这个文件或目录");
    }

    #[test]
    fn an_error_of_sqlite_has_words_in_both_languages() {
        let error = rusqlite::Connection::open("/nowhere/at/all.db").unwrap_err();
        assert_eq!(sqlite(&error).to_string(), "the database file cannot be opened");
        assert_eq!(super::error(&error).within(Lang::Chinese), "数据库文件打不开");
    }

    #[test]
    fn every_number_of_the_system_is_said_without_english() {
        for number in 1..134 {
            let said = io(&io::Error::from_raw_os_error(number)).within(Lang::Chinese);
            assert!(!said.chars().any(|c| c.is_ascii_alphabetic()), "{number}: {said}");
        }
    }
}
