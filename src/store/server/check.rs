//! Checks whether a server can be used, when a hub starts.

use std::time::Duration;

use influxdb2::api::buckets::ListBucketsRequest;
use influxdb2::{ClientBuilder, RequestError};
use jiff::{SignedDuration, Timestamp};

use super::http::{Http, Query, builder, token};
use super::settings::{ServerKind, ServerSettings};
use crate::store::StoreError;

/// Result of a check.
pub(super) enum Found {
    /// It can be used, and keeps readings for this long; `None` where that is unlimited or unknown.
    Usable(Option<SignedDuration>),
    /// It does not answer now.
    Unreachable(StoreError),
}

/// Checks a server.
///
/// # Errors
/// It answers but cannot be used: the text says what to do.
pub(super) fn check(settings: &ServerSettings, http: &Http) -> Result<Found, StoreError> {
    match settings.kind {
        ServerKind::Influx => influx(settings, http),
        ServerKind::Victoria if settings.url.contains("/insert/") => {
            // A cluster: vminsert does not know the retention of vmstorage.
            Ok(Found::Usable(None))
        }
        ServerKind::Victoria => victoria(http),
    }
}

/// Whether InfluxDB has the bucket and shows it to the token, and the bucket's retention.
fn influx(settings: &ServerSettings, http: &Http) -> Result<Found, StoreError> {
    let fault = |problem: String| StoreError::server(&settings.url, problem);
    let (org, bucket) = settings
        .org
        .clone()
        .zip(settings.bucket.clone())
        .ok_or_else(|| fault("org and bucket are required of kind influx".into()))?;
    let builder = builder(settings)?.timeout(Duration::from_secs(settings.timeout_s.into()));
    let token = token(settings)?.unwrap_or_default();
    // The URL was checked before: influxdb2 panics at one that it cannot read.
    let client = ClientBuilder::with_builder(builder, &settings.url, &org, token).build();
    let client = client.map_err(|error| fault(error.to_string()))?;
    let request = ListBucketsRequest {
        name: Some(bucket.clone()),
        org: Some(org.clone()),
        ..ListBucketsRequest::default()
    };
    match http.wait(client.list_buckets(Some(request))) {
        Ok(buckets) => {
            let Some(found) = buckets.buckets.iter().find(|found| found.name == bucket) else {
                return Err(fault(format!(
                    "organisation {org:?} has no bucket {bucket:?} that this token may see; create it, or correct bucket"
                )));
            };
            let kept = found.retention_rules.iter().map(|rule| rule.every_seconds);
            let kept = kept.filter(|seconds| *seconds > 0).min();
            Ok(Found::Usable(kept.map(|s| SignedDuration::from_secs(s.into()))))
        }
        Err(RequestError::Http { status, text }) => match status.as_u16() {
            401 => Err(fault(format!("401, the token is not accepted: {text}; see token_file"))),
            403 => Err(fault(format!("403, the token must not see the bucket {bucket:?}: {text}"))),
            404 => Err(fault(format!(
                "404, no organisation {org:?}, or no InfluxDB 2 at this address: {text}"
            ))),
            status => Ok(Found::Unreachable(fault(format!("{status}: {text}")))),
        },
        Err(RequestError::ReqwestProcessing { source }) if source.is_decode() => {
            Err(fault(format!(
                "it does not answer like InfluxDB 2 ({source}); correct url, or set kind = \"victoria\""
            )))
        }
        Err(error) => Ok(Found::Unreachable(fault(error.to_string()))),
    }
}

/// VictoriaMetrics silently drops readings beyond its retention, so that has to be known.
fn victoria(http: &Http) -> Result<Found, StoreError> {
    let mut retention = None;
    let mut flags = false;
    let query = Query { path: "/flags", parameters: &[], body: None };
    let asked = http.read(query, &mut |line| {
        let line = String::from_utf8_lossy(line);
        flags |= line.starts_with('-');
        if let Some(value) = line.trim().strip_prefix("-retentionPeriod=") {
            retention = duration(value.trim_matches('"'));
        }
        Ok(())
    });
    match asked {
        // Its default is a month.
        Ok(()) => Ok(Found::Usable(
            flags.then(|| retention.unwrap_or(SignedDuration::from_hours(31 * 24))),
        )),
        Err(error) => Ok(Found::Unreachable(error)),
    }
}

/// A retention as VictoriaMetrics writes it: months without a unit, or h, d, w, y.
fn duration(text: &str) -> Option<SignedDuration> {
    let (number, hours) = match text.strip_suffix(['h', 'd', 'w', 'y']) {
        Some(number) => (
            number,
            match text.chars().last() {
                Some('h') => 1,
                Some('d') => 24,
                Some('w') => 24 * 7,
                _ => 24 * 365,
            },
        ),
        None => (text, 24 * 31),
    };
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
    /// Whether a reading of this time would be kept.
    ///
    /// # Errors
    /// Says why not.
    pub fn holds(&self, at: Timestamp, now: Timestamp) -> Result<(), String> {
        if !self.silent {
            return Ok(());
        }
        if at.as_millisecond() <= 0 {
            return Err(format!("{at}: the server keeps nothing before 1970"));
        }
        if at.duration_since(now) > AHEAD_MAX {
            return Err(format!("{at}: the server accepts nothing more than two days ahead"));
        }
        if let Some(retention) =
            self.retention.filter(|retention| now.duration_since(at) >= *retention)
        {
            return Err(format!(
                "{at}: the server keeps readings for {} days (-retentionPeriod)",
                retention.as_hours() / 24
            ));
        }
        Ok(())
    }
}
