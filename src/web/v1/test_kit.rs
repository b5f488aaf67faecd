//! A hub's answers for the tests of pages: one station with three readings.

use jiff::Timestamp;

use super::facts::{ApiAnswer, ApiAsked, ApiPart, ApiRefusal};
use super::model::{ReadingItem, SeriesItem, StationItem};

/// A station with a name that a program of tables would take for a formula.
pub(super) fn station(id: &str) -> StationItem {
    StationItem {
        id: id.into(),
        name: "=HYPERLINK(\"x\")".into(),
        kind: "pond".into(),
        village: "v".into(),
        village_name: "村".into(),
        gateway: None,
        place: None,
        bottom_m: Some(1.0),
        dead_m: None,
        normal_m: None,
        crest_m: None,
        thresholds: Vec::new(),
        flood_limits: Vec::new(),
        serves_persons: None,
        pump: None,
        state: None,
    }
}

pub(super) fn reading(minute: i64) -> ReadingItem {
    ReadingItem {
        at: Timestamp::from_second(1_659_312_000 + 60 * minute).unwrap(),
        value: (minute != 1).then_some(minute as f64 - 0.5),
        flag: if minute == 1 { 9 } else { 1 },
        reason: (minute == 1).then(|| "timeout".into()),
        correction: None,
        stored: None,
        registers: None,
    }
}

fn page<T>(items: Vec<T>, most: usize) -> ApiPart<T> {
    let more = items.len() > most;
    ApiPart { items: items.into_iter().take(most).collect(), more }
}

/// What such a hub answers.
pub(in crate::web) async fn canned(asked: ApiAsked) -> anyhow::Result<ApiAnswer> {
    Ok(match asked {
        ApiAsked::Version => ApiAnswer::Version("1".into()),
        ApiAsked::Stations { after, most } => {
            let mut stations = vec![station("pond-1"), station("pond-2")];
            stations.retain(|one| after.as_ref().is_none_or(|id| one.id.as_str() > id.as_str()));
            ApiAnswer::Stations(page(stations, most))
        }
        ApiAsked::Station(id) if id.as_str() == "pond-1" => {
            ApiAnswer::Station(Box::new(station("pond-1")))
        }
        ApiAsked::Station(_) => ApiAnswer::Refused(ApiRefusal::NoStation(Some("pond-1".into()))),
        ApiAsked::SeriesList { most, .. } => {
            let item = SeriesItem {
                series: "pond-1/level".into(),
                station: "pond-1".into(),
                parameter: "level".into(),
                name_zh: "水位".into(),
                name_en: "level".into(),
                unit: "m".into(),
                kind: "gauge".into(),
                latest: None,
                ahead_at: None,
            };
            ApiAnswer::SeriesList(page(vec![item], most))
        }
        ApiAsked::Readings { series, span, most, .. } if series.station.as_str() == "pond-1" => {
            let mut all: Vec<ReadingItem> = (0..3).map(reading).collect();
            let after = span.after_ms.unwrap_or(i64::MIN);
            all.retain(|reading| reading.at.as_millisecond() > after);
            ApiAnswer::Readings(page(all, most))
        }
        ApiAsked::Figures(_) => {
            ApiAnswer::Refused(ApiRefusal::NoPeriod(crate::locales::Text::verbatim("none")))
        }
        ApiAsked::File { station: Some(station), .. } if station.as_str() == "pond-1" => {
            let (pieces, file) = tokio::sync::mpsc::channel(1);
            pieces.try_send(Ok(b"a,b\n".to_vec()))?;
            ApiAnswer::File(file)
        }
        ApiAsked::File { station: Some(_), .. } => {
            ApiAnswer::Refused(ApiRefusal::NoStation(Some("pond-1".into())))
        }
        ApiAsked::File { .. } => ApiAnswer::Refused(ApiRefusal::Busy { retry_s: 30 }),
        ApiAsked::Events => anyhow::bail!("the disk is gone"),
        _ => ApiAnswer::Refused(ApiRefusal::NoSeries(Some("pond-1/level".into()))),
    })
}
