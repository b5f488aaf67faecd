//! Tables, laid out for whoever reads them: in columns that line up by display width on a terminal (a Chinese character
//! takes two columns), as blocks where the terminal is too narrow for that, and with tabs where there is none.

use std::fmt;
use std::io::{IsTerminal, Stdout, stdout};

use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthStr;

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
        Self { heads: heads.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row of cells, in the order of the heads.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        // A cell is in one line and in one column, whatever a device calls itself.
        let cell = |cell: String| cell.replace(char::is_control, " ");
        self.rows.push(cells.into_iter().map(cell).collect());
    }

    /// The table for a reader of that kind, with an end of line after each line.
    pub fn laid_out(&self, layout: Layout) -> String {
        let heads: Vec<String> = self.heads.iter().map(|head| head.text.to_string()).collect();
        let Layout::Terminal(columns) = layout else {
            return self.lines(&heads).map(|row| row.join("\t") + "\n").collect();
        };
        let widths = self.widths(&heads);
        let width = widths.iter().sum::<usize>() + BETWEEN * widths.len().saturating_sub(1);
        if width <= columns { self.columns(&heads, &widths) } else { self.blocks(columns) }
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

    fn columns(&self, heads: &[String], widths: &[usize]) -> String {
        let mut all = String::new();
        for row in self.lines(heads) {
            let mut line = String::new();
            for ((cell, head), width) in row.iter().zip(&self.heads).zip(widths) {
                let blank = " ".repeat(width.saturating_sub(cell.width()));
                let (before, after) =
                    if head.right { (blank.as_str(), "") } else { ("", blank.as_str()) };
                line += &format!("{before}{cell}{after}{:BETWEEN$}", "");
            }
            all += line.trim_end();
            all.push('\n');
        }
        all
    }

    /// The cells of a row with their heads, as many in a line as `columns` hold, and a blank line between two rows.
    /// Empty cells are left out.
    fn blocks(&self, columns: usize) -> String {
        let blocks = self.rows.iter().map(|row| self.block(row, columns));
        blocks.collect::<Vec<_>>().join("\n")
    }

    fn block(&self, row: &[String], columns: usize) -> String {
        let mut block = String::new();
        let mut line = String::new();
        for (head, cell) in self.heads.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let part = Text::chain([&head.text, &Text::verbatim(cell)]).to_string();
            if !line.is_empty() && line.width() + BETWEEN + part.width() > columns {
                block += &(std::mem::take(&mut line) + "\n");
            }
            if !line.is_empty() {
                line += &" ".repeat(BETWEEN);
            }
            line += &part;
        }
        block + &line + "\n"
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.laid_out(Layout::of_stdout()))
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
            assert_eq!(table.blocks(columns), shown, "{columns}");
        }
        assert_eq!(table.blocks(40), "a: one  c: three  d: four, which is long\n");
        let zh = within(Lang::Chinese, || table.blocks(18));
        assert_eq!(zh, "a：one  c：three\nd：four, which is long\n");
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
