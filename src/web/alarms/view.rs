//! The alarms in words.

use jiff::Timestamp;
use serde::Serialize;

use super::facts::{AlarmShown, AlarmsFacts, ChannelShown, HistoryAsked, SentShown, SentState};
use crate::alarm::{Kind, Occasion, Subject};
use crate::locales::{Text, moment, page_alarms as words};
use crate::web::format::encoded;
use crate::web::model::Shown;

/// Open alarms that the page shows; the others are counted. Engineering judgement: nobody reads more, and a letter of a
/// storm says how many there are.
const OPEN_MAX: usize = 200;

/// The page.
#[derive(Serialize)]
pub(super) struct Page {
    pub open: Vec<Row>,
    /// How many more are open than are shown.
    pub more: usize,
    pub urgent: usize,
    /// Those that nobody has acknowledged.
    pub unanswered: usize,
    pub history: Vec<Row>,
    /// The history is a part that somebody has chosen, or not its newest page.
    pub chosen: bool,
    pub older: bool,
    /// The query of the next page; empty where there is none.
    pub next: String,
    pub station: String,
    pub kinds: Vec<Choice>,
    pub channels: Vec<Channel>,
    pub incomplete: Text,
    /// What a deed has just come to.
    pub done: Option<Text>,
}

/// An alarm.
#[derive(Serialize)]
pub(super) struct Row {
    pub id: i64,
    pub kind: Text,
    /// Id of its gravity in style sheets, and the word for it.
    pub state: &'static str,
    pub urgent: bool,
    pub name: Text,
    /// Where to look; empty where there is no page of it.
    pub link: String,
    pub said: Text,
    pub raised: Text,
    /// When and how it ended; empty while it is open.
    pub cleared: Text,
    /// Who has taken note of it, when, and what she wrote.
    pub acknowledged: Text,
    pub is_acknowledged: bool,
    pub note: String,
    pub sent: Vec<Text>,
    pub escalated: Text,
}

/// A kind of alarm to choose.
#[derive(Serialize)]
pub(super) struct Choice {
    pub id: &'static str,
    pub name: Text,
    pub chosen: bool,
}

/// A channel.
#[derive(Serialize)]
pub(super) struct Channel {
    pub name: String,
    pub kind: Text,
    pub state: &'static str,
    pub state_words: Text,
    /// Since when it fails, and why; empty where it does not.
    pub why: Text,
    pub last_sent: Text,
    pub waiting: u64,
    pub remarks: Text,
}

/// The page of `facts`, with the part of the history that was asked for.
pub(super) fn page(
    facts: &AlarmsFacts,
    asked: &HistoryAsked,
    shown: &Shown,
    done: Option<Text>,
) -> Page {
    let open = facts.open.iter();
    let kinds = Kind::ALL.map(|kind| Choice {
        id: kind.id(),
        name: kind.name(),
        chosen: asked.kind == Some(kind),
    });
    Page {
        more: facts.open.len().saturating_sub(OPEN_MAX),
        urgent: open.clone().filter(|one| one.alarm.key.kind.is_urgent()).count(),
        unanswered: open.clone().filter(|one| one.alarm.acknowledged.is_none()).count(),
        open: open.take(OPEN_MAX).map(|one| row(one, &facts.channels, shown)).collect(),
        history: facts.history.iter().map(|one| row(one, &facts.channels, shown)).collect(),
        chosen: asked.station.is_some() || asked.kind.is_some(),
        older: asked.before.is_some(),
        next: facts.next.map(|before| query(asked, before)).unwrap_or_default(),
        station: asked.station.as_ref().map(ToString::to_string).unwrap_or_default(),
        kinds: kinds.into(),
        channels: facts.channels.iter().map(|channel| self::channel(channel, shown)).collect(),
        incomplete: facts.incomplete.clone(),
        done,
    }
}

/// The query of the page that begins below the number `before`.
fn query(asked: &HistoryAsked, before: i64) -> String {
    let station = asked.station.as_ref().map(|id| format!("&station={}", encoded(id.as_str())));
    let kind = asked.kind.map(|kind| format!("&kind={}", kind.id()));
    let more: String = station.into_iter().chain(kind).collect();
    format!("before={before}{more}")
}

