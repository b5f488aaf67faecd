//! Checks whether a server can be used: when a hub starts, and where a person asks.

use std::time::Duration;

use influxdb2::api::buckets::ListBucketsRequest;
use influxdb2::{ClientBuilder, RequestError};
use jiff::{SignedDuration, Timestamp};

use super::http::{
    Answer, Http, Query, answered, asks_for_https, builder, error_text, quoted, token,
};
use super::settings::{ServerKind, ServerSettings};
use super::write::{misused, query};
use crate::locales::{Text, foreign, store as words};
use crate::store::StoreError;

pub(super) enum CheckError {
    /// It answers but cannot be used: the text says what to do.
    Unusable(StoreError),
    Unreachable(StoreError),
}

/// What a server is found to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub span: Span,
    /// Whether it lets the token read. An ingester on InfluxDB does without.
    pub may_read: bool,
    /// Within which time it writes to its disk what it has taken. `None` where it does so before it answers.
    pub flush: Option<Duration>,
}

/// VictoriaMetrics' default of `-inmemoryDataFlushInterval`.
const FLUSH: Duration = Duration::from_secs(5);

/// Beyond this, gateways would take a batch for lost before it is acknowledged, and send it again: they wait 30 s.
const FLUSH_MAX: Duration = Duration::from_secs(10);

/// Checks a server.
pub(super) fn check(settings: &ServerSettings, http: &Http) -> Result<Found, CheckError> {
    match settings.kind {
        ServerKind::Influx => influx(settings, http),
        ServerKind::Victoria => victoria(settings, http),
    }
}

/// Whether the server would take a write. It is asked to write nothing at all: InfluxDB looks for organisation, bucket
/// and permission before it finds that nothing is there to be written, which it says with 400.
pub(super) fn may_write(settings: &ServerSettings, http: &Http) -> Result<(), CheckError> {
    let query = query(settings);
    let query: Vec<(&str, &str)> = query.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let answer = http.write("/api/v2/write", &query, b"", Timestamp::UNIX_EPOCH);
    let Answer { status, text, .. } = answer.map_err(CheckError::Unreachable)?;
    let fault = |problem: Text| StoreError::server(&settings.url, problem);
    if let Some(problem) = misused(status, &text) {
        return Err(CheckError::Unusable(fault(problem)));
    }
    match status {
        200..=299 | 400 | 413 | 422 => Ok(()),
        status => Err(CheckError::Unreachable(fault(answered(status, &text)))),
    }
}

/// Whether InfluxDB has the bucket and takes writes to it. What a token may only write it does not show.
fn influx(settings: &ServerSettings, http: &Http) -> Result<Found, CheckError> {
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
        org: Some(org),
        ..ListBucketsRequest::default()
    };
    let span = Span { retention: None, silent: false };
    let may_read = match http.wait(|| client.list_buckets(Some(request))) {
        Ok(list) => list.buckets.iter().any(|found| found.name == bucket),
        Err(RequestError::Http { status, text }) => match status.as_u16() {
            401 | 403 | 404 => false,
            status @ (408 | 429 | 500..) => {
                return Err(CheckError::Unreachable(fault(answered(status, &text))));
            }
            status if asks_for_https(status, &text) => {
                return Err(unusable(answered(status, &text)));
            }
            status => return Err(unusable(words::not_like_influx(answered(status, &text)))),
        },
        Err(RequestError::ReqwestProcessing { source }) if source.is_decode() => {
            return Err(unusable(words::not_like_influx(foreign::said(source))));
        }
        Err(RequestError::ReqwestProcessing { source }) => {
            return Err(CheckError::Unreachable(fault(error_text(&source))));
        }
        Err(error) => return Err(CheckError::Unreachable(fault(foreign::said(error)))),
    };
    if !may_read {
        may_write(settings, http)?;
    }
    Ok(Found { span, may_read, flush: None })
}

