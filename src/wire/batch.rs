//! A batch of readings: the unit that is spooled, sent, committed and acknowledged.
//!
//! ```json
//! {"v":1,"gateway":"gw-1","epoch":"8c5f…","seq":17,"at":1659283200000,
//!  "series":["pond-1/level","pump-1/power"],
//!  "readings":[[0,0,98.113],[1,250,null,9,"timeout"]]}
//! ```
//! A reading is `[series, milliseconds after "at", value or null, flag, reason, raw registers]`. What follows the value
//! is left out if the flag is 1 (good). `clock` names the clock by which the times were taken; `remains` is the loss
//! record of a batch that stands for lost ones.

use jiff::Timestamp;
use serde::Deserialize;

use super::encoder::Encoder;
use super::row::Row;
use super::unknown::may_be_parameter;
use super::{
    Epoch, LossRecord, READINGS_MAX, SERIES_MAX, Timebase, UnknownSeries, WireError, at_place,
    check_count, check_format, read,
};
use crate::core::{Flag, GatewayId, IdError, Outcome, Reading, Series, StationId, shown};
use crate::locales::{Text, core as core_words, wire as words};

/// A batch of readings of one gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub gateway: GatewayId,
    pub epoch: Epoch,
    /// Number within the epoch, from 1, without gaps.
    pub seq: u64,
    /// The clock of its times; `None` if the sender does not say.
    pub clock: Option<Timebase>,
    /// Which lost batches it stands for; `None` if it is as it was made.
    pub loss: Option<LossRecord>,
    pub readings: Vec<Reading>,
}

#[derive(Deserialize)]
struct Message {
    v: u8,
    gateway: GatewayId,
    epoch: Epoch,
    seq: u64,
    #[serde(default)]
    clock: Option<Timebase>,
    #[serde(default, rename = "remains")]
    loss: Option<LossRecord>,
    at: i64,
    series: Vec<String>,
    readings: Vec<Row>,
}

/// Reads the list of series, where the station is left out if the series before has the same one. Those with an unknown
/// parameter are `None` and noted in `left_out`; without it they are refused.
fn read_series(
    texts: &[String],
    mut left_out: Option<&mut UnknownSeries>,
) -> Result<Vec<Option<Series>>, WireError> {
    let mut all = Vec::with_capacity(texts.len());
    let mut before: Option<StationId> = None;
    for (i, text) in texts.iter().enumerate() {
        let refuse = |problem| at_place("series", i, problem);
        let (station, parameter) = match (text.strip_prefix('/'), before) {
            (Some(parameter), Some(station)) => (station, parameter),
            _ => {
                let not_one =
                    || refuse(core_words::not_a_series(format_args!("{:?}", shown(text))));
                let (station, parameter) = text.split_once('/').ok_or_else(not_one)?;
                (station.parse().map_err(|e: IdError| refuse(e.rule()))?, parameter)
            }
        };
        all.push(match (parameter.parse(), &mut left_out) {
            (Ok(parameter), _) => Some(Series::new(station.clone(), parameter)),
            (Err(_), Some(left_out)) if may_be_parameter(parameter) => {
                left_out.note(format_args!("{station}/{parameter}"));
                None
            }
            (Err(problem), _) => return Err(refuse(problem)),
        });
        before = Some(station);
    }
    Ok(all)
}

impl Batch {
    pub fn to_bytes(&self) -> Vec<u8> {
        Encoder::default().encode(self, &self.readings)
    }