fn row(one: &AlarmShown, channels: &[ChannelShown], shown: &Shown) -> Row {
    let alarm = &one.alarm;
    let at = |at: Timestamp| moment(at, shown.now, &shown.zone);
    let cleared = alarm.cleared.as_ref().map(|cleared| match cleared.removed {
        true => words::no_longer_watched(at(cleared.at)),
        false => at(cleared.at),
    });
    let acknowledged = alarm.acknowledged.as_ref();
    Row {
        id: alarm.id,
        kind: alarm.key.kind.name(),
        state: if alarm.is_open() { state_of(alarm.key.kind) } else { "none" },
        urgent: alarm.key.kind.is_urgent(),
        name: alarm.name.clone(),
        link: link(&alarm.key.subject),
        said: alarm.said.clone(),
        raised: at(alarm.raised_at),
        cleared: cleared.unwrap_or_default(),
        acknowledged: acknowledged.map(|by| words::noted(&by.by, at(by.at))).unwrap_or_default(),
        is_acknowledged: acknowledged.is_some(),
        note: acknowledged.map(|by| by.note.clone()).unwrap_or_default(),
        sent: one.sent.iter().map(|sent| self::sent(sent, channels, shown)).collect(),
        escalated: alarm.escalated_at.map(|time| words::escalated(at(time))).unwrap_or_default(),
    }
}

/// The page of what an alarm is of.
fn link(subject: &Subject) -> String {
    match subject {
        Subject::Station(station) => format!("/station/{}", encoded(station.as_str())),
        Subject::Gateway(gateway)
        | Subject::Bus { gateway, .. }
        | Subject::Device { gateway, .. } => format!("/gateways#g-{}", encoded(gateway.as_str())),
        Subject::Hub(_) => String::new(),
    }
}

/// The style of a kind: that of the status which it is, or how grave it is.
pub(in crate::web) fn state_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Dry => "dry",
        Kind::BelowAssured => "guard",
        Kind::BelowWarning => "warn",
        kind if kind.is_urgent() => "alert",
        kind if kind.gravity() >= 3 => "guard",
        kind if kind.gravity() == 2 => "warn",
        _ => "low",
    }
}

fn sent(sent: &SentShown, channels: &[ChannelShown], shown: &Shown) -> Text {
    let mut silent = channels.iter().filter(|channel| !channel.receipts);
    let is_silent = silent.any(|channel| channel.name == sent.channel);
    let said = match sent.state {
        SentState::Sent(at) if sent.channel.is_empty() => {
            words::told(moment(at, shown.now, &shown.zone))
        }
        SentState::Sent(at) => {
            let at = moment(at, shown.now, &shown.zone);
            match is_silent {
                true => words::sent_out(&sent.channel, at),
                false => words::sent(&sent.channel, at),
            }
        }
        SentState::Waiting if sent.why.is_empty() => words::is_waiting(&sent.channel),
        SentState::Waiting => words::is_tried_again(&sent.channel),
        SentState::GivenUp => words::is_given_up(&sent.channel),
    };
    let of = match sent.of {
        Occasion::Cleared | Occasion::StormOver => words::of_over(),
        Occasion::Escalated => words::of_escalated(),
        Occasion::Raised | Occasion::Storm | Occasion::Test => words::of_raised(),
    };
    let why = Some(sent.why.clone()).filter(|why| !why.is_empty());
    Text::chain([Some(of), Some(said), why].into_iter().flatten())
}

fn channel(channel: &ChannelShown, shown: &Shown) -> Channel {
    let at = |at: Timestamp| moment(at, shown.now, &shown.zone);
    let (state, state_words) = match (&channel.failing, channel.last_sent) {
        (Some(_), _) => ("guard", words::channel_fails()),
        (None, Some(_)) if !channel.receipts => ("normal", words::channel_sends()),
        (None, Some(_)) => ("normal", words::channel_works()),
        (None, None) => ("none", words::channel_untried()),
    };
    let why = channel
        .failing
        .as_ref()
        .map(|(since, why)| Text::chain([words::failing_since(at(*since)), why.clone()]));
    let urgent = channel.urgent_only.then(words::urgent_only);
    let escalation = channel.escalation.then(words::for_escalation);
    let remarks: Vec<Text> = urgent.into_iter().chain(escalation).collect();
    Channel {
        name: channel.name.clone(),
        kind: kind_of(channel.kind),
        state,
        state_words,
        why: why.unwrap_or_default(),
        last_sent: channel.last_sent.map(at).unwrap_or_default(),
        waiting: channel.waiting,
        remarks: if remarks.is_empty() { Text::default() } else { Text::clauses(remarks) },
    }
}

/// What a channel speaks, in words.
fn kind_of(kind: &str) -> Text {
    match kind {
        "wecom" => words::wecom(),
        "dingtalk" => words::dingtalk(),
        "feishu" => words::feishu(),
        "email" => words::email(),
        "webhook" => Text::verbatim("Webhook"),
        "mqtt" => Text::verbatim("MQTT"),
        other => Text::verbatim(other),
    }
}
