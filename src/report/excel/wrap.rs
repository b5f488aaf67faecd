//! How high a row has to be for its wrapped text. LibreOffice does not find out by itself, and Excel only while it
//! opens a file.

/// Heights of a line, points: of Calibri, which is also the height of a row, and of the fonts that stand in for it in
/// Chinese text.
const LINE: u16 = 15;
const LINE_CHINESE: u16 = 17;
/// Highest row of Excel, points.
const HEIGHT_MAX: u16 = 409;
/// What does not begin a line.
const CLOSING: &str = "，。；：、！？）》”’";

/// Height in points of a row with `text` in a column `width` characters wide; `None` where that of a row suffices.
pub fn height(text: &str, width: f64) -> Option<u16> {
    let lines: u16 = text.split('\n').map(|line| lines(line, width)).fold(0, u16::saturating_add);
    let line = if text.contains(|c| c >= '\u{2E80}') { LINE_CHINESE } else { LINE };
    Some(lines.saturating_mul(line).min(HEIGHT_MAX)).filter(|points| *points > LINE)
}

/// Width of a character in digits, of which a column's width is counted: Calibri of 11 pt has digits of 7 pixels, a
/// Chinese character of 11 pt has 14.7.
fn width_of(c: char) -> f64 {
    match c {
        _ if is_wide(c) => 2.1,
        'm' | 'w' => 1.5,
        'A'..='Z' => 1.2,
        ' ' | 'f' | 'i' | 'j' | 'l' | 'r' | 't' | ',' | '.' | ';' | ':' | '(' | ')' => 0.7,
        _ => 1.0,
    }
}

/// Chinese characters and punctuation, among them the quotes that Latin text shares: too high is better than too low.
fn is_wide(c: char) -> bool {
    c >= '\u{2014}'
}

/// Lines of a text without line breaks; a word that is longer than a line is cut.
fn lines(text: &str, width: f64) -> u16 {
    let (mut lines, mut used) = (1u16, 0.0);
    for Word { shown, whole } in words(text) {
        if used > 0.0 && used + shown > width {
            lines = lines.saturating_add(1);
            used = 0.0;
        }
        used += whole;
        let cut = ((used - whole + shown) / width).ceil() as u16;
        if cut > 1 {
            lines = lines.saturating_add(cut - 1);
            used -= f64::from(cut - 1) * width;
        }
    }
    lines
}

/// Widths of what stays together on a line, without and with the blanks behind it.
struct Word {
    shown: f64,
    whole: f64,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for c in text.chars() {
        let wide = is_wide(c);
        let joins = CLOSING.contains(c) || (open && !wide);
        if !joins || words.is_empty() {
            words.push(Word { shown: 0.0, whole: 0.0 });
        }
        if let Some(word) = words.last_mut() {
            word.whole += width_of(c);
            if c != ' ' {
                word.shown = word.whole;
            }
        }
        open = !wide && c != ' ';
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_lines_of_wrapped_words() {
        for (text, width, expected) in [
            ("", 8.0, 1),
            ("kWh", 8.0, 1),
            ("value of the township", 14.0, 2),
            ("value of the township", 12.0, 2),
            ("administrative villages", 16.0, 2),
            ("measured", 4.0, 3),
            ("a measured value", 4.0, 6),
            ("填报的各村播种面积", 10.0, 3),
            ("填报，推算", 4.3, 3),
            ("水量 12,345.67 m3", 10.0, 3),
        ] {
            assert_eq!(lines(text, width), expected, "{text} in {width}");
        }
    }

    #[test]
    fn a_row_is_as_high_as_its_lines_and_never_higher_than_excel_allows() {
        assert_eq!(height("one line", 20.0), None);
        assert_eq!(height("two lines of text", 10.0), Some(2 * LINE));
        assert_eq!(height("甲", 5.0), Some(LINE_CHINESE));
        assert_eq!(height("甲乙丙丁", 5.0), Some(2 * LINE_CHINESE));
        assert_eq!(height("one\ntwo\nthree", 20.0), Some(3 * LINE));
        assert_eq!(height(&"word ".repeat(1000), 20.0), Some(HEIGHT_MAX));
    }
}
