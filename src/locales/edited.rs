//! An office's own wording of messages: `zh-CN.txt` and `en.txt` in one folder, a line a message.
//!
//! ```text
//! # pond is what we call it here
//! core.is_empty = 不能空着
//! ```

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::catalogue::find;
use super::message::placeholders;
use super::wording::{self, Wording};
use super::{Lang, Text, core as words};

/// The longest file that is read, bytes: the whole catalogue takes about a tenth.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Wrong lines of a file that are named one by one; the rest is counted.
const NAMED_MAX: usize = 10;

/// Takes the wording of the files in `folder`, where there are any. Returns what is wrong with them, by file and line;
/// for these lines the built-in words stay.
pub fn load(folder: &Path) -> Vec<Text> {
    let mut problems = Vec::new();
    let asked = std::env::var_os(FOLDER).is_some_and(|asked| asked == folder.as_os_str());
    if asked && !folder.is_dir() {
        problems.push(words::wording_without_folder(FOLDER, folder));
    }
    let mut one = |lang: Lang| {
        let path = folder.join(format!("{}.txt", lang.tag()));
        match read(&path, asked) {
            Ok(Some(text)) => parse(&text, &path, &mut problems),
            Ok(None) => Wording::new(),
            Err(problem) => {
                problems.push(problem);
                Wording::new()
            }
        }
    };
    let both = Lang::ALL.map(&mut one);
    wording::set(both);
    problems
}

/// The variable that names another folder.
const FOLDER: &str = "HANQING_LOCALES";

/// The folder of an office's own wording: `HANQING_LOCALES`, else that of the packages.
pub fn folder() -> PathBuf {
    let asked = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty());
    asked.map_or("/etc/hanqing/locales".into(), PathBuf::from)
}

/// Whether a file that cannot be looked at is none for this user. The folder of the packages may be closed to everybody
/// but the service; no command of theirs is wrong for that. One that was asked for has to be open.
fn is_none(error: ErrorKind, asked: bool) -> bool {
    error == ErrorKind::NotFound || (error == ErrorKind::PermissionDenied && !asked)
}

fn read(path: &Path, asked: bool) -> Result<Option<String>, Text> {
    let unreadable = |why: Text| words::wording_unreadable(path, why);
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(error) if is_none(error.kind(), asked) => return Ok(None),
        Err(error) => return Err(unreadable(super::foreign::io(&error))),
    };
    // Reading a pipe would wait for whoever writes into it.
    if !about.is_file() {
        return Err(unreadable(words::no_regular_file()));
    }
    if about.len() > FILE_BYTES_MAX {
        return Err(unreadable(words::longer_than(FILE_BYTES_MAX)));
    }
    match std::fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => Ok(Some(text)),
        Ok(Err(error)) => Err(unreadable(words::not_utf8(error.utf8_error().valid_up_to() + 1))),
        Err(error) => Err(unreadable(super::foreign::io(&error))),
    }
}

fn parse(text: &str, path: &Path, problems: &mut Vec<Text>) -> Wording {
    let mut wording = Wording::new();
    let mut wrong = 0;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match parse_line(line) {
            Ok((name, words)) => {
                wording.insert(name, words);
            }
            Err(problem) => {
                wrong += 1;
                if wrong <= NAMED_MAX {
                    problems.push(words::wording_wrong(path, index + 1, problem));
                }
            }
        }
    }
    if wrong > NAMED_MAX {
        problems.push(words::wording_more_wrong(path, wrong - NAMED_MAX));
    }
    wording
}

/// The name of a message and its words. `\n` stands for a new line.
fn parse_line(line: &str) -> Result<(String, String), Text> {
    let (name, words) = line.split_once('=').ok_or_else(words::wording_has_no_equals)?;
    let name = name.trim();
    let message = find(name).ok_or_else(|| words::wording_unknown(name))?;
    let words = words.trim().replace("\\n", "\n");
    if words.is_empty() {
        return Err(words::wording_empty(name));
    }
    let known: Vec<&str> = message.placeholders().collect();
    if let Some(unknown) = placeholders(&words).find(|name| !known.contains(name)) {
        return Err(match known[..] {
            [] => words::wording_has_no_placeholders(unknown),
            _ => words::wording_unknown_placeholder(unknown, Text::list(known)),
        });
    }
    if let Some(missing) = known.iter().find(|name| !placeholders(&words).any(|own| own == **name))
    {
        return Err(words::wording_without_placeholder(*missing));
    }
    Ok((message.name(), words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_folder_is_complained_of_only_where_it_was_asked_for() {
        for (kind, asked, none) in [
            (ErrorKind::NotFound, true, true),
            (ErrorKind::NotFound, false, true),
            (ErrorKind::PermissionDenied, false, true),
            (ErrorKind::PermissionDenied, true, false),
            (ErrorKind::NotADirectory, false, false),
        ] {
            assert_eq!(is_none(kind, asked), none, "{kind}, {asked}");
        }
    }

    #[test]
    fn a_broken_line_is_named_and_the_others_hold() {
        let text = "\u{feff}# ours\n\ncore.is_empty = 不能空着\nnothing here\ncore.nix = x\n\
                    core.at_most = at most {hight}\ncore.at_most = none\ncore.is_empty =\n";
        let mut problems = Vec::new();
        let wording = parse(text, Path::new("en.txt"), &mut problems);
        assert_eq!(wording, [("core.is_empty".to_owned(), "不能空着".to_owned())].into());
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(problems.join("\n"));
    }
}
