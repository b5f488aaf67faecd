//! Messages between gateway and hub: batch, birth, status, report, acknowledgement, and their topics. Pure.
//!
//! `docs/message-format.md` describes them for people, `docs/schema/*.json` for programs.

mod ack;
mod batch;
mod birth;
mod config_state;
mod encoder;
mod enrolment;
mod ids;
mod json;
mod loss;
pub mod packed;
mod pushable;
mod pushed;
mod ranges;
mod report;
mod row;
mod shown;
mod timebase;
mod topic;
mod unknown;

use crate::core::shown;
use crate::locales::{Lang, Text, wire as words, within};

pub use ack::Ack;
pub use batch::Batch;
pub use birth::{Birth, BirthSeries, ClockState, CounterSpec, GatewayState, Status};
pub use config_state::{ConfigInForce, ConfigOutcome, ConfigState, ConfigStep, PushedSaid, Said};
#[cfg(feature = "edge")]
pub use encoder::Encoder;
pub use enrolment::{
    Code, ENROLMENT_MAX, ENROLMENT_NAME, ENROLMENT_PATH, ENROLMENT_PORT, EnrolAnswer, EnrolRefusal,
    EnrolRequest, Refused, Secret, is_reserved,
};
pub use ids::{BootId, Epoch};
pub use loss::{LossCause, LossRecord};
pub use pushable::{is_allowed, is_never_pushed, key_parts, pattern_problem};
pub use pushed::{KEY_MAX, PUSHED_MAX, PushedConfig, SETTINGS_MAX, SignedConfig, signed_bytes};
pub use ranges::RangeSet;
pub use report::{
    BusSaid, DeviceSaid, GatewayReport, REPORT_MAX, ReportHead, STATES, SpoolReport, TEXT_MAX,
    TrafficReport,
};
pub use shown::{CLOCKS_APART_MAX, ShownTime};
pub use timebase::Timebase;
pub use topic::{Channel, Topic};
pub use unknown::UnknownSeries;

/// The version of the message format. A hub refuses other versions and keeps such messages in quarantine.
pub const FORMAT: u8 = 1;

/// The largest message that is sent or accepted, bytes: a batch of 2000 readings with raw registers fits.
pub const MESSAGE_SIZE_MAX: usize = 256 * 1024;

/// Readings of a batch, at most: ten times those of the largest gateway's poll. Engineering judgement.
pub const READINGS_MAX: usize = 20_000;

/// Series of a batch or a birth, at most: the largest gateway has a few hundred. Engineering judgement.
pub const SERIES_MAX: usize = 4000;

/// The longest text of a problem, characters: a line of a log. Whatever a message holds, its problem is no longer.
pub const PROBLEM_MAX: usize = 300;

/// What is left of that for the problem itself where its place is named before it.
const SHAPE_PROBLEM_MAX: usize = 200;

/// Why a message is refused.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    #[error("{}", words::too_large(.0, MESSAGE_SIZE_MAX))]
    TooLarge(usize),
    /// Not JSON, or not of this shape.
    #[error("{}", misshapen(path, problem))]
    Shape { path: String, problem: Text },
    #[error("{}", words::format_unknown(.0, FORMAT))]
    Format(u8),
    /// The shape is right, the values contradict each other.
    #[error("{0}")]
    Content(Text),
}

impl WireError {
    fn content(problem: Text) -> Self {
        Self::Content(cut(problem, PROBLEM_MAX))
    }
}

/// `problem` of at most `most` characters: a value that it repeats may be as long as a message.
pub fn cut(problem: Text, most: usize) -> Text {
    let [zh, en] = Lang::ALL.map(|lang| {
        let text = problem.within(lang);
        match text.char_indices().nth(most) {
            Some(_) => text.chars().take(most.saturating_sub(3)).chain("...".chars()).collect(),
            None => text,
        }
    });
    Text::both(zh, en)
}

/// What is wrong at `path`, which is `.` for the message as a whole, and `?` where no place can be told.
fn misshapen(path: &str, problem: &Text) -> Text {
    match path {
        "." | "?" => words::whole_not_of_this_kind(problem),
        _ => words::not_of_this_kind(path, problem),
    }
}

/// Reads a message of type `T`; the error names the place in it.
fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    if bytes.len() > MESSAGE_SIZE_MAX {
        return Err(WireError::TooLarge(bytes.len()));
    }
    json::parse(bytes).map_err(|(path, _)| {
        // An id that refuses its text says so at once, in one language: it is asked in both.
        let said = |lang| {
            let problem = || json::parse::<T>(bytes).err().map(|(_, problem)| problem.to_string());
            within(lang, problem).unwrap_or_default()
        };
        let problem = Text::both(said(Lang::Chinese), said(Lang::English));
        let path = shown(&path).into_owned();
        WireError::Shape { path, problem: cut(problem, SHAPE_PROBLEM_MAX) }
    })
}

fn check_format(format: u8) -> Result<(), WireError> {
    if format == FORMAT { Ok(()) } else { Err(WireError::Format(format)) }
}

fn write<T: serde::Serialize>(message: &T) -> Vec<u8> {
    write_sized(message, 128)
}

/// Writes a message that takes about `size` bytes.
fn write_sized<T: serde::Serialize>(message: &T, size: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size);
    serde_json::to_writer(&mut bytes, message)
        .expect("messages have text keys only, and writing into memory does not fail");
    bytes
}

/// A problem of the element `index` of `list`.
fn at_place(list: &str, index: usize, problem: Text) -> WireError {
    WireError::content(Text::chain([Text::verbatim(format_args!("{list}[{index}]")), problem]))
}

/// Refuses a `list` of `count` elements where `most` are allowed.
fn check_count(list: &str, count: usize, most: usize) -> Result<(), WireError> {
    if count <= most { Ok(()) } else { Err(WireError::content(words::too_many(list, count, most))) }
}
