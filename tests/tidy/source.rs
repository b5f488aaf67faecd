//! Rust text as the checks need it: without what is no code, and with test code told apart.

/// Which lines are test code: files of tests, and what `#[cfg(test)]` stands before.
pub fn test_lines(path: &str, code: &str) -> Vec<bool> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let whole = path.starts_with("tests/")
        || file == "tests.rs"
        || file.ends_with("_tests.rs")
        || file.starts_with("test_");
    let mut lines = Vec::new();
    // The indentation at which the item under #[cfg(test)] ends, and whether its first line is still to come.
    let mut item: Option<(usize, bool)> = None;
    for line in code.lines() {
        let indentation = line.len() - line.trim_start().len();
        let trimmed = line.trim();
        if item.is_none() && trimmed == "#[cfg(test)]" {
            item = Some((indentation, true));
        }
        lines.push(whole || item.is_some());
        let Some((at, waiting)) = item else { continue };
        let attribute = trimmed.starts_with("#[") || trimmed.is_empty();
        if waiting && !attribute {
            let one_line = trimmed.ends_with(';') || trimmed.ends_with('}');
            item = if one_line { None } else { Some((at, false)) };
        } else if !waiting && indentation == at && trimmed.starts_with('}') {
            item = None;
        }
    }
    lines
}

/// A part of a text.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Comment,
    Quoted,
    Character,
}

/// `text` in parts, in their order.
fn parts(text: &str) -> Vec<(Part, &str)> {
    let mut parts = Vec::new();
    let (mut rest, mut before) = (text, ' ');
    while let Some(c) = rest.chars().next() {
        let (part, length) = match c {
            '/' if rest.starts_with("//") => (Part::Comment, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => {
                (Part::Comment, rest.find("*/").map_or(rest.len(), |end| end + 2))
            }
            '"' => (Part::Quoted, quoted(rest)),
            'r' if !before.is_alphanumeric() && before != '_' => (Part::Quoted, raw(rest)),
            '\'' => (Part::Character, character(rest)),
            _ => (Part::Code, 0),
        };
        let (part, length) = if length == 0 { (Part::Code, c.len_utf8()) } else { (part, length) };
        let (piece, after) = rest.split_at(length);
        parts.push((part, piece));
        before = if part == Part::Code { c } else { ' ' };
        rest = after;
    }
    parts
}

/// `text` with comments, quoted text and characters blanked, its lines where they were.
pub fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (part, piece) in parts(text) {
        match part {
            Part::Code => out.push_str(piece),
            _ => out.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' })),
        }
    }
    out
}

/// Quoted text, and where it stands.
pub struct Literal<'a> {
    /// From 1.
    pub line: usize,
    pub text: &'a str,
    /// The calls and macros around it, outermost first: `tracing::warn!`.
    pub calls: Vec<String>,
}

/// All quoted text of `text`.
pub fn literals(text: &str) -> Vec<Literal<'_>> {
    let (mut found, mut calls, mut line, mut word) = (Vec::new(), Vec::new(), 1, String::new());
    for (part, piece) in parts(text) {
        match (part, piece) {
            (Part::Quoted, _) => found.push(Literal { line, text: piece, calls: calls.clone() }),
            (Part::Code, "(" | "[" | "{") => calls.push(std::mem::take(&mut word)),
            (Part::Code, ")" | "]" | "}") => {
                calls.pop();
            }
            _ => {}
        }
        let of_name = |c: char| c.is_alphanumeric() || "_:!.".contains(c);
        match part {
            Part::Code if piece.starts_with(of_name) => word.push_str(piece),
            Part::Code if piece == " " && word.ends_with('!') => {}
            _ => word.clear(),
        }
        line += piece.matches('\n').count();
    }
    found
}

/// Length of the quoted text that `rest` begins with.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Length of the raw quoted text that `rest` begins with; 0 where it is another word.
fn raw(rest: &str) -> usize {
    let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
    if !rest[1 + hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = 2 + hashes;
    rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len())
}

/// Length of the character that `rest` begins with; 0 where it is a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    let (Some((_, first)), Some((second_at, second))) = (chars.next(), chars.next()) else {
        return 0;
    };
    match (first, second) {
        // The escaped character may be a quote itself.
        ('\\', _) => rest[second_at + second.len_utf8()..]
            .find('\'')
            .map_or(0, |at| second_at + second.len_utf8() + at + 1),
        (_, '\'') => second_at + 1,
        _ => 0,
    }
}
