//! Errors that other people's code words in English, put into the reader's language.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, ErrorKind};

use rusqlite::ErrorCode;

use super::{Argument, Lang, Text, core as words, within};

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
        // What the standard library says of a file that it reads as text.
        ErrorKind::InvalidData if error.raw_os_error().is_none() && error.get_ref().is_none() => {
            words::io_not_utf8()
        }
        ErrorKind::InvalidInput if error.raw_os_error().is_some() => words::io_invalid_input(),
        _ => match (error.raw_os_error(), error.get_ref()) {
            // Linux: EIO, ENXIO, ENODEV, EMFILE of errno(3); Rust has no kind for them.
            (Some(5), _) => words::io_device_error(),
            (Some(6 | 19), _) => words::io_device_gone(),
            (Some(24), _) => words::io_too_many_files(),
            (Some(number), _) => words::io_other(number),
            (None, Some(inner)) => match inner.downcast_ref::<io::Error>() {
                Some(inner) => io(inner),
                None => self::error(inner),
            },
            (None, None) => words::foreign_words(error.to_string()),
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

/// An error of a CSV file.
#[cfg(any(feature = "edge", feature = "hub"))]
pub fn csv(error: &csv::Error) -> Text {
    match error.kind() {
        csv::ErrorKind::Io(error) => io(error),
        csv::ErrorKind::Utf8 { .. } => words::io_not_utf8(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            words::csv_cells(*len, *expected_len)
        }
        _ => said(error),
    }
}

/// What is known in the words of a library only: in English, and for a Chinese reader marked as that.
pub fn said(error: impl Display) -> Text {
    words::foreign_words(Argument::of(error))
}

/// An error in the reader's language, as far as its kind is known here.
pub fn error(error: &(dyn Error + 'static)) -> Text {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        io(error)
    } else if let Some(error) = error.downcast_ref::<rusqlite::Error>() {
        sqlite(error)
    } else {
        other(error)
    }
}

/// An error of ours has its words in both languages. Words that are the same in both are those of a library, unless
/// they are a single name.
fn other(error: &(dyn Error + 'static)) -> Text {
    let [zh, en] = Lang::ALL.map(|lang| within(lang, || error.to_string()));
    if zh == en && en.is_ascii() && en.contains(' ') { said(en) } else { Text::both(zh, en) }
}

/// What went wrong and what was behind it, outermost first. A cause that the error before it has repeated in full is
/// left out.
pub fn chain(whole: &anyhow::Error) -> Text {
    let mut parts: Vec<String> = Vec::new();
    for cause in whole.chain() {
        let said = error(cause).to_string();
        let repeated = |before: &String| {
            before.ends_with(&said) || before.trim_end_matches('”').ends_with(&cause.to_string())
        };
        if !parts.last().is_some_and(repeated) {
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

    #[test]
    fn what_is_known_in_english_only_is_marked_as_that() {
        let error = "x".parse::<f64>().unwrap_err();
        assert_eq!(super::error(&error).to_string(), "invalid float literal");
        assert_eq!(super::error(&error).within(Lang::Chinese), "系统原文：“invalid float literal”");
        let once =
            anyhow::Error::from(error.clone()).context(words::sqlite_other(error.to_string()));
        let said = within(Lang::Chinese, || chain(&once).to_string());
        assert_eq!(said, "SQLite 报错，原文：“invalid float literal”");
        let own = anyhow::Error::msg(words::io_full());
        assert_eq!(super::error(own.root_cause()).within(Lang::Chinese), "磁盘已满");
    }

    #[test]
    #[cfg(any(feature = "edge", feature = "hub"))]
    fn an_error_of_a_csv_file_has_words_in_both_languages() {
        let said = |text: &[u8]| {
            let error = ::csv::Reader::from_reader(text).into_records().find_map(Result::err);
            Lang::ALL.map(|lang| csv(error.as_ref().unwrap()).within(lang))
        };
        let cells =
            ["这一行有 3 格，前面各行是 2 格", "the row has 3 cells, those before it have 2"];
        assert_eq!(said(b"a,b\n1,2,3\n"), cells);
        assert_eq!(said(b"a\n\xff\n"), ["不是 UTF-8 文本", "it is not UTF-8 text"]);
    }

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