/// VictoriaMetrics silently drops readings beyond its retention, and has what it takes in its memory for a while: both
/// have to be known. A cluster, or a proxy before it, tells neither, and is asked for samples to see what it is.
fn victoria(settings: &ServerSettings, http: &Http) -> Result<Found, CheckError> {
    let fault = |problem: Text| StoreError::server(&settings.url, problem);
    let (mut retention, mut flush, mut has_flags) = (None, None, false);
    if !settings.url.contains("/insert/") {
        let query = Query { path: "/flags", parameters: &[], body: None };
        let refused = http.ask(query, &mut |line| {
            let line = String::from_utf8_lossy(line);
            has_flags |= line.starts_with('-');
            let value =
                |flag: &str| Some(line.trim().strip_prefix(flag)?.trim_matches('"').to_owned());
            retention = value("-retentionPeriod=").map_or(retention, |value| duration(&value));
            flush = value("-inmemoryDataFlushInterval=").or(flush.take());
            Ok(())
        });
        let refused = refused.map_err(CheckError::Unreachable)?;
        if let Some(Answer { status: status @ (408 | 429 | 500..), text, .. }) = refused {
            return Err(CheckError::Unreachable(fault(answered(status, &text))));
        }
    }
    if !has_flags {
        shows_samples(settings, http)?;
    }
    let flush = match flush {
        None => FLUSH,
        Some(value) => go_duration(&value)
            .filter(|flush| *flush <= FLUSH_MAX)
            .ok_or_else(|| fault(words::flush_too_long(value, FLUSH_MAX.as_secs())))
            .map_err(CheckError::Unusable)?,
    };
    let retention = has_flags.then(|| retention.unwrap_or(DEFAULT_RETENTION));
    let span = Span { retention, silent: true };
    Ok(Found { span, may_read: true, flush: Some(flush) })
}

/// Whether the server answers the query by which a hub reads from VictoriaMetrics.
fn shows_samples(settings: &ServerSettings, http: &Http) -> Result<(), CheckError> {
    let url = settings.read_url.as_ref().unwrap_or(&settings.url);
    let fault = |problem: Text| StoreError::server(url, problem);
    let unusable = |problem: Text| Err(CheckError::Unusable(fault(problem)));
    // A name that nothing has.
    let parameters = [("match[]", "{__name__=\"hanqing_nothing\"}"), ("start", "0"), ("end", "1")];
    let query = Query { path: "/api/v1/export", parameters: &parameters, body: None };
    let mut foreign_line = None;
    let refused = http.ask(query, &mut |line| {
        if foreign_line.is_none() && !line.is_empty() && !line.starts_with(b"{\"metric\"") {
            foreign_line =
                Some(String::from_utf8_lossy(line).chars().take(100).collect::<String>());
        }
        Ok(())
    });
    match refused.map_err(CheckError::Unreachable)? {
        None => match foreign_line {
            None => Ok(()),
            Some(line) => unusable(words::not_like_victoria(quoted(&line))),
        },
        Some(Answer { status, text, .. }) => match status {
            401 | 403 => unusable(words::may_not_read(answered(status, &text))),
            408 | 429 | 500.. => Err(CheckError::Unreachable(fault(answered(status, &text)))),
            _ if asks_for_https(status, &text) => unusable(answered(status, &text)),
            _ => unusable(words::not_like_victoria(answered(status, &text))),
        },
    }
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

/// A duration as Go writes it, such as `5s`, `1m30s` or `500ms`; hours, minutes, seconds and milliseconds.
fn go_duration(text: &str) -> Option<Duration> {
    let (mut rest, mut ms) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let factor = match unit {
            "h" => 3_600_000.0,
            "m" => 60_000.0,
            "s" => 1_000.0,
            "ms" => 1.0,
            _ => return None,
        };
        ms += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    Duration::try_from_secs_f64(ms / 1_000.0).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_victoriametrics_writes_them() {
        let seconds = |text: &str| go_duration(text).map(|flush| flush.as_secs_f64());
        assert_eq!(seconds("5s"), Some(5.0));
        assert_eq!(seconds("1m30s"), Some(90.0));
        assert_eq!(seconds("1h0m0s"), Some(3600.0));
        assert_eq!(seconds("2.5s"), Some(2.5));
        assert_eq!(seconds("500ms"), Some(0.5));
        for wrong in ["5", "s", "5 s", "5d", "1.2.3s", "-5s"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
        assert_eq!(duration("12"), Some(SignedDuration::from_hours(12 * 31 * 24)));
        assert_eq!(duration("30d"), Some(SignedDuration::from_hours(30 * 24)));
    }
}
