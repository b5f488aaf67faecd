//! Reads a gateway's message, by its topic.

use crate::core::GatewayId;
use crate::locales::{Lang, Text, hub as words, within};
use crate::store::Sqlite;
use crate::wire::{
    Batch, Birth, Channel, GatewayReport, Status, Topic, UnknownSeries, WireError, packed,
};

/// What gateways send to a hub.
pub enum Content {
    Batches(Vec<Batch>),
    Birth(GatewayId, Birth),
    /// Sent by the gateway, or by the broker as its last will.
    Status(GatewayId, Status),
    /// What a gateway says of itself.
    Report(Box<GatewayReport>),
}

/// Reads a message; the error says why it cannot be read.
pub fn read(topic: &str, payload: &[u8]) -> Result<Content, Text> {
    let (content, unknown) = read_known(topic, payload)?;
    if unknown.is_empty() { Ok(content) } else { Err(unknown.problem()) }
}

/// Reads a message as far as this version knows its parameters, and the series that it does not know.
pub fn read_known(topic: &str, payload: &[u8]) -> Result<(Content, UnknownSeries), Text> {
    let topic: Topic = topic.parse()?;
    match topic.channel {
        Channel::Readings => {
            let (batches, unknown) = packed::unpack_known(payload).map_err(said)?;
            for batch in &batches {
                if batch.gateway != topic.gateway {
                    let (of, on) = (batch.gateway.as_str(), topic.gateway.as_str());
                    return Err(words::other_gateway(of, on));
                }
                Sqlite::holds(batch)?;
            }
            Ok((Content::Batches(batches), unknown))
        }
        Channel::Birth => {
            let (birth, unknown) = Birth::known_from_bytes(payload).map_err(said)?;
            Ok((Content::Birth(topic.gateway, birth), unknown))
        }
        Channel::Status => {
            let status = Status::from_bytes(payload).map_err(said)?;
            Ok((Content::Status(topic.gateway, status), UnknownSeries::default()))
        }
        Channel::Report => {
            let report = GatewayReport::from_bytes(payload).map_err(said)?;
            if report.gateway != topic.gateway {
                let (of, on) = (report.gateway.as_str(), topic.gateway.as_str());
                return Err(words::report_of_other_gateway(of, on));
            }
            Ok((Content::Report(Box::new(report)), UnknownSeries::default()))
        }
        Channel::Ack | Channel::Config | Channel::ConfigState => {
            Err(words::no_acks_from_gateways())
        }
    }
}

/// What an error says, in both languages.
fn said(error: WireError) -> Text {
    let [zh, en] = Lang::ALL.map(|lang| within(lang, || error.to_string()));
    Text::both(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_message_cannot_be_read_is_said_in_both_languages() {
        for (topic, payload) in [
            ("hanqing/v1/gw-1/ack", ""),
            ("hanqing/v1/gw-1/readings", "{"),
            ("hanqing/v1/gw-1/birth", "[]"),
            ("hanqing/v1/gw-1/report", "{}"),
            ("elsewhere", ""),
        ] {
            let Err(problem) = read(topic, payload.as_bytes()) else { panic!("{topic} is read") };
            let [zh, en] = Lang::ALL.map(|lang| problem.within(lang));
            assert!(zh.chars().any(|c| ('\u{4e00}'..'\u{a000}').contains(&c)), "{topic}: {zh}");
            assert!(en.chars().all(|c| !('\u{4e00}'..'\u{a000}').contains(&c)), "{topic}: {en}");
        }
    }

    #[test]
    fn a_gateway_speaks_only_for_itself() {
        let report = r#"{"v":1,"gateway":"gw-1","at":"2026-11-26T00:00:00Z","version":"1","config":"c",
            "up_since":"2026-11-26T00:00:00Z","clock":"good","spool":{"batches":0,"readings":0,"bytes":0,"size_max":1},
            "traffic":{"bytes":0},"buses":[]}"#;
        let read = |topic| read(topic, report.as_bytes());
        let Ok(Content::Report(own)) = read("hanqing/v1/gw-1/report") else { panic!("is read") };
        assert_eq!(own.gateway.as_str(), "gw-1");
        let Err(problem) = read("hanqing/v1/gw-2/report") else { panic!("of another") };
        let problem = problem.within(Lang::English);
        assert!(problem.contains("gw-1") && problem.contains("gw-2"), "{problem}");
    }

    #[test]
    fn a_parameter_of_a_later_version_is_no_fault_of_the_rest() {
        for (topic, payload) in [
            (
                "hanqing/v1/gw-1/readings",
                r#"{"v":1,"gateway":"gw-1","epoch":"0000000000000007","seq":1,"at":0,"series":["pond-1/chlorine","/level"],
                    "readings":[[0,0,7],[1,0,2]]}"#,
            ),
            (
                "hanqing/v1/gw-1/birth",
                r#"{"v":1,"version":"9","config":"c","series":[{"series":"pond-1/chlorine","unit":"pH","interval_s":60}]}"#,
            ),
        ] {
            let (_, unknown) = read_known(topic, payload.as_bytes()).unwrap();
            assert_eq!(unknown.names(), ["pond-1/chlorine"]);
            let Err(problem) = read(topic, payload.as_bytes()) else {
                panic!("{topic} is read whole")
            };
            assert!(problem.to_string().contains("pond-1/chlorine"), "{problem}");
        }
    }
}
