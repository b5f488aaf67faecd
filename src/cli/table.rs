//! Tables, laid out for whoever reads them: in columns that line up by display width on a terminal (a Chinese character
//! takes two columns), as blocks where the terminal is too narrow for that, and with tabs where there is none.

#![cfg_attr(
    not(feature = "edge"),
    allow(dead_code, reason = "only the technician's commands have cells that stand out")
)]

use std::collections::BTreeMap;
use std::fmt;
use std::io::{IsTerminal, Stdout, stdout};

use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthStr;

use crate::core::is_unseen;
use crate::locales::Text;

/// Columns of a terminal that does not say how many it has.
const COLUMNS: usize = 80;

/// Blanks between two columns.
const BETWEEN: usize = 2;

/// Who reads a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A terminal of so many columns.
    Terminal(usize),
    /// A program or a screen reader: one line for each row, a tab between two cells, nothing to line up.
    Plain,
}

impl Layout {
    /// Whoever reads the standard output.
    pub fn of_stdout() -> Self {
        let stdout = stdout();
        if stdout.is_terminal() {
            Self::Terminal(columns(std::env::var("COLUMNS").ok().as_deref(), told(&stdout)))
        } else {
            Self::Plain
        }
    }
}

/// The columns that the terminal itself tells of.
fn told(terminal: &Stdout) -> Option<usize> {
    tcgetwinsize(terminal).ok().map(|size| size.ws_col.into())
}

/// The columns of a terminal: as `COLUMNS` asks for them, or as it tells.
fn columns(asked: Option<&str>, told: Option<usize>) -> usize {
    let asked = asked.and_then(|asked| asked.trim().parse().ok());
    asked.filter(|columns| *columns > 0).or(told.filter(|columns| *columns > 0)).unwrap_or(COLUMNS)
}

/// A table with a line of heads.
pub struct Table {
    heads: Vec<Head>,
    rows: Vec<Vec<String>>,
    /// Cells that stand out, by row and column.
    tones: BTreeMap<(usize, usize), Tone>,
}

/// How a cell stands out on a terminal with colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Worth a look.
    Warn,
    /// Something is wrong.
    Bad,
}

impl Tone {
    /// The terminal's own colours: green, yellow, red (ECMA-48, select graphic rendition).
    fn code(self) -> u8 {
        match self {
            Self::Good => 32,
            Self::Warn => 33,
            Self::Bad => 31,
        }
    }
}

/// A cell of a row.
pub struct Cell {
    text: String,
    tone: Option<Tone>,
}

impl Cell {
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone: Some(tone) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, tone: None }
    }
}

/// Whether colours are wanted: `NO_COLOR` (no-color.org) is not set, and the terminal is none that has no colours.
fn coloured(no_color: Option<&str>, term: Option<&str>) -> bool {
    no_color.is_none_or(str::is_empty) && term != Some("dumb")
}

/// The head of a column.
pub struct Head {
    text: Text,
    right: bool,
}

/// The head of a column of words.
pub fn left(text: Text) -> Head {
    Head { text, right: false }
}

/// The head of a column of numbers.
pub fn right(text: Text) -> Head {
    Head { text, right: true }
}

impl Table {
    pub fn new(heads: impl IntoIterator<Item = Head>) -> Self {
        Self { heads: heads.into_iter().collect(), rows: Vec::new(), tones: BTreeMap::new() }
    }

