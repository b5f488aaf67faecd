//! Functions and their length.

/// A function: the line of its head, counted from 1, its name and how many lines it has.
#[derive(Debug, PartialEq)]
pub struct Function {
    pub line: usize,
    pub name: String,
    pub lines: usize,
}

/// The functions with a body in `code`, which is blanked and laid out by rustfmt: a body ends at the first line that
/// begins with a brace at the indentation of the head.
pub fn functions(code: &str) -> Vec<Function> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let head = line.trim_start();
        let Some(name) = name_of(head) else { continue };
        let indentation = line.len() - head.len();
        let end = lines[at..].iter().position(|l| {
            let text = l.trim_start();
            let closes = text.starts_with('}') || (text.starts_with(')') && text.ends_with(';'));
            closes && l.len() - text.len() == indentation
        });
        let end = if head.ends_with(['}', ';']) { Some(0) } else { end };
        let lines = end.map_or(lines.len() - at, |end| end + 1);
        found.push(Function { line: at + 1, name, lines });
    }
    found
}

/// The name of the function that the line `head` begins.
fn name_of(head: &str) -> Option<String> {
    let mut words = head.split_whitespace();
    let modifiers =
        ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe", "extern", "default"];
    let word = words.find(|word| !modifiers.contains(word) && !word.trim().is_empty())?;
    if word != "fn" {
        return None;
    }
    let name = words.next()?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    Some(name[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_ends_at_its_own_brace() {
        let code = "impl A {\n    pub async fn a(\n        x: u8,\n    ) -> u8 {\n        if x {\n        }\n    }\n\n    fn b() {}\n    fn c();\n}\nfn d()\nwhere\n    A: B,\n{\n}\n";
        let found: Vec<(usize, String, usize)> =
            functions(code).into_iter().map(|f| (f.line, f.name, f.lines)).collect();
        let expected = [(2, "a", 6), (9, "b", 1), (10, "c", 1), (12, "d", 5)];
        assert_eq!(found, expected.map(|(line, name, lines)| (line, name.to_owned(), lines)));
    }
}
