//! The small chart of a source: its level over the last days.

use serde::Serialize;

use crate::locales::{Text, page, page_morning as words};
use crate::web::format::{STEADY_M_PER_DAY, metres};

/// Width and height in SVG units, of which the page shows one as half a pixel: whole numbers are fine enough.
const SIZE: (f64, f64) = (192.0, 48.0);

/// Room for the stroke and the dot.
const MARGIN: f64 = 5.0;

/// A small chart, ready to be drawn.
#[derive(Serialize, Default, Debug, PartialEq)]
pub(super) struct Spark {
    /// One list of points for each run of days with data.
    pub lines: Vec<String>,
    /// The last day with data, as a dot.
    pub dot: Option<[String; 2]>,
    /// The chart in words, for readers who cannot see it.
    pub label: Text,
}

/// A line for each run of days with data, a gap where there is none.
pub(super) fn spark(levels: &[Option<f64>]) -> Spark {
    let levels: Vec<_> = levels.iter().map(|level| level.filter(|x| x.is_finite())).collect();
    let known = || levels.iter().flatten().copied();
    let (Some(low), Some(high)) = (known().reduce(f64::min), known().reduce(f64::max)) else {
        return Spark { label: page::no_status(), ..Spark::default() };
    };
    // A still source is a line in the middle, not noise blown up to the full height.
    let span = (high - low).max(2.0 * STEADY_M_PER_DAY);
    let middle = (high + low) / 2.0;
    let (width, height) = SIZE;
    let step = (width - 2.0 * MARGIN) / (levels.len().max(2) - 1) as f64;
    let place = |index: usize, level: f64| {
        let y = height / 2.0 - (level - middle) / span * (height - 2.0 * MARGIN);
        [format!("{:.0}", MARGIN + index as f64 * step), format!("{y:.0}")]
    };
    let mut lines: Vec<String> = Vec::new();
    let mut dot = None;
    let mut before = false;
    for (index, level) in levels.iter().enumerate() {
        if let Some(level) = level {
            let [x, y] = place(index, *level);
            match lines.last_mut().filter(|_| before) {
                Some(line) => line.push_str(&format!(" {x},{y}")),
                None => lines.push(format!("{x},{y}")),
            }
            dot = Some([x, y]);
        }
        before = level.is_some();
    }
    Spark { lines, dot, label: words::levels_of_days(levels.len(), metres(low), metres(high)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn the_chart_breaks_where_data_is_missing() {
        let chart = spark(&[Some(1.0), Some(0.9), None, Some(0.5), Some(f64::NAN)]);
        assert_eq!(chart.lines.len(), 2);
        assert_eq!(chart.dot.unwrap()[0], "142");
        assert_eq!(spark(&[None, None]).lines.len(), 0);
        let still = spark(&[Some(3.0)]);
        assert_eq!(still.lines, ["5,24"]);
        let label = Lang::ALL.map(|lang| still.label.within(lang));
        assert_eq!(label, ["1 天水位，3.00 至 3.00 米", "1-day levels, 3.00 to 3.00 m"]);
    }
}
