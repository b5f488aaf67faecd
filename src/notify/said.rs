//! A letter in words, before a channel gives it its form.

use crate::core::is_unseen;

/// What is to be said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    /// Of the letter: a second copy has the same.
    pub id: String,
    /// One line.
    pub title: String,
    /// A line an alarm.
    pub lines: Vec<String>,
    /// Where the page is, and what to call it.
    pub link: Option<(String, String)>,
}

impl Said {
    /// All of it as plain text.
    pub fn plain(&self) -> String {
        let mut text = self.title.clone();
        for line in &self.lines {
            text.push('\n');
            text.push_str(line);
        }
        if let Some((label, url)) = &self.link {
            text.push_str(&format!("\n\n{label}\n{url}"));
        }
        text
    }
}

/// `text` in one line, without what cannot be seen: it could change how the rest of a message is read.
pub(super) fn one_line(text: &str) -> String {
    let seen = |c: char| if c.is_whitespace() || is_unseen(c) { ' ' } else { c };
    let words: String = text.chars().map(seen).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` in at most `most` bytes, cut between characters and marked where it is cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    const MARK: &str = "…";
    if text.len() <= most {
        return text.into();
    }
    let end = text.floor_char_boundary(most.saturating_sub(MARK.len()));
    format!("{}{MARK}", &text[..end])
}
