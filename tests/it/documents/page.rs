//! A Markdown page, as far as a test has to understand it: blocks of code, code within a line, and links.

use crate::context::repository;

/// A line of a page, with its number.
pub type Line = (usize, String);

/// What stands before a command whose output is shown, too.
pub const PROMPT: &str = "$ ";

/// Blanks before a command in a block, which may belong to a list.
const INDENT_MOST: usize = 8;

/// A block between fences.
pub struct Block {
    /// What stands behind the opening fence.
    pub info: String,
    /// Its lines; one that ends with `\` has the next one in it.
    pub lines: Vec<Line>,
}

impl Block {
    /// The lines that somebody types: those with a prompt, or where there is none, all but those of a drawing, which
    /// begin far to the right.
    pub fn typed(&self) -> impl Iterator<Item = &Line> {
        let prompted = self.lines.iter().any(|(_, line)| line.starts_with(PROMPT));
        self.lines.iter().filter(move |(_, line)| match prompted {
            true => line.starts_with(PROMPT),
            false => line.len() - line.trim_start().len() <= INDENT_MOST,
        })
    }
}

/// What a page shows.
pub struct Page {
    /// From the root of the repository.
    pub path: String,
    /// Blocks of code, in order.
    pub blocks: Vec<Block>,
    /// Code within lines of text.
    pub code: Vec<Line>,
    /// Targets of links, as they are written.
    pub links: Vec<Line>,
    /// The page itself.
    pub text: String,
}

impl Page {
    /// Reads the page at `path`.
    pub fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(repository(path)).expect("the page that was listed");
        let (blocks, prose) = parts(&text);
        let code = paragraphs(&prose).flat_map(spans).collect();
        let links = prose.iter().flat_map(|(number, line)| links(line).map(|to| (*number, to)));
        let links = links.collect();
        Self { path: path.to_owned(), blocks, code, links, text }
    }

    /// The blocks whose info begins with these words.
    pub fn blocks_of<'a>(&'a self, info: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.info.starts_with(info))
    }
}

/// The README pages and everything below `docs`.
pub fn pages() -> Vec<Page> {
    let mut found = vec!["README.md".to_owned(), "README.zh-CN.md".to_owned()];
    collect("docs", &mut found);
    found.iter().map(|path| Page::read(path)).collect()
}

fn collect(directory: &str, found: &mut Vec<String>) {
    let mut inside: Vec<String> = std::fs::read_dir(repository(directory))
        .expect("a directory of the repository")
        .map(|entry| format!("{directory}/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    inside.sort();
    for path in inside {
        if repository(&path).is_dir() {
            collect(&path, found);
        } else if path.ends_with(".md") {
            found.push(path);
        }
    }
}

/// Blocks of code, and the lines outside of them.
fn parts(text: &str) -> (Vec<Block>, Vec<Line>) {
    let (mut blocks, mut prose) = (Vec::new(), Vec::new());
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        match (line.trim_start().strip_prefix("```"), open.take()) {
            (Some(info), None) => {
                open = Some(Block { info: info.trim().to_owned(), lines: Vec::new() });
                // A paragraph ends here.
                prose.push((number, String::new()));
            }
            (Some(_), Some(done)) => blocks.push(done),
            (None, Some(mut block)) => {
                match block.lines.last_mut().filter(|(_, last)| last.ends_with('\\')) {
                    Some((_, last)) => {
                        last.pop();
                        last.push_str(line.trim_start());
                    }
                    None => block.lines.push((number, line.to_owned())),
                }
                open = Some(block);
            }
            (None, None) => prose.push((number, line.to_owned())),
        }
    }
    assert!(open.is_none(), "a fence is not closed: {}", text.lines().next().unwrap_or_default());
    (blocks, prose)
}

fn paragraphs(prose: &[Line]) -> impl Iterator<Item = &[Line]> {
    prose.split(|(_, line)| line.trim().is_empty())
}

/// What stands between backticks; a span may go over the end of a line, not of a paragraph.
fn spans(paragraph: &[Line]) -> Vec<Line> {
    let mut found = Vec::new();
    let mut open: Option<Line> = None;
    for (number, line) in paragraph {
        let mut pieces = line.split('`').peekable();
        while let Some(piece) = pieces.next() {
            if let Some((_, code)) = &mut open {
                code.push_str(piece);
            }
            if pieces.peek().is_some() {
                match open.take() {
                    Some(done) => found.push(done),
                    None => open = Some((*number, String::new())),
                }
            }
        }
        if let Some((_, code)) = &mut open {
            code.push(' ');
        }
    }
    found
}

fn links(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
}
