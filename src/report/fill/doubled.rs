//! Recognises words around a placeholder that say again, or otherwise, what its text says: 约{{…}}, {{…}}亩.

use super::quantities::UNITS;

/// Hedges before a number that a hedged text has already.
const ABOUT: [&str; 3] = ["大约", "约为", "约"];
/// Hedges before a number that say something other than the text.
const OTHER: [&str; 8] = ["将近", "接近", "近", "超过", "超", "逾", "不足", "至少"];
/// Words that end as a hedge does and are none: 最近.
const NO_HEDGE: [&str; 4] = ["最近", "附近", "邻近", "契约"];
/// Hedges behind a number that a hedged text has already.
const ABOUT_BEHIND: [&str; 2] = ["左右", "上下"];
/// Hedges behind a number that say something other than the text.
const OTHER_BEHIND: [&str; 4] = ["以上", "以下", "余", "多"];
/// What a hedged text holds.
const HEDGES: [&str; 8] = ["约", "近", "超", "余", "多", "左右", "以上", "不足"];

/// The words around a placeholder with its text, where the two do not fit.
pub(super) fn said(before: &str, text: &str, behind: &str) -> Option<String> {
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (before, behind) = (before.trim_end(), behind.trim_start());
    let hedged = HEDGES.iter().any(|hedge| text.contains(hedge));
    let ends = |words: &[&'static str]| words.iter().copied().find(|word| before.ends_with(word));
    let begins =
        |words: &[&'static str]| words.iter().copied().find(|word| behind.starts_with(word));
    let front = ends(&ABOUT).filter(|_| hedged).or_else(|| ends(&OTHER));
    let front = front.filter(|_| ends(&NO_HEDGE).is_none()).unwrap_or("");
    let rear = begins(&ABOUT_BEHIND).filter(|_| hedged).or_else(|| begins(&OTHER_BEHIND));
    let mut units = UNITS.iter().copied().filter(|unit| !unit.is_empty() && text.ends_with(unit));
    let unit = || units.find(|unit| behind.starts_with(unit));
    let rear = rear.or_else(unit).unwrap_or("");
    (!front.is_empty() || !rear.is_empty()).then(|| format!("{front}{text}{rear}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_hedge_or_unit_is_seen_and_a_sound_neighbour_is_not() {
        for (before, text, behind, expected) in [
            ("用电约", "约3.5万度", "。", Some("约约3.5万度")),
            ("受灾", "约2200亩", "亩。", Some("约2200亩亩")),
            ("投入", "65台", "台设备", Some("65台台")),
            ("约", "120余亩", "左右", Some("约120余亩左右")),
            ("达", "55万元", "以上", Some("55万元以上")),
            ("解决", "4个村", "村饮水", Some("4个村村")),
            ("用电共", "约3.5万度", "，", None),
            ("约", "65台", "，", None),
            ("最近", "65台", "设备", None),
            ("约", "2200", "亩", None),
            ("部分", "部分河沟断水", "多", None),
        ] {
            assert_eq!(said(before, text, behind).as_deref(), expected, "{before}{text}{behind}");
        }
    }
}