    /// Reads a message.
    ///
    /// # Errors
    /// Names the place and the mistake: not JSON, another format, a series that is not listed or has an unknown
    /// parameter, a flag that contradicts its value, an impossible time, too many readings or series.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        Self::from_message(read(bytes)?, None)
    }

    /// Reads a message, leaving out the readings of series whose parameter this version does not know.
    pub(super) fn known_from_bytes(
        bytes: &[u8],
        left_out: &mut UnknownSeries,
    ) -> Result<Self, WireError> {
        Self::from_message(read(bytes)?, Some(left_out))
    }

    /// Reads an array of messages.
    pub(super) fn many_from_bytes(
        bytes: &[u8],
        mut left_out: Option<&mut UnknownSeries>,
    ) -> Result<Vec<Self>, WireError> {
        let messages: Vec<Message> = read(bytes)?;
        messages
            .into_iter()
            .map(|message| Self::from_message(message, left_out.as_deref_mut()))
            .collect()
    }

    fn from_message(
        message: Message,
        left_out: Option<&mut UnknownSeries>,
    ) -> Result<Self, WireError> {
        check_format(message.v)?;
        let Message { gateway, epoch, seq, clock, loss, at, series, readings, .. } = message;
        if seq == 0 {
            return Err(WireError::content(words::seq_zero()));
        }
        check_count("series", series.len(), SERIES_MAX)?;
        check_count("readings", readings.len(), READINGS_MAX)?;
        let series = read_series(&series, left_out)?;
        if let Some(loss) = &loss {
            loss.check(seq).map_err(WireError::content)?;
        }
        let readings = readings
            .into_iter()
            .enumerate()
            .filter_map(|(i, row)| {
                reading(row, at, &series)
                    .map_err(|problem| at_place("readings", i, problem))
                    .transpose()
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { gateway, epoch, seq, clock, loss, readings })
    }

    /// The numbers that a hub has once it has committed this: the batch's own, and those that its loss record covers.
    pub fn stands_for(&self) -> (u64, u64) {
        (self.loss.map_or(self.seq, |loss| loss.first), self.seq)
    }
}

