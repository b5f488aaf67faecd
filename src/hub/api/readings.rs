//! Series, readings, hours and days.

use jiff::Timestamp;
use jiff::civil::Date;

use super::readers::Read;
use super::source::Found;
use crate::core::{
    DayCell, HourCell, Kind, Parameter, Period, Reading, Rollup, Series, StationId, nearest,
};
use crate::hub::times::latest_of_now;
use crate::store::{Paged, PagedReading, Sqlite, StoreError, first_ms};
use crate::web::api_model::{DayItem, HourItem, ReadingItem, RollupItem, SeriesItem};
use crate::web::{ApiAnswer, ApiPart, ApiRefusal, ApiSpan};

fn part<T, U>(paged: Paged<T>, of: impl FnMut(T) -> U) -> ApiPart<U> {
    ApiPart { items: paged.rows.into_iter().map(of).collect(), more: paged.more }
}

/// The series of a station, of a parameter, or all, after one of that name.
pub(super) fn list(
    station: Option<StationId>,
    parameter: Option<Parameter>,
    after: String,
    most: usize,
) -> impl Read {
    move |store: &Sqlite| {
        let found = store.series_page(&after, (station.as_ref(), parameter), most)?;
        Ok(Ok(ApiAnswer::SeriesList(part(found, |series| item(&series)))))
    }
}

/// One series with its last reading of `now`.
pub(super) fn one(series: Series, now: Timestamp) -> impl Read {
    move |store: &Sqlite| {
        let (latest, ahead_at) = latest_of_now(store, &series, now)?;
        let Some(latest) = latest else {
            // Of a series that a gateway has named nothing may have come yet.
            return match ahead_at.is_some() || store.knows(&series)? {
                true => {
                    Ok(Ok(ApiAnswer::Series(Box::new(SeriesItem { ahead_at, ..item(&series) }))))
                }
                false => none(store, &series),
            };
        };
        let reading = PagedReading { said: latest.last.value(), reading: latest.last };
        // What corrections make of it, of the very same reading.
        let at_ms = reading.reading.observed_at.as_millisecond();
        let page = store.readings_page(&series, (at_ms, at_ms.saturating_add(1)), 1)?;
        let reading = page.rows.into_iter().next().unwrap_or(reading);
        let latest = Some(reading_item(reading, false));
        Ok(Ok(ApiAnswer::Series(Box::new(SeriesItem { latest, ahead_at, ..item(&series) }))))
    }
}

pub(super) fn readings(series: Series, span: ApiSpan, most: usize, raw: bool) -> impl Read {
    move |store: &Sqlite| {
        if !store.knows(&series)? {
            return none(store, &series);
        }
        let found = store.readings_page(&series, ms(span), most)?;
        Ok(Ok(ApiAnswer::Readings(part(found, |reading| reading_item(reading, raw)))))
    }
}

pub(super) fn hours(series: Series, span: ApiSpan, most: usize) -> impl Read {
    move |store: &Sqlite| {
        if !store.knows(&series)? {
            return none(store, &series);
        }
        let found = store.hours_page(&series, ms(span), most)?;
        let item = |hour: HourCell| HourItem { at: hour.hour_at, rollup: rollup(&hour.rollup) };
        Ok(Ok(ApiAnswer::Hours(part(found, item))))
    }
}

pub(super) fn days(
    series: Series,
    (from, to): (Option<Date>, Option<Date>),
    most: usize,
) -> impl Read {
    move |store: &Sqlite| {
        if !store.knows(&series)? {
            return none(store, &series);
        }
        let last = to.and_then(|to| to.yesterday().ok()).unwrap_or(Date::MAX);
        let period = Period { from: from.unwrap_or(Date::MIN), to: last };
        // All at once: of twenty years there are some 7,000.
        let mut days = store.days(&series, period)?;
        let more = days.len() > most;
        days.truncate(most);
        let item = |day: DayCell| DayItem {
            day: day.day,
            covered_h: day.covered_h,
            rollup: rollup(&day.rollup),
        };
        Ok(Ok(ApiAnswer::Days(ApiPart { items: days.into_iter().map(item).collect(), more })))
    }
}

/// The span of a page, ms.
fn ms(span: ApiSpan) -> (i64, i64) {
    let after = span.after_ms.map_or(i64::MIN, |after| after.saturating_add(1));
    (first_ms(span.from).max(after), first_ms(span.to))
}

