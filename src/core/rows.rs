//! The rows of a CSV file, as a spreadsheet numbers them.

/// Numbers the records of a text one after the other. A quoted cell may span lines and is within one row; a blank line
/// is a row, although the csv reader skips it.
#[derive(Debug)]
pub struct RowNumbers<'a> {
    text: &'a [u8],
    rows: usize,
}

impl<'a> RowNumbers<'a> {
    /// For a reader of `text`, from its begin.
    pub fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), rows: 0 }
    }

    /// The number of the next record, from 1. The csv reader says that it begins at byte `at`, before the blank lines.
    pub fn next(&mut self, at: Option<u64>) -> usize {
        let at = at.and_then(|at| usize::try_from(at).ok()).unwrap_or(self.text.len());
        let (before, rest) = self.text.split_at(at.min(self.text.len()));
        // After a CR, csv leaves the LF to the next record.
        let rest = match before.last() {
            Some(b'\r') => rest.strip_prefix(b"\n").unwrap_or(rest),
            _ => rest,
        };
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let blank = rest.get(..blank).unwrap_or_default();
        let pairs = blank.windows(2).filter(|pair| pair == b"\r\n").count();
        self.rows += blank.len() - pairs + 1;
        self.rows
    }
}

#[cfg(any(feature = "edge", feature = "hub"))]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_the_number_that_a_spreadsheet_shows() {
        let unix = "\nhead,b\n1,\"two\nlines\"\n\n\n2,x\n3,y";
        for text in [unix.to_owned(), unix.replace('\n', "\r\n"), unix.replace('\n', "\r")] {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let mut numbers = RowNumbers::new(&text);
            let head = numbers.next(reader.headers().unwrap().position().map(csv::Position::byte));
            let rows = reader
                .records()
                .map(|record| numbers.next(record.unwrap().position().map(csv::Position::byte)));
            assert_eq!((head, rows.collect::<Vec<_>>()), (2, vec![3, 6, 7]), "{text:?}");
        }
    }
}
