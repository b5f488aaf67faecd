//! Imported readings of which VictoriaMetrics has another value for the same instant.
//!
//! It keeps both samples and cannot tell which came later, nor delete one: whoever reads gets the greater. A correction
//! that would have no effect, or the wrong one, is refused with the value that is there. A reading of a gateway is
//! never corrected, so that only imports have to look.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde::Deserialize;

use super::export;
use super::http::{Http, Query};
use crate::core::{GatewayId, Outcome, Reading};
use crate::locales::{Text, store as words};
use crate::store::line::{self, READINGS};
use crate::store::{Refused, StoreError};
use crate::wire::Batch;

/// Stations that are named in a query; of more, all are asked for. Engineering judgement: a URL of some kilobytes.
const NAMED_MAX: usize = 50;

/// Station, parameter and time of a reading, ms.
type Instant = (String, String, i64);

fn instant(reading: &Reading) -> Instant {
    let series = &reading.series;
    let parameter = series.parameter.id().to_string();
    (series.station.to_string(), parameter, reading.observed_at.as_millisecond())
}

/// The value as it is written into the field `v`, where it has one.
fn plain(reading: &Reading) -> Option<f64> {
    match reading.outcome {
        Outcome::Value(value) => line::plain(value).0,
        Outcome::Missing(_) => None,
    }
}

/// Whether a sample is the value that was written: six decimals, which the server keeps as an integer of 18 digits and
/// a power of ten.
fn is_same(old: f64, new: f64) -> bool {
    (old - new).abs() <= 5e-7 + old.abs() * 1e-14
}

/// A line of an export.
#[derive(Deserialize)]
struct Line {
    metric: Metric,
    values: Vec<Option<f64>>,
    timestamps: Vec<i64>,
}

#[derive(Deserialize)]
struct Metric {
    station: String,
    parameter: String,
}

/// Takes out of `batches` the readings for whose instant the server, or a batch before them, has another value.
///
/// # Errors
/// The server cannot be asked. The batches are as they were.
pub(super) fn take_out(http: &Http, batches: &mut [Batch]) -> Result<Vec<Refused>, StoreError> {
    // What was written a moment ago is to be seen, too. A server that does not do so shows it a little later.
    let flush = Query { path: "/internal/force_flush", parameters: &[], body: None };
    let _not_offered = http.ask(flush, &mut |_| Ok(()))?;
    let gateways: BTreeSet<GatewayId> = batches.iter().map(|batch| batch.gateway.clone()).collect();
    let mut taken: HashMap<GatewayId, HashMap<Instant, f64>> = HashMap::new();
    for gateway in &gateways {
        let of_gateway = batches.iter().filter(|batch| batch.gateway == *gateway);
        let readings = of_gateway.flat_map(|batch| &batch.readings);
        taken.insert(gateway.clone(), held(http, gateway, readings)?);
    }
    let mut refused = Vec::new();
    for batch in batches {
        let Some(taken) = taken.get_mut(&batch.gateway) else { continue };
        let mut problem = None;
        let differs = |reading: &mut Reading| {
            let Some(new) = plain(reading) else { return false };
            let old = *taken.entry(instant(reading)).or_insert(new);
            let differs = !is_same(old, new);
            if differs {
                problem.get_or_insert_with(|| words::keeps_both(old));
            }
            differs
        };
        let readings = batch.readings.extract_if(.., differs).collect();
        refused.extend(problem.map(|problem| Refused::new(batch, readings, problem)));
    }
    Ok(refused)
}

/// What the server holds of the instants of these readings from a gateway.
fn held<'a>(
    http: &Http,
    gateway: &GatewayId,
    readings: impl Iterator<Item = &'a Reading>,
) -> Result<HashMap<Instant, f64>, StoreError> {
    let (mut wanted, mut stations) = (BTreeSet::new(), BTreeSet::new());
    let mut span: Option<(Timestamp, Timestamp)> = None;
    for reading in readings.filter(|reading| plain(reading).is_some()) {
        let at = reading.observed_at;
        span = Some(span.map_or((at, at), |(from, to)| (from.min(at), to.max(at))));
        stations.insert(reading.series.station.to_string());
        wanted.insert(instant(reading));
    }
    let mut held = HashMap::new();
    let Some((from, to)) = span else { return Ok(held) };
    // Ids consist of letters, digits and '-', which mean nothing in an expression.
    let mut selector = format!("{{__name__=\"{READINGS}_v\",gateway=\"{gateway}\"");
    if stations.len() <= NAMED_MAX {
        let stations: Vec<String> = stations.into_iter().collect();
        selector.push_str(&format!(",station=~\"{}\"", stations.join("|")));
    }
    selector.push('}');
    let parameters = [
        ("match[]", &*selector),
        ("start", &export::time(from)),
        ("end", &export::time(to)),
        ("max_rows_per_line", export::ROWS_EACH),
    ];
    let query = Query { path: "/api/v1/export", parameters: &parameters, body: None };
    http.read(query, &mut |text| {
        if text.is_empty() {
            return Ok(());
        }
        let read: Result<Line, _> = serde_json::from_slice(text);
        let line = read.map_err(|error| http.unusable(Text::verbatim(error)))?;
        for (at_ms, value) in line.timestamps.iter().zip(&line.values) {
            let key = (line.metric.station.clone(), line.metric.parameter.clone(), *at_ms);
            if let Some(value) = value
                && wanted.contains(&key)
            {
                held.insert(key, *value);
            }
        }
        Ok(())
    })?;
    Ok(held)
}