/// There is no such series; the nearest one is named.
pub(super) fn none(store: &Sqlite, series: &Series) -> Found {
    let names: Vec<String> = store.series()?.iter().map(ToString::to_string).collect();
    let near = nearest(&series.to_string(), names.iter().map(String::as_str));
    Ok(Err(ApiRefusal::NoSeries(near.map(str::to_owned))))
}

fn item(series: &Series) -> SeriesItem {
    let spec = series.parameter.spec();
    let kind = match spec.kind {
        Kind::Gauge => "gauge",
        Kind::Counter => "counter",
        Kind::State => "state",
    };
    SeriesItem {
        series: series.to_string(),
        station: series.station.to_string(),
        parameter: spec.id.into(),
        name_zh: spec.name_zh.into(),
        name_en: spec.name_en.into(),
        unit: spec.unit.symbol().into(),
        kind: kind.into(),
        latest: None,
        ahead_at: None,
    }
}

/// A reading as corrections have it, or with `raw` as it came.
fn reading_item(PagedReading { reading, said }: PagedReading, raw: bool) -> ReadingItem {
    let came = reading.value();
    let (value, correction) = match (came, said) {
        _ if raw => (came, None),
        (Some(_), None) => (None, Some("wrong")),
        (Some(came), Some(said)) if came != said => (Some(said), Some("shifted")),
        _ => (came, None),
    };
    let Reading { observed_at, flag, reason, raw: registers, .. } = reading;
    let registers: Vec<String> =
        registers.iter().map(|register| format!("{register:#06x}")).collect();
    ReadingItem {
        at: observed_at,
        value: value.filter(|value| value.is_finite()),
        flag: flag.into(),
        reason: reason.map(|reason| reason.id().to_owned()),
        correction: correction.map(str::to_owned),
        stored: came.filter(|_| correction.is_some()),
        registers: (!registers.is_empty()).then(|| registers.join(" ")),
    }
}

fn rollup(rollup: &Rollup) -> RollupItem {
    RollupItem {
        counted: rollup.counted,
        suspect: rollup.suspect,
        failed: rollup.failed,
        missing: rollup.missing,
        min: rollup.min,
        max: rollup.max,
        mean: rollup.mean,
        last: rollup.last,
        increment: rollup.increment,
        increment_max: rollup.increment_max,
        rollovers: rollup.rollovers,
        resets: rollup.resets,
        glitches: rollup.glitches,
    }
}

/// The series of a file: of a station, of a parameter, or all.
pub(super) fn wanted(
    store: &Sqlite,
    station: Option<&StationId>,
    parameter: Option<Parameter>,
) -> Result<Vec<Series>, StoreError> {
    let mut series = store.series()?;
    series.retain(|series| {
        station.is_none_or(|station| series.station == *station)
            && parameter.is_none_or(|parameter| series.parameter == parameter)
    });
    Ok(series)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::core::{Flag, Reason};

    #[test]
    fn a_value_is_null_where_there_is_none_and_says_why() {
        let at = Timestamp::UNIX_EPOCH;
        let series: Series = "pond-1/level".parse().unwrap();
        let good = Reading::good(series.clone(), at, 2.5);
        let of = |reading: &Reading, said, raw| {
            let item = reading_item(PagedReading { reading: reading.clone(), said }, raw);
            (item.value, item.correction, item.stored)
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(of(&good, Some(2.5), false), (Some(2.5), None, None));
        assert_eq!(of(&good, Some(1.0), false), (Some(1.0), text("shifted"), Some(2.5)));
        assert_eq!(of(&good, None, false), (None, text("wrong"), Some(2.5)));
        assert_eq!(of(&good, None, true), (Some(2.5), None, None));
        let missing = Reading::missing(series, at, Reason::ALL[0], vec![0x0929, 0xffff]);
        let item = reading_item(PagedReading { reading: missing, said: None }, false);
        assert_eq!((item.value, item.flag), (None, u8::from(Flag::Missing)));
        assert_eq!(item.reason.as_deref(), Some(Reason::ALL[0].id()));
        assert_eq!(item.registers.as_deref(), Some("0x0929 0xffff"));
    }
}
