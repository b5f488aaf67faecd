//! What a gateway says of the configurations that were pushed to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report::WORD_MAX;
use super::{
    FORMAT, KEY_MAX, PROBLEM_MAX, SETTINGS_MAX, TEXT_MAX, WireError, check_count, check_format,
    cut, read, write,
};
use crate::core::is_unseen;
use crate::locales::{Lang, Text, pushed as own, wire as words};

/// Problems that are told of one configuration, at most: more than a person mends at once. Engineering judgement.
const SAID_MAX: usize = 20;

/// Retained at `…/config-state`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfigState {
    v: u8,
    pub at: Timestamp,
    /// The highest number that it has seen with a good signature, 0 for none: the next has to be higher.
    pub highest: u64,
    /// The one whose settings it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<ConfigInForce>,
    /// What has become of the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<ConfigOutcome>,
    /// Messages that it has not believed since its start: forged, too old, for others, unreadable.
    pub refused: u64,
    /// Why the last of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_why: Option<Said>,
}

impl ConfigState {
    /// The state of a gateway to which nothing was pushed.
    pub fn new(at: Timestamp) -> Self {
        let (in_force, last, refused_why) = (None, None, None);
        Self { v: FORMAT, at, highest: 0, in_force, last, refused: 0, refused_why }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    /// Reads a message.
    ///
    /// # Errors
    /// Names the place and the mistake: no JSON, more or longer texts than there can be, characters that a screen would
    /// obey.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let state: Self = read(bytes)?;
        check_format(state.v)?;
        state.check()?;
        Ok(state)
    }

    fn check(&self) -> Result<(), WireError> {
        let names = |used: &ConfigInForce| {
            check_count("in_force.keys", used.keys.len(), SETTINGS_MAX)?;
            used.keys.iter().chain([&used.by]).try_for_each(|name| check_name(name))
        };
        self.in_force.iter().try_for_each(names)?;
        let why = self.last.iter().flat_map(|last| &last.why);
        check_count("last.why", why.clone().count(), SAID_MAX)?;
        let unfit = self.in_force.iter().filter_map(|used| used.unfit.as_ref());
        why.chain(unfit).chain(&self.refused_why).try_for_each(|said| said.check(PROBLEM_MAX))
    }
}

/// What a screen would obey is no name, nor is what is longer than one can be.
fn check_name(name: &str) -> Result<(), WireError> {
    if name.len() > KEY_MAX {
        return Err(WireError::content(own::too_long(name.len(), KEY_MAX)));
    }
    match name.contains(is_unseen) {
        true => Err(WireError::content(own::control_characters())),
        false => Ok(()),
    }
}

/// A pushed configuration that a gateway uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfigInForce {
    pub number: u64,
    /// When it was kept.
    pub at: Timestamp,
    pub by: String,
    pub keys: Vec<String>,
    /// Why it is not used all the same: it does not fit the gateway's own file any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfit: Option<Said>,
}

/// What has become of a pushed configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfigOutcome {
    pub number: u64,
    pub step: ConfigStep,
    pub at: Timestamp,
    /// Why, where it was refused or taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<Said>,
}

impl ConfigOutcome {
    /// An outcome, of which as much is told as a message has room for.
    pub fn new(number: u64, step: ConfigStep, at: Timestamp, why: &[Text]) -> Self {
        Self { number, step, at, why: why.iter().take(SAID_MAX).map(Said::of).collect() }
    }
}

/// How far a pushed configuration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigStep {
    /// It runs, and is taken back unless the hub confirms.
    OnTrial,
    /// The hub has confirmed it, and it is in force.
    Kept,
    /// It ran and was taken back.
    RolledBack,
    /// It never ran.
    Refused,
    /// Somebody has dropped it at the gateway.
    Dropped,
}

impl ConfigStep {
    /// Whether nothing more will become of it by itself.
    pub fn is_final(self) -> bool {
        self != Self::OnTrial
    }

    /// Its word in messages.
    pub fn id(self) -> &'static str {
        match self {
            Self::OnTrial => "on_trial",
            Self::Kept => "kept",
            Self::RolledBack => "rolled_back",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }
}

/// A sentence in both languages: whoever reads it is somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub zh: String,
    pub en: String,
}

impl Said {
    /// The sentence, as far as a message has room for it.
    pub fn of(text: &Text) -> Self {
        Self::within(text, PROBLEM_MAX)
    }

    /// The sentence, of at most `most` characters. What others have sent may be in it: a screen must not obey that.
    fn within(text: &Text, most: usize) -> Self {
        let text = cut(text.clone(), most);
        let [zh, en] = [Lang::Chinese, Lang::English]
            .map(|lang| text.within(lang).replace(is_unseen, "\u{fffd}"));
        Self { zh, en }
    }

    fn check(&self, most: usize) -> Result<(), WireError> {
        for text in [&self.zh, &self.en] {
            if text.chars().nth(most).is_some() {
                return Err(WireError::content(words::too_long("why", most)));
            }
            if text.contains(is_unseen) {
                return Err(WireError::content(own::control_characters()));
            }
        }
        Ok(())
    }

    /// As text of the reader's language.
    pub fn text(&self) -> Text {
        Text::both(self.zh.clone(), self.en.clone())
    }
}

/// What a gateway's report says of it: which it uses, and how far the last one has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushedSaid {
    /// The number of the one in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<u64>,
    /// The number of the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u64>,
    /// How far that has come: the word of a [`ConfigStep`], or of a version to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Whether the one in force is not used, or none is taken: somebody has to look at the gateway.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unused: bool,
    /// Why that, or why the last one was refused or taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Said>,
    /// Messages that it has not believed since its start.
    pub refused: u64,
}

