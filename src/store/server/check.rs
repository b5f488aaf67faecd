//! Whether a server can be used at all: looked at when a hub starts.

use std::time::Duration;

use influxdb2::api::buckets::ListBucketsRequest;
use influxdb2::{ClientBuilder, RequestError};
use jiff::{SignedDuration, Timestamp};

use super::http::{self, Http, Question};
use super::settings::{ServerKind, ServerSettings};
use crate::store::StoreError;

/// What was found of a server.
pub(super) enum Found {
    /// It can be used; readings older than this it does not keep.
    Usable(Option<SignedDuration>),
    /// It does not answer for now.
    Away(StoreError),
}

/// Looks at a server.
///
/// # Errors
/// It answers, and cannot be used: the text says what to do.
pub(super) async fn look(settings: &ServerSettings, http: &Http) -> Result<Found, StoreError> {
    match settings.kind {
        ServerKind::Influx => influx(settings).await,
        ServerKind::Victoria if settings.url.contains("/insert/") => {
            // A cluster: what writes does not know what storage keeps.
            Ok(Found::Usable(None))
        }
        ServerKind::Victoria => victoria(http).await,
    }
}

/// InfluxDB by influxdb2: whether the bucket is there and the token may see it, and how long it keeps what is written.
async fn influx(settings: &ServerSettings) -> Result<Found, StoreError> {
    let fault = |problem: String| StoreError::server(&settings.url, problem);
    let (org, bucket) = settings
        .org
        .clone()
        .zip(settings.bucket.clone())
        .ok_or_else(|| fault("org and bucket are required of kind influx".into()))?;
    let builder = http::builder(settings)?.timeout(Duration::from_secs(settings.timeout_s.into()));
    let token = http::token(settings)?.unwrap_or_default();
    // The URL was checked before: influxdb2 panics at one that it cannot read.
    let client = ClientBuilder::with_builder(builder, &settings.url, &org, token).build();
    let client = client.map_err(|error| fault(error.to_string()))?;
    let request = ListBucketsRequest {
        name: Some(bucket.clone()),
        org: Some(org.clone()),
        ..ListBucketsRequest::default()
    };
    match client.list_buckets(Some(request)).await {
        Ok(buckets) => {
            let Some(found) = buckets.buckets.iter().find(|found| found.name == bucket) else {
                return Err(fault(format!(
                    "there is no bucket {bucket:?} in organisation {org:?} that this token may see; make it, or correct bucket"
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
            status => Ok(Found::Away(fault(format!("{status}: {text}")))),
        },
        Err(RequestError::ReqwestProcessing { source }) if source.is_decode() => {
            Err(fault(format!(
                "it answers, and not as InfluxDB 2 does ({source}); correct url, or set kind = \"victoria\""
            )))
        }
        Err(error) => Ok(Found::Away(fault(error.to_string()))),
    }
}

/// VictoriaMetrics: what it does not keep it drops without a word, so its retention has to be known.
async fn victoria(http: &Http) -> Result<Found, StoreError> {
    let mut retention = None;
    let mut flags = false;
    let question = Question { path: "/flags", query: &[], body: None };
    let asked = http
        .read(question, &mut |line| {
            let line = String::from_utf8_lossy(line);
            flags |= line.starts_with('-');
            if let Some(value) = line.trim().strip_prefix("-retentionPeriod=") {
                retention = duration(value.trim_matches('"'));
            }
            Ok(())
        })
        .await;
    match asked {
        // A month is what it keeps where it was told nothing.
        Ok(()) => Ok(Found::Usable(
            flags.then(|| retention.unwrap_or(SignedDuration::from_hours(31 * 24))),
        )),
        Err(error) => Ok(Found::Away(error)),
    }
}

/// A span as VictoriaMetrics writes it: months without a unit, or h, d, w, y.
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

/// The oldest time that a server keeps, and the latest that it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// How far back it keeps; `None` for ever, or where it does not tell.
    pub kept: Option<SignedDuration>,
    /// Whether what lies outside is dropped without a word, and nothing after two days from now is taken.
    pub silent: bool,
}

/// VictoriaMetrics takes nothing from more than two days ahead (measured with 1.79, as its documentation says).
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
            return Err(format!("{at}: the server takes nothing from more than two days ahead"));
        }
        if let Some(kept) = self.kept.filter(|kept| now.duration_since(at) >= *kept) {
            return Err(format!(
                "{at}: the server keeps what is {} days old at most (-retentionPeriod)",
                kept.as_hours() / 24
            ));
        }
        Ok(())
    }
}
