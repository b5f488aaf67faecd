//! Text that is not what TOML wants: in another encoding, or with full-width characters for its signs.

use std::path::Path;

use super::source_text::FileProblem;
use crate::core::{Problem, half_width};
use crate::locales::{Text, check as words, config, core};

/// The mark of UTF-8 that some editors write.
const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The text of `bytes`, without a mark of UTF-8 before it.
///
/// # Errors
/// They are no UTF-8: which encoding it seems to be, the line and column of the first character that is none, and how
/// to save the file.
pub(super) fn text(file: &Path, bytes: Vec<u8>) -> Result<String, Box<FileProblem>> {
    let problem = |position, rule| {
        let problem = Problem::new("", "", rule, words::save_as_utf8());
        Box::new(FileProblem { file: file.into(), position, problem })
    };
    if let Some(encoding) = utf_16(&bytes) {
        return Err(problem(None, words::is_in(encoding)));
    }
    let bytes = match bytes.strip_prefix(UTF_8_MARK) {
        Some(rest) => rest.to_vec(),
        None => bytes,
    };
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.utf8_error().valid_up_to();
        let (before, after) = error.as_bytes().split_at_checked(sound).unwrap_or_default();
        let before = String::from_utf8_lossy(before);
        let line = before.lines().count().max(1) + usize::from(before.ends_with('\n'));
        let last = before.rsplit('\n').next().unwrap_or_default();
        let position = Some((line, last.chars().count() + 1));
        match is_gbk(after) {
            true => problem(position, words::no_utf8_but("GBK")),
            false => problem(position, config::unreadable(core::not_utf8(sound + 1))),
        }
    })
}

/// The name of the UTF-16 that `bytes` are in: by their mark, or by the zeros of its ASCII.
fn utf_16(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, ..] => Some("UTF-16 LE"),
        [0xFE, 0xFF, ..] => Some("UTF-16 BE"),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some("UTF-16 LE"),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some("UTF-16 BE"),
        _ => None,
    }
}

/// Whether all that is not ASCII in `bytes` are pairs of GBK: a lead of 81 to FE and a trail of 40 to FE without 7F
/// (GB/T 15273, GBK 1.0).
fn is_gbk(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter().copied();
    let mut pairs = 0;
    while let Some(byte) = rest.next() {
        if byte.is_ascii() {
            continue;
        }
        let trail = rest.next();
        let right = |trail: u8| (0x40..=0xFE).contains(&trail) && trail != 0x7F;
        if !(0x81..=0xFE).contains(&byte) || !trail.is_some_and(right) {
            return false;
        }
        pairs += 1;
    }
    pairs > 0
}

/// A sign of TOML that was typed full-width, in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FullWidth {
    /// Its place in the line, characters from 1.
    pub(super) column: usize,
    found: char,
    half: char,
}

impl FullWidth {
    pub(super) fn rule(self) -> Text {
        match self.half {
            ' ' => words::wide_space(),
            _ => words::full_width(self.found),
        }
    }

    pub(super) fn hint(self) -> Text {
        match self.half {
            ' ' => words::type_space(),
            half => words::type_half(half),
        }
    }
}

/// The first full-width character of `line` outside texts in quotes and comments, of those that stand for a sign, a
/// digit or a letter of ASCII.
pub(super) fn full_width(line: &str) -> Option<FullWidth> {
    let mut quote = None;
    let mut escaped = false;
    for (at, found) in line.chars().enumerate() {
        match quote {
            Some(open) => {
                let closes = found == open && !escaped;
                escaped = open == '"' && found == '\\' && !escaped;
                quote = quote.filter(|_| !closes);
            }
            None if found == '#' => return None,
            None if found == '"' || found == '\'' => quote = Some(found),
            None => {
                if let Some(half) = half_width(found) {
                    return Some(FullWidth { column: at + 1, found, half });
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_width_sign_is_found_outside_texts_and_comments() {
        let found = |line| full_width(line).map(|found| (found.column, found.half));
        assert_eq!(found("url ＝ \"x\""), Some((5, '=')));
        assert_eq!(found("url = “x”"), Some((7, '"')));
        assert_eq!(found("［mqtt］"), Some((1, '[')));
        assert_eq!(found("a = [1，2]"), Some((7, ',')));
        assert_eq!(found("unit　= 1"), Some((5, ' ')));
        assert_eq!(found("unit = １"), Some((8, '1')));
        assert_eq!(found("name = \"东门，\\\"西门“\" # 号：１"), None);
        assert_eq!(found("name = '东门，'"), None);
        assert_eq!(found("village = 东门"), None);
    }

    #[test]
    fn other_encodings_are_told_with_their_place() {
        let said = |bytes: &[u8]| match text(Path::new("x.toml"), bytes.to_vec()) {
            Ok(text) => text,
            Err(problem) => problem.to_string(),
        };
        let save = "save it as UTF-8 (Notepad: Save as, encoding UTF-8)";
        // 东门 in GBK.
        assert_eq!(
            said(b"a = 1\nname = \"\xB6\xAB\xC3\xC5\"\n"),
            format!("x.toml:2:9: is no UTF-8 text from here on; the file seems to be GBK; {save}")
        );
        assert_eq!(
            said(b"\xFF\xFEa\0=\0"),
            format!("x.toml: the file is UTF-16 LE, and should be UTF-8; {save}")
        );
        assert_eq!(
            said(b"a\0=\0"),
            format!("x.toml: the file is UTF-16 LE, and should be UTF-8; {save}")
        );
        assert!(said(b"a = \"\xff\"").contains("no UTF-8 text from byte 6 on"));
        assert_eq!(said(b"\xEF\xBB\xBFa = 1"), "a = 1");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            match text(Path::new("x.toml"), bytes.clone()) {
                Ok(text) => proptest::prop_assert!(std::str::from_utf8(&bytes).is_ok() && text.len() <= bytes.len()),
                Err(problem) => proptest::prop_assert!(!problem.to_string().is_empty()),
            }
        }
    }
}
