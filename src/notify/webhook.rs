//! A webhook: JSON over HTTPS, signed.

use jiff::Timestamp;
use serde::Serialize;

use super::http::Http;
use super::said::Said;
use super::secret::{self, Secret};
use super::send_error::SendError;
use super::settings::ChannelSettings;
use crate::alarm::{AlarmSaid, Letter, for_receivers};
use crate::locales::{Lang, Text};

/// The letter's id, the same at each attempt.
const LETTER: &str = "Hanqing-Letter";

/// Time and HMAC-SHA256 of the body.
const SIGNATURE: &str = "Hanqing-Signature";

/// A channel by a webhook.
pub(super) struct Webhook {
    http: Http,
    secret: Option<Secret>,
}

impl Webhook {
    pub fn of(settings: &ChannelSettings) -> Result<Self, Text> {
        let secret = settings.secret_file.as_deref().map(Secret::read).transpose()?;
        Ok(Self { http: Http::of(settings)?, secret })
    }

    /// Sends `body`, the JSON of the letter `id`. Any status of success is one.
    pub async fn send(&self, id: &str, body: String, now: Timestamp) -> Result<(), SendError> {
        let mut headers = vec![(LETTER, id.to_owned())];
        if let Some(secret) = &self.secret {
            headers.push((SIGNATURE, secret::of_webhook(secret, now.as_second(), &body)));
        }
        let answer = self.http.post_for_status(&headers, body).await?;
        match answer.status {
            200..=299 => Ok(()),
            _ => Err(self.http.refused(&answer)),
        }
    }
}

/// A letter as programs get it; docs/alarms.md describes it. Fields may be added, none changes its meaning without
/// another `v`.
#[derive(Serialize)]
struct Payload<'a> {
    v: u8,
    id: &'a str,
    at: Timestamp,
    occasion: &'static str,
    urgent: bool,
    lang: &'static str,
    title: &'a str,
    lines: &'a [String],
    link: Option<&'a str>,
    /// How many alarms were raised, cleared, and of a storm are still open: `alarms` may name fewer.
    raised: usize,
    cleared: usize,
    open: usize,
    alarms: Vec<AlarmPayload>,
}

#[derive(Serialize)]
struct AlarmPayload {
    id: i64,
    kind: &'static str,
    subject: String,
    urgent: bool,
    name: String,
    /// The reading with which it was raised; of what is over, that of its end.
    said: String,
    /// That of the raise, also where it is over; so is the limit.
    value: Option<f64>,
    limit: Option<f64>,
    raised_at: Timestamp,
    cleared_at: Option<Timestamp>,
    /// How many others are silent because of it.
    explains: usize,
}

/// The JSON of `letter`, whose words are `said`.
pub(super) fn payload(letter: &Letter, said: &Said, lang: Lang) -> String {
    let alarm = |alarm: &AlarmSaid| AlarmPayload {
        id: alarm.id,
        kind: alarm.kind.id(),
        subject: alarm.subject.to_string(),
        urgent: alarm.kind.is_urgent(),
        name: for_receivers(&alarm.name, lang),
        said: for_receivers(&alarm.said, lang),
        value: alarm.value.filter(|value| value.is_finite()),
        limit: alarm.limit.filter(|limit| limit.is_finite()),
        raised_at: alarm.raised_at,
        cleared_at: alarm.cleared_at,
        explains: alarm.explains,
    };
    let payload = Payload {
        v: 1,
        id: &letter.id,
        at: letter.at,
        occasion: letter.occasion.id(),
        urgent: letter.urgent,
        lang: lang.code(),
        title: &said.title,
        lines: &said.lines,
        link: said.link.as_ref().map(|(_, url)| url.as_str()),
        raised: letter.raised,
        cleared: letter.cleared,
        open: letter.open,
        alarms: letter.alarms.iter().map(alarm).collect(),
    };
    serde_json::to_string(&payload).expect("texts, numbers and times can be written as JSON")
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::alarm::{Kind, Occasion};

    #[test]
    fn names_and_readings_are_one_bounded_line_of_what_can_be_seen_and_an_end_keeps_its_value() {
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        let long = format!("\u{202e}塘\u{1b}[2J\n{}", "长".repeat(5000));
        let alarm = AlarmSaid {
            id: 7,
            kind: Kind::Dry,
            subject: "station/pond-1".parse().unwrap(),
            name: Text::verbatim(&long),
            said: Text::verbatim("level 1.50 m\u{200b}"),
            value: Some(0.2),
            limit: Some(0.5),
            raised_at: at,
            raised_local: DateTime::default(),
            cleared_at: Some(at),
            cleared_local: Some(DateTime::default()),
            removed: false,
            still: None,
            explains: 0,
            first: Vec::new(),
        };
        let test = Letter::test("t", at, &TimeZone::UTC);
        let letter = Letter { occasion: Occasion::Cleared, alarms: vec![alarm], ..test };
        let said =
            Said { id: letter.id.clone(), title: String::new(), lines: Vec::new(), link: None };
        let json: serde_json::Value =
            serde_json::from_str(&payload(&letter, &said, Lang::English)).unwrap();
        let alarm = &json["alarms"][0];
        let name = alarm["name"].as_str().unwrap();
        assert!(name.starts_with("塘[2J 长") && name.ends_with('…'), "{name}");
        assert_eq!(name.chars().count(), 100);
        assert_eq!(alarm["said"], "level 1.50 m");
        assert_eq!((&alarm["value"], &alarm["limit"]), (&0.2.into(), &0.5.into()));
    }
}
