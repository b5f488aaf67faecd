//! Where the heads of a form stand: levels, merged cells, and bands where a form is too wide for one page.

use std::ops::Range;

use crate::locales::Text;

/// Most columns side by side. Engineering judgement: more of them are smaller than 8 pt on A4 in landscape.
const WIDE: usize = 18;

/// A cell of the heads, in levels from the top and columns of its band from the left.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadCell {
    pub levels: Range<usize>,
    pub columns: Range<usize>,
    pub text: Text,
}

/// The ranges of columns that stand below each other, as even as the groups of their heads allow.
pub fn bands(heads: &[Vec<Text>]) -> Vec<Range<usize>> {
    let target = heads.len().div_ceil(heads.len().div_ceil(WIDE).max(1));
    let mut bands = Vec::new();
    let mut from = 0;
    for (at, pair) in heads.windows(2).enumerate() {
        let [one, next] = pair else { continue };
        if at + 1 - from >= target && one.first() != next.first() {
            bands.push(from..at + 1);
            from = at + 1;
        }
    }
    bands.push(from..heads.len());
    bands
}

/// The levels that the heads of a band have.
pub fn levels(heads: &[Vec<Text>]) -> usize {
    heads.iter().map(Vec::len).max().unwrap_or(0)
}

/// The cells of the heads: one over all columns that share it, and down to the lowest level where none is below it.
pub fn head_cells(heads: &[Vec<Text>]) -> Vec<HeadCell> {
    let lowest = levels(heads);
    let mut cells: Vec<HeadCell> = Vec::new();
    for (column, own) in heads.iter().enumerate() {
        let left = column.checked_sub(1).and_then(|left| heads.get(left));
        for (level, text) in own.iter().enumerate() {
            let is_last = level + 1 == own.len();
            let shared = !is_last
                && left.is_some_and(|left| {
                    left.len() > level + 1 && left.get(..=level) == own.get(..=level)
                });
            let open = cells.iter_mut().rfind(|cell| cell.levels.start == level);
            match open {
                Some(cell) if shared => cell.columns.end = column + 1,
                _ => cells.push(HeadCell {
                    levels: level..if is_last { lowest } else { level + 1 },
                    columns: column..column + 1,
                    text: text.clone(),
                }),
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(labels: &[&str]) -> Vec<Vec<Text>> {
        labels.iter().map(|label| label.split(' ').map(Text::verbatim).collect()).collect()
    }

    #[test]
    fn heads_are_merged_over_their_columns_and_down_to_the_lowest_level() {
        let cells = head_cells(&heads(&["甲", "乙 合计", "乙 轻", "丙 合计", "丁"]));
        let shown: Vec<_> = cells
            .iter()
            .map(|c| (c.text.to_string(), c.levels.clone(), c.columns.clone()))
            .collect();
        let expected = [
            ("甲", 0..2, 0..1),
            ("乙", 0..1, 1..3),
            ("合计", 1..2, 1..2),
            ("轻", 1..2, 2..3),
            ("丙", 0..1, 3..4),
            ("合计", 1..2, 3..4),
            ("丁", 0..2, 4..5),
        ];
        assert_eq!(
            shown,
            expected.map(|(text, levels, columns)| (text.to_owned(), levels, columns))
        );
    }

    #[test]
    fn a_wide_form_is_cut_between_groups_and_never_within_one() {
        let narrow: Vec<String> = (0..18).map(|n| format!("栏{n}")).collect();
        let narrow: Vec<&str> = narrow.iter().map(String::as_str).collect();
        assert_eq!(bands(&heads(&narrow)), vec![0..18]);
        let mut wide = narrow.clone();
        wide.splice(9..11, ["组 一", "组 二", "组 三", "组 四"]);
        assert_eq!(bands(&heads(&wide)), [0..13, 13..20]);
    }
}
