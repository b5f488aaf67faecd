//! A connection of an office's command: it says something to gateways, and hears what they say.

use std::collections::VecDeque;
use std::time::Duration;

use super::client::{Answer, Message, SessionEvent};
use super::session::{self, Lost, Session};
use super::{MqttError, MqttSettings, VersionMemory};
use crate::locales::mqtt as words;

/// How long the broker's answer may take. One round trip, of 2 s over a weak mobile network. Engineering judgement.
const ANSWER_MAX: Duration = Duration::from_secs(15);

/// Messages that are kept while something else is waited for: what a broker has retained of the largest office's
/// gateways, once. Of more, those that come later are left out. Engineering judgement.
const EARLY_MAX: usize = 1000;

/// A connection that is subscribed.
pub struct OfficeLine {
    session: Session,
    /// What came before its turn.
    early: VecDeque<Message>,
}

/// What the broker says to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It has it. Whether anybody listens, only MQTT 5 says.
    Yes,
    NobodyListens,
    /// It refuses it with this reason code.
    Refused(u8),
}

impl OfficeLine {
    /// Connects as `client_id`, which nobody else must use meanwhile, and subscribes to `filter`. `own_name` is the
    /// name that a certificate must have.
    ///
    /// # Errors
    /// The settings, a file that they name, the connection, the login or the subscription: what is wrong with it.
    pub async fn open(
        settings: &MqttSettings,
        (client_id, own_name): (&str, &str),
        filter: String,
    ) -> Result<Self, MqttError> {
        let options = session::options(settings, client_id, own_name)?;
        let mut session = Session::connect(options, &mut VersionMemory::default()).await?;
        session.subscribe(vec![filter]).map_err(|_| session.refused())?;
        let mut line = Self { session, early: VecDeque::new() };
        line.answer(|event| matches!(event, SessionEvent::Subscribed(_)).then_some(())).await?;
        Ok(line)
    }

    /// Waits for what `wanted` finds. Messages that come before are kept for [`Self::next`].
    async fn answer<T>(
        &mut self,
        wanted: impl Fn(&SessionEvent) -> Option<T>,
    ) -> Result<T, MqttError> {
        let waiting = async {
            loop {
                match self.session.next().await {
                    Ok(SessionEvent::Message(message)) => {
                        if self.early.len() < EARLY_MAX {
                            self.early.push_back(message);
                        }
                    }
                    Ok(event) => {
                        if let Some(found) = wanted(&event) {
                            return Ok(found);
                        }
                    }
                    Err(lost) => return Err(lost),
                }
            }
        };
        let late = || Lost::TimedOut(words::timed_out(ANSWER_MAX.as_secs()));
        let found = tokio::time::timeout(ANSWER_MAX, waiting).await.unwrap_or_else(|_| Err(late()));
        found.map_err(|lost| self.session.lost(lost))
    }

    /// Lets the broker retain a message.
    pub async fn retain(&mut self, topic: &str, payload: Vec<u8>) -> Result<Taken, MqttError> {
        self.session
            .client
            .try_publish(topic, true, payload)
            .map_err(|_| self.session.refused())?;
        let answer = |event: &SessionEvent| match event {
            SessionEvent::Confirmed { answer, .. } => Some(*answer),
            _ => None,
        };
        Ok(match self.answer(answer).await? {
            Answer::Taken => Taken::Yes,
            Answer::NobodyListens => Taken::NobodyListens,
            Answer::Refused(code) => Taken::Refused(code),
        })
    }

    /// The next message.
    pub async fn next(&mut self) -> Result<Message, MqttError> {
        if let Some(message) = self.early.pop_front() {
            return Ok(message);
        }
        loop {
            match self.session.next().await {
                Ok(SessionEvent::Message(message)) => return Ok(message),
                Ok(_) => {}
                Err(lost) => return Err(self.session.lost(lost)),
            }
        }
    }

    /// Says goodbye to the broker.
    pub async fn close(self) {
        self.session.close().await;
    }
}
