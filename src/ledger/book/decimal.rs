//! A number in decimal digits, as a spreadsheet rounds and shows it.

/// Significant digits that a spreadsheet keeps of a number (Excel's specifications and limits).
const DIGITS: usize = 15;

/// The amount of a number: `0.d1d2d3… × 10^point`. No digit is left of the first one that is not zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    /// The amount of `value`, which is finite, to 15 digits.
    pub fn new(value: f64) -> Self {
        let text = format!("{:.*e}", DIGITS - 1, value.abs());
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = digits.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0');
        let exponent = exponent.parse::<i32>().unwrap_or_default();
        Self { digits: digits.collect(), point: exponent + 1 }.trimmed()
    }

    /// It times `10^places`.
    pub fn shifted(mut self, places: i32) -> Self {
        self.point += places;
        self.trimmed()
    }

    /// Rounded to `decimals` digits behind the point, half up.
    pub fn rounded(mut self, decimals: usize) -> Self {
        let keep = self.point + i32::try_from(decimals).unwrap_or(i32::MAX / 2);
        let Ok(keep) = usize::try_from(keep) else {
            return Self { digits: Vec::new(), point: 0 };
        };
        let up = self.digits.get(keep).is_some_and(|digit| *digit >= 5);
        self.digits.truncate(keep);
        if up {
            self.digits.resize(keep, 0);
            while self.digits.last() == Some(&9) {
                self.digits.pop();
            }
            match self.digits.last_mut() {
                Some(digit) => *digit += 1,
                None => {
                    self.digits.push(1);
                    self.point += 1;
                }
            }
        }
        self.trimmed()
    }

    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The power of ten of its first digit.
    pub fn exponent(&self) -> i32 {
        self.point - 1
    }

    /// How many digits it has from the first to the last that is not zero, with the zeros before the point.
    pub fn length(&self) -> usize {
        let whole = usize::try_from(self.point).unwrap_or(0);
        self.digits.len().max(whole)
    }

    /// The digits before the point, without leading zeros, and behind it, without trailing zeros.
    pub fn parts(&self) -> (String, String) {
        let digit = |digit: &u8| char::from(b'0' + digit);
        let whole = usize::try_from(self.point).unwrap_or(0);
        let mut before: String = self.digits.iter().take(whole).map(digit).collect();
        before.extend(std::iter::repeat_n('0', whole.saturating_sub(self.digits.len())));
        let zeros = usize::try_from(-self.point).unwrap_or(0);
        let zeros = if self.digits.is_empty() { 0 } else { zeros };
        let mut behind = "0".repeat(zeros);
        behind.extend(self.digits.iter().skip(whole).map(digit));
        (before, behind)
    }

    /// As it is written without an exponent.
    pub fn text(&self) -> String {
        let (before, behind) = self.parts();
        let before = if before.is_empty() { "0" } else { before.as_str() };
        if behind.is_empty() { before.to_owned() } else { format!("{before}.{behind}") }
    }

    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        self.point -= i32::try_from(zeros).unwrap_or_default();
        if self.digits.is_empty() {
            self.point = 0;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_as_their_decimal_digits_say() {
        let rounded = |value, decimals| Decimal::new(value).rounded(decimals).text();
        assert_eq!(rounded(2.675, 2), "2.68");
        assert_eq!(rounded(0.5, 0), "1");
        assert_eq!(rounded(0.49, 0), "0");
        assert_eq!(rounded(9.996, 2), "10");
        assert_eq!(rounded(1234.5678, 0), "1235");
        assert_eq!(rounded(0.004, 2), "0");
        assert_eq!(rounded(0.006, 2), "0.01");
        assert_eq!(rounded(0.06, 1), "0.1");
        assert_eq!(rounded(1200.0, 1), "1200");
        assert_eq!(Decimal::new(0.1 + 0.2).text(), "0.3");
        assert_eq!(Decimal::new(0.86).shifted(2).text(), "86");
        assert_eq!(Decimal::new(12000.0).shifted(-3).text(), "12");
        assert_eq!(Decimal::new(0.0).text(), "0");
        assert_eq!(Decimal::new(1e20).text(), "100000000000000000000");
    }
}
