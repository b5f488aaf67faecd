//! Areas that a filter names: polygons, written as OGC 06-103r4 (7.2) writes them, between straight lines in degrees.

use std::fmt;

/// How close to an edge a place is on it: the length of the edge times the distance, square degrees. Of an edge of a
/// degree that is a ten-millionth of a metre, and ten times what rounding makes of places on it. Engineering judgement.
const ON_EDGE: f64 = 1e-12;

/// Points of the smallest ring: a triangle, and its first point again.
const RING_MIN: usize = 4;

/// A place: longitude and latitude, degrees.
pub(super) type Place = [f64; 2];

/// A polygon: its outline, then the holes in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Area(Vec<Vec<Place>>);

impl Area {
    /// Reads `POLYGON ((30 10, 40 40, 20 40, 30 10))`, longitude first; `None` where it is anything else.
    pub fn read(text: &str) -> Option<Self> {
        const WORD: &str = "POLYGON";
        let text = text.trim();
        let word = text.get(..WORD.len()).filter(|word| word.eq_ignore_ascii_case(WORD))?;
        let rings = within(&text[word.len()..])?;
        let rings: Option<Vec<_>> = split_rings(rings)?.into_iter().map(ring).collect();
        rings.filter(|rings| !rings.is_empty()).map(Self)
    }

    /// Whether a place lies in it; on its edge as `edge` says.
    pub fn holds(&self, [x, y]: Place, edge: bool) -> bool {
        let mut inside = false;
        for ends in self.0.iter().flat_map(|ring| ring.windows(2)) {
            let ([x1, y1], [x2, y2]) = (ends[0], ends[1]);
            // Above 0 where the place is left of the edge.
            let side = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1);
            let beside = x >= x1.min(x2) && x <= x1.max(x2) && y >= y1.min(y2) && y <= y1.max(y2);
            if beside && side.abs() <= ON_EDGE {
                return edge;
            }
            // A line from the place to the east crosses the edge.
            if (y1 > y) != (y2 > y) && (side > 0.0) == (y2 > y1) {
                inside = !inside;
            }
        }
        inside
    }
}

/// What stands in the outer parentheses.
fn within(text: &str) -> Option<&str> {
    text.trim().strip_prefix('(')?.strip_suffix(')')
}

/// The rings of `(…), (…)`.
fn split_rings(text: &str) -> Option<Vec<&str>> {
    let mut rings = Vec::new();
    let mut rest = text.trim();
    loop {
        let (ring, after) = rest.strip_prefix('(')?.split_once(')')?;
        rings.push(ring);
        rest = after.trim();
        if rest.is_empty() {
            return Some(rings);
        }
        rest = rest.strip_prefix(',')?.trim();
    }
}

/// The points of a ring, which ends where it began.
fn ring(text: &str) -> Option<Vec<Place>> {
    let points: Option<Vec<Place>> = text.split(',').map(point).collect();
    points.filter(|ring| ring.len() >= RING_MIN && ring.first() == ring.last())
}

fn point(text: &str) -> Option<Place> {
    let mut numbers = text.split_whitespace().map(|number| {
        let number: Option<f64> = number.parse().ok();
        number.filter(|number| number.is_finite())
    });
    let (x, y) = (numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some([x, y])
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let point = |[x, y]: &Place| format!("{x:?} {y:?}");
        let ring = |ring: &Vec<Place>| {
            let points: Vec<String> = ring.iter().map(point).collect();
            format!("({})", points.join(","))
        };
        let rings: Vec<String> = self.0.iter().map(ring).collect();
        write!(f, "POLYGON({})", rings.join(","))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_place_is_inside_outside_or_on_the_edge() {
        let square = Area::read("POLYGON((114 25, 115 25, 115 26, 114 26, 114 25))").unwrap();
        let turned = Area::read("polygon ((114 25,114 26,115 26,115 25,114 25))").unwrap();
        let holed =
            Area::read("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3))").unwrap();
        for (area, place, inside, on_edge) in [
            (&square, [114.9, 25.8], true, true),
            (&turned, [114.9, 25.8], true, true),
            (&square, [115.1, 25.8], false, false),
            (&square, [114.5, 26.1], false, false),
            (&square, [113.9, 25.0], false, false),
            (&square, [114.0, 25.5], false, true),
            (&square, [115.0, 26.0], false, true),
            (&turned, [114.5, 25.0], false, true),
            (&holed, [1.0, 4.0], true, true),
            (&holed, [4.0, 4.0], false, false),
            (&holed, [3.0, 4.0], false, true),
        ] {
            assert_eq!(area.holds(place, false), inside, "{area} {place:?}");
            assert_eq!(area.holds(place, true), on_edge, "{area} {place:?}");
        }
    }

    #[test]
    fn what_is_no_polygon_is_none() {
        for text in [
            "",
            "POLYGON",
            "POLYGON()",
            "POLYGON(())",
            "POLYGON EMPTY",
            "POINT(1 2)",
            "POLYGON((0 0, 1 0, 1 1))",
            "POLYGON((0 0, 1 0, 0 0))",
            "POLYGON((0 0, 1 0, 1 1, 0 1))",
            "POLYGON((0 0, 1 0, 1 nan, 0 0))",
            "POLYGON((0 0, 1 0, 1e999 1, 0 0))",
            "POLYGON((0 0 0, 1 0 0, 1 1 0, 0 0 0))",
            "POLYGON((0 0, 1 0, 1 1, 0 0)",
            "POLYGON((0 0, 1 0, 1 1, 0 0)) x",
            "POLYGON((0 0, 1 0, 1 1, 0 0),)",
            "POLYGON(0 0, 1 0, 1 1, 0 0)",
            "塘POLYGON((0 0, 1 0, 1 1, 0 0))",
            "多边形多边形",
        ] {
            assert_eq!(Area::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_no_text_panics(
            points in prop::collection::vec((-180.0..180.0_f64, -90.0..90.0_f64), 3..9),
            text in any::<String>(),
        ) {
            let mut ring: Vec<Place> = points.into_iter().map(|(x, y)| [x, y]).collect();
            ring.push(ring[0]);
            let area = Area(vec![ring]);
            prop_assert_eq!(Area::read(&area.to_string()), Some(area));
            let _ = Area::read(&text);
            let _ = Area::read(&format!("POLYGON(({text}))"));
        }
    }
}