    /// Adds a row of cells, in the order of the heads.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        // A cell is in one line and in one column, whatever a device calls itself.
        let cell = |cell: String| cell.replace(is_unseen, " ");
        self.rows.push(cells.into_iter().map(cell).collect());
    }

    /// Adds a row of cells of which some stand out.
    pub fn toned_row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let row = self.rows.len();
        let mut texts = Vec::new();
        for (column, cell) in cells.into_iter().enumerate() {
            if let Some(tone) = cell.tone {
                self.tones.insert((row, column), tone);
            }
            texts.push(cell.text);
        }
        self.row(texts);
    }

    /// The table for a reader of that kind, with an end of line after each line.
    pub fn laid_out(&self, layout: Layout) -> String {
        self.painted(layout, false)
    }

    fn painted(&self, layout: Layout, colours: bool) -> String {
        let heads: Vec<String> = self.heads.iter().map(|head| head.text.to_string()).collect();
        let Layout::Terminal(columns) = layout else {
            return self.lines(&heads).map(|row| row.join("\t") + "\n").collect();
        };
        let widths = self.widths(&heads);
        let width = widths.iter().sum::<usize>() + BETWEEN * widths.len().saturating_sub(1);
        if width <= columns {
            self.columns(&heads, &widths, colours)
        } else {
            self.blocks(columns, colours)
        }
    }

    /// The heads and then the rows.
    fn lines<'a>(&'a self, heads: &'a [String]) -> impl Iterator<Item = &'a [String]> {
        std::iter::once(heads).chain(self.rows.iter().map(Vec::as_slice))
    }

    fn widths(&self, heads: &[String]) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.lines(heads).filter_map(move |row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        };
        (0..heads.len()).map(width).collect()
    }

    fn columns(&self, heads: &[String], widths: &[usize], colours: bool) -> String {
        let mut all = String::new();
        for (index, row) in self.lines(heads).enumerate() {
            let mut line = String::new();
            for (column, ((cell, head), width)) in
                row.iter().zip(&self.heads).zip(widths).enumerate()
            {
                let blank = " ".repeat(width.saturating_sub(cell.width()));
                let (before, after) =
                    if head.right { (blank.as_str(), "") } else { ("", blank.as_str()) };
                // The heads are the first line.
                let cell = match index.checked_sub(1) {
                    Some(row) => self.paint(row, column, cell, colours),
                    None => cell.clone(),
                };
                line += &format!("{before}{cell}{after}{:BETWEEN$}", "");
            }
            all += line.trim_end();
            all.push('\n');
        }
        all
    }

    /// The cell in its colour.
    fn paint(&self, row: usize, column: usize, cell: &str, colours: bool) -> String {
        match self.tones.get(&(row, column)) {
            Some(tone) if colours => format!("\x1b[{}m{cell}\x1b[0m", tone.code()),
            _ => cell.to_owned(),
        }
    }

    /// The cells of a row with their heads, as many in a line as `columns` hold, and a blank line between two rows.
    /// Empty cells are left out.
    fn blocks(&self, columns: usize, colours: bool) -> String {
        let rows = self.rows.iter().enumerate();
        let blocks = rows.map(|(index, row)| self.block(index, row, columns, colours));
        blocks.collect::<Vec<_>>().join("\n")
    }

    fn block(&self, index: usize, row: &[String], columns: usize, colours: bool) -> String {
        let mut block = String::new();
        let mut line = String::new();
        let mut used = 0;
        for (column, (head, cell)) in self.heads.iter().zip(row).enumerate() {
            if cell.is_empty() {
                continue;
            }
            let part = |cell: &str| Text::chain([&head.text, &Text::verbatim(cell)]).to_string();
            let width = part(cell).width();
            if used > 0 && used + BETWEEN + width > columns {
                block += &(std::mem::take(&mut line) + "\n");
                used = 0;
            }
            if used > 0 {
                line += &" ".repeat(BETWEEN);
                used += BETWEEN;
            }
            line += &part(&self.paint(index, column, cell, colours));
            used += width;
        }
        block + &line + "\n"
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = |name: &str| std::env::var(name).ok();
        let colours = coloured(asked("NO_COLOR").as_deref(), asked("TERM").as_deref());
        f.write_str(&self.painted(Layout::of_stdout(), colours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    fn table() -> Table {
        let mut table = Table::new([
            left(Text::both("测站", "station")),
            right(Text::both("数值", "value")),
            left(Text::both("说明", "remark")),
        ]);
        table.row(["pond-1", "2.35", "合格"].map(String::from));
        table.row(["塘堰", "-1000", ""].map(String::from));
        table
    }

    fn both(layout: Layout) -> [String; 2] {
        Lang::ALL.map(|lang| within(lang, || table().laid_out(layout)))
    }

    #[test]
    fn columns_line_up_by_width() {
        assert_eq!(
            both(Layout::Terminal(80)),
            [
                "测站     数值  说明\npond-1   2.35  合格\n塘堰    -1000\n",
                "station  value  remark\npond-1    2.35  合格\n塘堰     -1000\n",
            ]
        );
    }

    #[test]
    fn where_there_is_no_terminal_a_tab_stands_between_two_cells() {
        assert_eq!(
            both(Layout::Plain),
            [
                "测站\t数值\t说明\npond-1\t2.35\t合格\n塘堰\t-1000\t\n",
                "station\tvalue\tremark\npond-1\t2.35\t合格\n塘堰\t-1000\t\n",
            ]
        );
        let mut table =
            Table::new([left(Text::verbatim("product")), left(Text::verbatim("driver"))]);
        table.row(["a\tb\nc", "d"].map(String::from));
        assert_eq!(table.laid_out(Layout::Plain), "product\tdriver\na b c\td\n");
    }

    #[test]
    fn a_terminal_too_narrow_for_the_columns_shows_blocks() {
        // The Chinese table takes 19 columns, the English one 22.
        let [zh, en] = both(Layout::Terminal(19));
        assert_eq!(zh.lines().next(), Some("测站     数值  说明"));
        assert_eq!(
            en,
            "station: pond-1\nvalue: 2.35\nremark: 合格\n\nstation: 塘堰\nvalue: -1000\n"
        );
        let [zh, en] = both(Layout::Terminal(22));
        assert_eq!(zh.lines().count(), 3);
        assert_eq!(en.lines().next(), Some("station  value  remark"));
        assert_eq!(
            both(Layout::Terminal(18))[0],
            "测站：pond-1\n数值：2.35\n说明：合格\n\n测站：塘堰\n数值：-1000\n"
        );
    }

    #[test]
    fn a_line_of_a_block_has_as_many_cells_as_fit() {
        let mut table = Table::new(["a", "b", "c", "d"].map(|head| left(Text::verbatim(head))));
        table.row(["one", "", "three", "four, which is long"].map(String::from));
        for (columns, shown) in [
            // The three parts take 6, 8 and 22 columns.
            (36, "a: one  c: three\nd: four, which is long\n"),
            (16, "a: one  c: three\nd: four, which is long\n"),
            (15, "a: one\nc: three\nd: four, which is long\n"),
        ] {
            assert_eq!(table.blocks(columns, false), shown, "{columns}");
        }
        assert_eq!(table.blocks(40, false), "a: one  c: three  d: four, which is long\n");
        let zh = within(Lang::Chinese, || table.blocks(18, false));
        assert_eq!(zh, "a：one  c：three\nd：four, which is long\n");
    }

    #[test]
    fn a_cell_that_stands_out_has_a_colour_and_keeps_its_width() {
        let mut table = Table::new(["state", "n"].map(|head| left(Text::verbatim(head))));
        table.toned_row([Cell::toned("在线", Tone::Good), String::from("1").into()]);
        table.toned_row([Cell::toned("offline", Tone::Bad), String::from("2").into()]);
        assert_eq!(
            table.painted(Layout::Terminal(80), true),
            "state    n\n\x1b[32m在线\x1b[0m     1\n\x1b[31moffline\x1b[0m  2\n"
        );
        assert_eq!(
            table.painted(Layout::Terminal(9), true),
            "state: \x1b[32m在线\x1b[0m\nn: 1\n\nstate: \x1b[31moffline\x1b[0m\nn: 2\n"
        );
        assert!(!table.painted(Layout::Plain, true).contains('\x1b'));
        assert!(!table.laid_out(Layout::Terminal(80)).contains('\x1b'));
        assert!(coloured(None, Some("xterm")) && coloured(Some(""), None));
        assert!(!coloured(Some("1"), Some("xterm")) && !coloured(None, Some("dumb")));
    }

    #[test]
    fn a_terminal_has_as_many_columns_as_are_asked_for_or_as_it_tells() {
        for (asked, told, found) in [
            (Some("132"), Some(80), 132),
            (None, Some(40), 40),
            (Some("wide"), Some(40), 40),
            (Some("0"), Some(0), COLUMNS),
            (None, None, COLUMNS),
        ] {
            assert_eq!(columns(asked, told), found, "{asked:?} {told:?}");
        }
    }
}