impl PushedSaid {
    /// What a report says of `state`, where none is taken because of `closed`.
    pub fn of(state: &ConfigState, closed: Option<&Text>) -> Self {
        let unfit = state.in_force.as_ref().and_then(|used| used.unfit.as_ref());
        let last = state.last.as_ref();
        let why_last = last.filter(|last| !last.why.is_empty()).map(|last| {
            let why = last.why.iter().map(Said::text);
            Said::within(&Text::clauses(why), TEXT_MAX)
        });
        let unused = closed.cloned().or_else(|| unfit.map(Said::text));
        Self {
            in_force: state.in_force.as_ref().map(|used| used.number),
            last: last.map(|last| last.number),
            step: last.map(|last| last.step.id().to_owned()),
            unused: unused.is_some(),
            why: unused.map(|why| Said::within(&why, TEXT_MAX)).or(why_last),
            refused: state.refused,
        }
    }

    /// What is wrong with it, as it was read.
    pub(super) fn check(&self) -> Result<(), WireError> {
        let step = self.step.as_deref().unwrap_or_default();
        if step.chars().nth(WORD_MAX).is_some() {
            return Err(WireError::content(words::too_long("pushed.step", WORD_MAX)));
        }
        self.why.iter().try_for_each(|why| why.check(TEXT_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back_as_written_in_both_languages() {
        let at: Timestamp = "2026-12-01T08:00:00Z".parse().unwrap();
        let why = Text::both("没有确认", "not confirmed");
        let mut state = ConfigState::new(at);
        assert_eq!(ConfigState::from_bytes(&state.to_bytes()).unwrap(), state);
        state.highest = 9;
        state.last = Some(ConfigOutcome::new(9, ConfigStep::RolledBack, at, &vec![why; 30]));
        state.in_force = Some(ConfigInForce {
            number: 7,
            at,
            by: "office".into(),
            keys: vec!["drought".into()],
            unfit: Some(Said::of(&Text::verbatim("x".repeat(1000)))),
        });
        (state.refused, state.refused_why) = (3, Some(Said::of(&Text::verbatim("y"))));
        let bytes = state.to_bytes();
        assert_eq!(ConfigState::from_bytes(&bytes).unwrap(), state);
        assert_eq!(state.last.map(|last| last.why.len()), Some(SAID_MAX));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("rolled_back") && text.contains("没有确认"), "{text}");
    }
    #[test]
    fn what_a_screen_would_obey_is_neither_said_nor_read() {
        let at: Timestamp = "2026-12-01T08:00:00Z".parse().unwrap();
        let odd = "a\u{1b}[2Jb\u{202e}";
        let said = Said::of(&Text::verbatim(odd));
        assert_eq!(said.en, "a\u{fffd}[2Jb\u{fffd}");
        let mut state = ConfigState::new(at);
        state.refused_why = Some(said);
        assert!(ConfigState::from_bytes(&state.to_bytes()).is_ok());
        let used = |by: &str, keys: usize| ConfigInForce {
            number: 7,
            at,
            by: by.into(),
            keys: vec!["drought".into(); keys],
            unfit: None,
        };
        let bad = [
            ConfigState {
                refused_why: Some(Said { en: odd.into(), zh: String::new() }),
                ..state.clone()
            },
            ConfigState {
                refused_why: Some(Said { en: "x".repeat(1000), zh: String::new() }),
                ..state.clone()
            },
            ConfigState { in_force: Some(used(odd, 1)), ..state.clone() },
            ConfigState { in_force: Some(used(&"x".repeat(KEY_MAX + 1), 1)), ..state.clone() },
            ConfigState { in_force: Some(used("office", SETTINGS_MAX + 1)), ..state.clone() },
        ];
        for bad in bad {
            assert!(ConfigState::from_bytes(&bad.to_bytes()).is_err(), "{bad:?}");
        }
        state.in_force = Some(used("李明", 3));
        assert!(ConfigState::from_bytes(&state.to_bytes()).is_ok());
    }

    #[test]
    fn a_report_says_which_is_used_and_why_one_is_not() {
        let at: Timestamp = "2026-12-01T08:00:00Z".parse().unwrap();
        let mut state = ConfigState::new(at);
        assert_eq!(PushedSaid::of(&state, None), PushedSaid::default());
        let why = [Text::verbatim("a"), Text::verbatim("b".repeat(500))];
        state.last = Some(ConfigOutcome::new(9, ConfigStep::RolledBack, at, &why));
        let said = PushedSaid::of(&state, None);
        assert_eq!(
            (said.last, said.step.as_deref(), said.unused),
            (Some(9), Some("rolled_back"), false)
        );
        assert!(said.why.as_ref().is_some_and(|why| why.en.starts_with("a; b")), "{said:?}");
        said.check().unwrap();
        let closed = Text::verbatim("no key");
        let said = PushedSaid::of(&state, Some(&closed));
        assert!(said.unused && said.why.is_some_and(|why| why.en == "no key"));
        let far = PushedSaid { step: Some("x".repeat(WORD_MAX + 1)), ..PushedSaid::default() };
        assert!(far.check().is_err());
    }

    #[test]
    fn the_word_of_a_step_is_that_of_its_message() {
        use ConfigStep::{Dropped, Kept, OnTrial, Refused, RolledBack};
        for step in [OnTrial, Kept, RolledBack, Refused, Dropped] {
            assert_eq!(serde_json::to_value(step).unwrap(), step.id());
        }
    }
}
