//! Tables on a terminal, aligned by display width: a Chinese character takes two columns.

use std::fmt;

use unicode_width::UnicodeWidthStr;

/// Digits printed of a number: an f32 has seven.
const DIGITS: i32 = 7;

/// A table with a line of heads.
pub struct Table {
    heads: Vec<Head>,
    rows: Vec<Vec<String>>,
}

struct Head {
    text: &'static str,
    right: bool,
}

impl Table {
    /// An empty table. A head that begins with `>` aligns its column to the right.
    pub fn new(heads: &[&'static str]) -> Self {
        let head = |text: &&'static str| match text.strip_prefix('>') {
            Some(text) => Head { text, right: true },
            None => Head { text, right: false },
        };
        Self { heads: heads.iter().map(head).collect(), rows: Vec::new() }
    }

    /// Adds a row of cells, in the order of the heads.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> = self
            .heads
            .iter()
            .enumerate()
            .map(|(column, head)| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                let widest = cells.map(|cell| cell.width()).max().unwrap_or(0);
                widest.max(head.text.width())
            })
            .collect();
        let heads: Vec<String> = self.heads.iter().map(|head| head.text.into()).collect();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, head), width) in row.iter().zip(&self.heads).zip(&widths) {
                let blank = " ".repeat(width.saturating_sub(cell.width()));
                let (before, after) =
                    if head.right { (blank.as_str(), "") } else { ("", blank.as_str()) };
                line.push_str(&format!("{before}{cell}{after}  "));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
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

    #[test]
    fn columns_line_up_by_width() {
        let mut table = Table::new(&["测站", ">数值", "说明"]);
        table.row(["pond-1", "2.35", "合格"].map(String::from));
        table.row(["塘堰", "-1000", ""].map(String::from));
        assert_eq!(table.to_string(), "测站     数值  说明\npond-1   2.35  合格\n塘堰    -1000\n");
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
