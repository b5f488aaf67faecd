//! A sketch map of the sources whose place is known: dots by status, names where there is room, and a scale bar. Drawn
//! by us; nothing is fetched from elsewhere.

use serde::Serialize;

use crate::locales::{Text, page_morning as words};
use crate::water::Place;
use crate::web::format::{status_id, status_name};
use crate::web::model::SourceRow;

/// Width in SVG units, and the least and the most of the height.
const WIDTH: f64 = 640.0;
const HEIGHT: (f64, f64) = (200.0, 640.0);

/// Room around the dots: for names, and below for the scale bar.
const MARGIN: f64 = 40.0;

/// Length of a degree of latitude, m: the mean of the WGS 84 ellipsoid.
const DEGREE_M: f64 = 111_195.0;

/// The least extent that is drawn, m: two sources beside each other do not fill the sheet.
const EXTENT_MIN_M: f64 = 500.0;

/// Longest scale bar, as a share of the width.
const BAR_SHARE: f64 = 0.3;

/// Half the size of a dot, and how far beside its middle a name begins, SVG units: on a phone dots are drawn larger.
const DOT: f64 = 9.0;
const BESIDE: f64 = 13.0;

/// Width of a character of a name, and height of a line, SVG units. Chinese characters on a phone are this wide.
const LETTER: (f64, f64) = (20.0, 22.0);

/// The map, ready to be drawn.
#[derive(Serialize, Debug)]
pub(super) struct Map {
    width: String,
    height: String,
    dots: Vec<Dot>,
    /// Ends of the scale bar and its words.
    bar: Bar,
    /// How many sources have no place.
    without: Option<Text>,
}

#[derive(Serialize, Debug)]
struct Dot {
    x: String,
    y: String,
    id: String,
    name: String,
    status_id: &'static str,
    status: Text,
    /// Whether the name stands beside it, and there to its left.
    named: bool,
    left: bool,
}

#[derive(Serialize, Debug)]
struct Bar {
    from: String,
    to: String,
    y: String,
    text_y: String,
    words: String,
}

/// The map of `rows`, the worst first; `None` where none of them has a place.
pub(super) fn map(rows: &[&SourceRow]) -> Option<Map> {
    let placed: Vec<(&SourceRow, Place)> = rows
        .iter()
        .filter_map(|row| Some((*row, row.place?)))
        .filter(|(_, place)| place.longitude.is_finite() && place.latitude.is_finite())
        .collect();
    let sheet = Sheet::around(placed.iter().map(|(_, place)| *place))?;
    let mut taken: Vec<[f64; 4]> = Vec::new();
    for (_, place) in &placed {
        let (x, y) = sheet.at(*place);
        taken.push([x - DOT, x + DOT, y - DOT, y + DOT]);
    }
    let dots = placed.iter().map(|(row, place)| {
        let (x, y) = sheet.at(*place);
        let long = row.name.chars().count() as f64 * LETTER.0;
        // To the right, or else to the left; where there is no room, by pointer and in the list only.
        let beside = [x + BESIDE, x - BESIDE - long]
            .map(|start| [start, start + long, y - LETTER.1 / 2.0, y + LETTER.1 / 2.0]);
        let is_free = |[x0, x1, y0, y1]: &[f64; 4]| {
            let apart = |b: &[f64; 4]| x1 < &b[0] || &b[1] < x0 || y1 < &b[2] || &b[3] < y0;
            *x0 >= 0.0 && *x1 <= WIDTH && taken.iter().all(apart)
        };
        let side = beside.iter().position(is_free);
        taken.extend(side.map(|side| beside[side]));
        Dot {
            x: format!("{x:.0}"),
            y: format!("{y:.0}"),
            id: row.id.to_string(),
            name: row.name.clone(),
            status_id: status_id(row.status),
            status: status_name(row.status, row.kind),
            named: side.is_some(),
            left: side == Some(1),
        }
    });
    let dots = dots.collect();
    let without = rows.len() - placed.len();
    Some(Map {
        width: format!("{WIDTH:.0}"),
        height: format!("{:.0}", sheet.height),
        dots,
        bar: sheet.bar(),
        without: (without > 0).then(|| words::without_place(without)),
    })
}

/// Where on the sheet a place lies: a plane around the middle of the township, north at the top.
struct Sheet {
    middle: Place,
    /// SVG units a metre.
    scale: f64,
    height: f64,
}

