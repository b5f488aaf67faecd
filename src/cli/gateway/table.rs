//! Tables, laid out for whoever reads them: in columns that line up by display width on a terminal (a Chinese character
//! takes two columns), as blocks where the terminal is too narrow for that, and as plain lines where there is none.

use std::fmt;
use std::io::{IsTerminal, Stdout, stdout};

use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthStr;

use crate::locales::Text;

/// Digits printed of a number: an f32 has seven.
const DIGITS: i32 = 7;

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
        if width <= columns { self.columns(&heads, &widths) } else { self.blocks() }
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

    /// A line for each cell, with its head, and a blank line between two rows.
    fn blocks(&self) -> String {
        let block = |row: &Vec<String>| -> String {
            let line = |(head, cell): (&Head, &String)| {
                let line = Text::chain([&head.text, &Text::verbatim(cell)]).to_string();
                line.trim_end().to_owned() + "\n"
            };
            self.heads.iter().zip(row).map(line).collect()
        };
        self.rows.iter().map(block).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.laid_out(Layout::of_stdout()))
    }
}

/// A number with seven digits at most, without trailing zeros, and with an exponent only where needed.
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let magnitude = value.abs().log10().floor();
    if !(-4.0..12.0).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    // The magnitude is between -4 and 12 here.
    let decimals = (DIGITS - 1 - magnitude as i32).max(0);
    let text = format!("{value:.*}", usize::try_from(decimals).unwrap_or(0));
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').into(),
        false => text,
    }
}

/// Registers in hexadecimal, separated by blanks.
pub fn hex(words: &[u16]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("{word:04X}")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, gateway as words, within};

    fn table() -> Table {
        let mut table = Table::new([
            left(words::head_station()),
            right(words::head_value()),
            left(words::head_remark()),
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
        let mut table = Table::new([left(words::head_product()), left(words::head_driver())]);
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
            "station: pond-1\nvalue: 2.35\nremark: 合格\n\nstation: 塘堰\nvalue: -1000\nremark:\n"
        );
        let [zh, en] = both(Layout::Terminal(22));
        assert_eq!(zh.lines().count(), 3);
        assert_eq!(en.lines().next(), Some("station  value  remark"));
        assert_eq!(
            both(Layout::Terminal(18))[0],
            "测站：pond-1\n数值：2.35\n说明：合格\n\n测站：塘堰\n数值：-1000\n说明：\n"
        );
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

    #[test]
    fn numbers_are_short_and_whole_numbers_whole() {
        for (value, text) in [
            (0.0, "0"),
            (36.625_408_172_607_42, "36.62541"),
            (2350.0, "2350"),
            (-0.5, "-0.5"),
            (2_154_512_914.0, "2154512914"),
            (1e-30, "1.000e-30"),
            (1.8e19, "1.800e19"),
            (999_999.96, "1000000"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
