//! Checks whether a server can be used, when a hub starts.

use std::time::Duration;

use influxdb2::api::buckets::ListBucketsRequest;
use influxdb2::{ClientBuilder, RequestError};
use jiff::{SignedDuration, Timestamp};

use super::http::{Http, Query, answered, builder, error_text, quoted, token};
use super::settings::{ServerKind, ServerSettings};
use crate::locales::{Text, foreign, store as words};
use crate::store::StoreError;

pub(super) enum CheckError {
    /// It answers but cannot be used: the text says what to do.
    Unusable(StoreError),
    Unreachable(StoreError),
}

/// Checks a server; returns the times of readings that it keeps.
pub(super) fn check(settings: &ServerSettings, http: &Http) -> Result<Span, CheckError> {
    match settings.kind {
        ServerKind::Influx => Ok(Span { retention: influx(settings, http)?, silent: false }),
        // A cluster: vminsert does not know the retention of vmstorage.
        ServerKind::Victoria if settings.url.contains("/insert/") => {
            Ok(Span { retention: None, silent: true })
        }
        ServerKind::Victoria => Ok(Span { retention: victoria(http)?, silent: true }),
    }
}

/// Whether InfluxDB has the bucket and shows it to the token; the bucket's retention.
fn influx(settings: &ServerSettings, http: &Http) -> Result<Option<SignedDuration>, CheckError> {
    let fault = |problem: Text| StoreError::server(&settings.url, problem);
    let unusable = |problem: Text| CheckError::Unusable(fault(problem));
    let (org, bucket) = settings
        .org
        .clone()
        .zip(settings.bucket.clone())
        .ok_or_else(|| unusable(words::org_and_bucket()))?;
    let builder = builder(settings).map_err(CheckError::Unusable)?;
    let builder = builder.timeout(Duration::from_secs(settings.timeout_s.into()));
    let token = token(settings).map_err(CheckError::Unusable)?.unwrap_or_default();
    // The URL was checked before: influxdb2 panics at one that it cannot read.
    let client = ClientBuilder::with_builder(builder, &settings.url, &org, token).build();
    let client = client.map_err(|error| unusable(foreign::said(error)))?;
    let request = ListBucketsRequest {
        name: Some(bucket.clone()),
        org: Some(org.clone()),
        ..ListBucketsRequest::default()
    };
    let problem = match http.wait(client.list_buckets(Some(request))) {
        Ok(list) => match list.buckets.iter().find(|found| found.name == bucket) {
            Some(found) => {
                let rules = found.retention_rules.iter().map(|rule| rule.every_seconds);
                let shortest = rules.filter(|seconds| *seconds > 0).min();
                return Ok(shortest.map(|seconds| SignedDuration::from_secs(seconds.into())));
            }
            None => words::no_bucket(format!("{org:?}"), format!("{bucket:?}")),
        },
        Err(RequestError::Http { status, text }) => match status.as_u16() {
            401 => words::token_refused(quoted(&text)),
            403 => words::may_not_see(format!("{bucket:?}"), quoted(&text)),
            404 => words::no_organisation(format!("{org:?}"), quoted(&text)),
            status => return Err(CheckError::Unreachable(fault(answered(status, &text)))),
        },
        Err(RequestError::ReqwestProcessing { source }) if source.is_decode() => {
            words::not_like_influx(foreign::said(source))
        }
        Err(RequestError::ReqwestProcessing { source }) => {
            return Err(CheckError::Unreachable(fault(error_text(&source))));
        }
        Err(error) => return Err(CheckError::Unreachable(fault(foreign::said(error)))),
    };
    Err(unusable(problem))
}

/// VictoriaMetrics silently drops readings beyond its retention, so that has to be known.
fn victoria(http: &Http) -> Result<Option<SignedDuration>, CheckError> {
    let mut retention = None;
    let mut has_flags = false;
    let query = Query { path: "/flags", parameters: &[], body: None };
    let read = http.read(query, &mut |line| {
        let line = String::from_utf8_lossy(line);
        has_flags |= line.starts_with('-');
        if let Some(value) = line.trim().strip_prefix("-retentionPeriod=") {
            retention = duration(value.trim_matches('"'));
        }
        Ok(())
    });
    read.map_err(CheckError::Unreachable)?;
    Ok(has_flags.then(|| retention.unwrap_or(DEFAULT_RETENTION)))
}

/// VictoriaMetrics' default: a month.
const DEFAULT_RETENTION: SignedDuration = SignedDuration::from_hours(31 * 24);

/// A retention as VictoriaMetrics writes it: months without a unit, or h, d, w, y.
fn duration(text: &str) -> Option<SignedDuration> {
    let units = [("h", 1), ("d", 24), ("w", 24 * 7), ("y", 24 * 365)];
    let with_unit =
        units.into_iter().find_map(|(unit, hours)| Some((text.strip_suffix(unit)?, hours)));
    let (number, hours) = with_unit.unwrap_or((text, 24 * 31));
    let number: i64 = number.parse().ok()?;
    Some(SignedDuration::from_hours(number.checked_mul(hours)?))
}

/// The times of readings that a server keeps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// How far back it reaches; `None` where that is unlimited or unknown.
    pub retention: Option<SignedDuration>,
    /// Whether readings outside are dropped silently, and those more than two days ahead as well.
    pub silent: bool,
}

/// VictoriaMetrics accepts nothing more than two days ahead (documented, and measured with 1.79).
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(47);

impl Span {
    /// Whether a reading of this time would be kept; the error says why not.
    pub fn holds(&self, at: Timestamp, now: Timestamp) -> Result<(), Text> {
        if !self.silent {
            return Ok(());
        }
        if at.as_millisecond() <= 0 {
            return Err(words::before_1970(at.to_string()));
        }
        if at.duration_since(now) > AHEAD_MAX {
            return Err(words::too_far_ahead(at.to_string()));
        }
        if let Some(retention) =
            self.retention.filter(|retention| now.duration_since(at) >= *retention)
        {
            return Err(words::beyond_retention(at.to_string(), retention.as_hours() / 24));
        }
        Ok(())
    }
}