impl Sheet {
    fn around(places: impl Iterator<Item = Place> + Clone) -> Option<Self> {
        let longitude = ends(places.clone().map(|place| place.longitude))?;
        let latitude = ends(places.map(|place| place.latitude))?;
        let middle = |[from, to]: [f64; 2]| from + (to - from) / 2.0;
        let middle = Place { longitude: middle(longitude), latitude: middle(latitude) };
        let span = |[from, to]: [f64; 2]| (to - from) * DEGREE_M;
        let wide = (span(longitude) * middle.latitude.to_radians().cos()).max(EXTENT_MIN_M);
        let high = span(latitude).max(EXTENT_MIN_M / 2.0);
        let room = |size: f64| size - 2.0 * MARGIN;
        let scale = (room(WIDTH) / wide).min(room(HEIGHT.1) / high);
        let height = (high * scale + 2.0 * MARGIN).clamp(HEIGHT.0, HEIGHT.1);
        Some(Self { middle, scale, height })
    }

    fn at(&self, place: Place) -> (f64, f64) {
        let narrowing = self.middle.latitude.to_radians().cos();
        let east = (place.longitude - self.middle.longitude) * DEGREE_M * narrowing;
        let north = (place.latitude - self.middle.latitude) * DEGREE_M;
        (WIDTH / 2.0 + east * self.scale, self.height / 2.0 - north * self.scale)
    }

    /// The longest bar of 1, 2 or 5 times a power of ten metres that has room.
    fn bar(&self) -> Bar {
        let most = WIDTH * BAR_SHARE / self.scale;
        let power = 10f64.powf(most.log10().floor());
        let metres = [5.0, 2.0, 1.0].map(|n| n * power).into_iter().find(|m| *m <= most);
        let metres = metres.unwrap_or(power);
        let y = self.height - 10.0;
        Bar {
            from: "12".to_owned(),
            to: format!("{:.0}", 12.0 + metres * self.scale),
            y: format!("{y:.0}"),
            text_y: format!("{:.0}", y - 6.0),
            words: match metres < 1000.0 {
                true => format!("{metres} m"),
                false => format!("{} km", metres / 1000.0),
            },
        }
    }
}

/// The least and the most of some numbers.
fn ends(numbers: impl Iterator<Item = f64> + Clone) -> Option<[f64; 2]> {
    Some([numbers.clone().reduce(f64::min)?, numbers.reduce(f64::max)?])
}

#[cfg(test)]
mod tests {
    use super::super::test_kit::row;
    use super::*;

    fn placed(name: &str, longitude: f64, latitude: f64) -> SourceRow {
        let place = Some(Place { longitude, latitude });
        SourceRow { name: name.into(), place, ..row("pond-1") }
    }

    #[test]
    fn without_a_place_there_is_no_map() {
        assert!(map(&[]).is_none());
        assert!(map(&[&row("pond-1")]).is_none());
    }

    #[test]
    fn north_is_up_and_the_bar_has_its_length() {
        let rows = [placed("南", 115.0, 26.0), placed("北", 115.0, 26.1), row("pond-2")];
        let map = map(&rows.iter().collect::<Vec<_>>()).unwrap();
        let y = |index: usize| map.dots[index].y.parse::<f64>().unwrap();
        assert!(y(0) > y(1));
        assert!(map.without.is_some());
        let scale = (y(0) - y(1)) / (0.1 * DEGREE_M);
        let metres: f64 = match map.bar.words.split_once(' ').unwrap() {
            (number, "km") => number.parse::<f64>().unwrap() * 1000.0,
            (number, _) => number.parse().unwrap(),
        };
        let length = map.bar.to.parse::<f64>().unwrap() - map.bar.from.parse::<f64>().unwrap();
        assert!((length / scale / metres - 1.0).abs() < 0.02, "{map:?}");
    }

    #[test]
    fn names_do_not_lie_upon_each_other() {
        let rows = [placed("甲", 115.0, 26.0), placed("乙", 115.0, 26.0)];
        let map = map(&rows.iter().collect::<Vec<_>>()).unwrap();
        let sides: Vec<_> = map.dots.iter().map(|dot| (dot.named, dot.left)).collect();
        assert_eq!(sides, [(true, false), (true, true)]);
    }

    #[test]
    fn every_dot_lies_on_the_sheet() {
        let rows = [placed("a", -180.0, 90.0), placed("b", 180.0, -90.0), placed("c", 0.0, 0.0)];
        let map = map(&rows.iter().collect::<Vec<_>>()).unwrap();
        let height: f64 = map.height.parse().unwrap();
        for dot in &map.dots {
            let (x, y): (f64, f64) = (dot.x.parse().unwrap(), dot.y.parse().unwrap());
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=height).contains(&y), "{dot:?}");
        }
    }
}