/// The reading of a row; `None` where its series is left out.
fn reading(row: Row, at: i64, series: &[Option<Series>]) -> Result<Option<Reading>, Text> {
    let Row { series: number, after, value, flag, reason, raw } = row;
    let series = series
        .get(number as usize)
        .ok_or_else(|| words::series_not_listed(number, series.len()))?;
    let observed_at = at
        .checked_add(after)
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .ok_or_else(|| words::no_time(at, after))?;
    let outcome = match (value, flag, reason) {
        (Some(value), Flag::Missing, _) => return Err(words::value_flagged_missing(value)),
        (Some(value), _, _) => Outcome::Value(value),
        (None, Flag::Missing, Some(reason)) => Outcome::Missing(reason),
        (None, Flag::Missing, None) => return Err(words::missing_without_reason()),
        (None, flag, _) => return Err(words::no_value_yet_flagged(u8::from(flag))),
    };
    let Some(series) = series.clone() else { return Ok(None) };
    Ok(Some(Reading { series, observed_at, outcome, flag, reason, raw: raw.into() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Reason;
    use crate::locales::{Lang, within};
    use crate::wire::PROBLEM_MAX;
    use proptest::prelude::*;

    fn batch() -> Batch {
        let at = Timestamp::from_millisecond(1_659_283_200_000).unwrap();
        let level: Series = "pond-1/level".parse().unwrap();
        let power: Series = "pump-1/power".parse().unwrap();
        let mut suspect = Reading::good(level.clone(), at, 98.5);
        suspect.flag = Flag::Suspect;
        suspect.reason = Some(Reason::Unexpected);
        suspect.raw = vec![985].into();
        Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(0x8c5f),
            seq: 17,
            clock: None,
            loss: None,
            readings: vec![
                Reading::good(level, at, 98.113),
                Reading::missing(power, at, Reason::Timeout, vec![]),
                suspect,
            ],
        }
    }

    #[test]
    fn reads_back_as_written() {
        assert_eq!(Batch::from_bytes(&batch().to_bytes()).unwrap(), batch());
    }

    #[test]
    fn the_message_is_what_the_documentation_shows() {
        let text = String::from_utf8(batch().to_bytes()).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"v":1,"gateway":"gw-1","epoch":"0000000000008c5f","seq":17,"at":1659283200000,"#,
                r#""series":["pond-1/level","pump-1/power"],"#,
                r#""readings":[[0,0,98.113],[1,0,null,9,"timeout"],[0,0,98.5,3,"unexpected",[985]]]}"#
            )
        );
    }

    #[test]
    fn a_malformed_batch_is_refused_with_its_place() {
        let good = String::from_utf8(batch().to_bytes()).unwrap();
        for (from, to, says) in [
            ("\"v\":1", "\"v\":2", "format 2"),
            ("\"seq\":17", "\"seq\":0", "counted from 1"),
            ("[1,0,null,9,\"timeout\"]", "[7,0,null,9,\"timeout\"]", "readings[1]: series 7"),
            ("null,9,\"timeout\"", "null,9,null", "missing without a reason"),
            ("null,9,\"timeout\"", "null,1,null", "no value"),
            ("98.5,3", "98.5,9", "flagged missing"),
            ("pond-1/level", "pond-1/depth", "series[0]"),
            ("1659283200000", "9223372036854775807", "not a time"),
        ] {
            let bad = good.replacen(from, to, 1);
            let error = Batch::from_bytes(bad.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{bad}: {error}");
        }
        assert!(Batch::from_bytes(&vec![b' '; super::super::MESSAGE_SIZE_MAX + 1]).is_err());
    }

    #[test]
    fn a_series_that_is_not_known_is_left_out_and_named() {
        let text = r#"{"v":1,"gateway":"gw-1","epoch":"0000000000008c5f","seq":17,"at":0,
            "series":["pond-1/depth","/level","/chlorine"],"readings":[[0,0,1],[1,0,2],[2,0,3],[0,0,null,9,"timeout"]]}"#;
        let mut left_out = UnknownSeries::default();
        let batch = Batch::known_from_bytes(text.as_bytes(), &mut left_out).unwrap();
        assert_eq!(left_out.names(), ["pond-1/depth", "pond-1/chlorine"]);
        let [reading] = &batch.readings[..] else { panic!("{batch:?}") };
        assert_eq!(
            (reading.series.to_string(), reading.value()),
            ("pond-1/level".into(), Some(2.0))
        );
        // What could be no series of any version, and what contradicts itself, is refused all the same.
        for (from, to) in [
            ("pond-1/depth", "pond-1/De pth"),
            ("pond-1/depth", "Pond/depth"),
            ("[0,0,1]", "[7,0,1]"),
        ] {
            let bad = text.replacen(from, to, 1);
            assert!(Batch::known_from_bytes(bad.as_bytes(), &mut left_out).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_problem_is_short_whatever_the_message_repeats() {
        let good = String::from_utf8(batch().to_bytes()).unwrap();
        let long = "\u{7f}".repeat(250_000);
        let digits = "9".repeat(300);
        for (from, to) in [
            ("0000000000008c5f", long.as_str()),
            ("gw-1", &long),
            ("pond-1/level", &long),
            ("timeout", &long),
            ("98.5,3", &format!("{digits},9")),
            ("{\"v\"", &format!("{{\"{long}\":[{{]")),
            (
                "\"at\"",
                &format!(
                    "\"remains\":{{\"first\":1,\"lost\":1,\"from\":1,\"to\":1,\"why\":\"{long}\"}},\"at\""
                ),
            ),
            ("\"at\"", &format!("\"clock\":{{\"boot\":\"{long}\",\"zero\":1}},\"at\"")),
        ] {
            let bad = good.replacen(from, to, 1);
            let error = Batch::from_bytes(bad.as_bytes()).unwrap_err();
            for lang in Lang::ALL {
                let said = within(lang, || error.to_string());
                assert!(said.chars().count() <= PROBLEM_MAX, "{from}: {said}");
            }
        }
    }

    #[test]
    fn a_batch_has_no_more_readings_and_series_than_allowed() {
        let written = |series: usize, readings: usize| {
            let series = vec!["\"a/flow\""; series].join(",");
            let readings = vec!["[0,0,1]"; readings].join(",");
            format!(
                "{{\"v\":1,\"gateway\":\"gw-1\",\"epoch\":\"0000000000008c5f\",\"seq\":1,\"at\":0,\"series\":[{series}],\"readings\":[{readings}]}}"
            )
        };
        assert!(Batch::from_bytes(written(SERIES_MAX, READINGS_MAX).as_bytes()).is_ok());
        for (series, readings) in [(SERIES_MAX + 1, 1), (1, READINGS_MAX + 1)] {
            let error =
                Batch::from_bytes(written(series, readings).as_bytes()).unwrap_err().to_string();
            assert!(error.contains("at most"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Batch::from_bytes(&bytes).is_err());
        }

        #[test]
        fn finite_values_survive(
            value in prop_oneof![prop::num::f64::NORMAL, Just(-0.0), (-1i64 << 54..1i64 << 54).prop_map(|whole| whole as f64)],
        ) {
            let mut batch = batch();
            batch.readings[0].outcome = Outcome::Value(value);
            let read = Batch::from_bytes(&batch.to_bytes()).unwrap();
            prop_assert_eq!(read.readings[0].value().map(f64::to_bits), Some(value.to_bits()));
            prop_assert_eq!(read, batch);
        }
    }
}
