//! The channels that alarms go out by: webhook, robots of group chats, e-mail, syslog.
//!
//! A channel sends one letter, once: when to try again, and what has been sent, the hub knows (`alarm_book`).
//! *Invariant:* a message over HTTP goes only to an address that was checked (`guard`), and follows no redirect.
//! *Invariant:* no error and no line of the log has a secret in it: the URL of a robot, a password, a body.

mod guard;
mod http;
mod mail;
mod robots;
mod said;
mod secret;
mod send_error;
mod settings;
mod syslog;
#[cfg(test)]
mod tests;
mod webhook;

pub use send_error::SendError;
pub use settings::{ChannelKind, ChannelSettings, MailTls};

use crate::alarm::{Letter, Occasion, letter_text};
use crate::locales::{Lang, Text, notify as words};
use crate::support::Clock;
use mail::Mail;
use robots::Robot;
use said::Said;
use syslog::{Syslog, Weight};
use webhook::Webhook;

/// A channel that is ready to send.
pub struct Channel {
    name: String,
    way: Way,
    /// The machine's time, in which signatures are dated: receivers compare it with theirs.
    clock: Clock,
}

enum Way {
    Webhook(Webhook),
    Robot(Robot),
    Mail(Box<Mail>),
    Syslog(Syslog),
}

impl Channel {
    /// The channel of these settings, which have been checked; its secrets are read. One of kind "mqtt" is none: it
    /// goes over the hub's own connection.
    ///
    /// # Errors
    /// A file cannot be read, or what is in it cannot be used.
    pub fn of(settings: &ChannelSettings) -> Result<Self, Text> {
        let way = match settings.kind {
            ChannelKind::Webhook => Way::Webhook(Webhook::of(settings)?),
            kind if kind.is_robot() => Way::Robot(Robot::of(settings)?),
            ChannelKind::Email => Way::Mail(Box::new(Mail::of(settings)?)),
            ChannelKind::Syslog => {
                Way::Syslog(Syslog::parse(settings.address.as_deref().unwrap_or_default())?)
            }
            _ => return Err(words::over_the_hubs_connection()),
        };
        Ok(Self { name: settings.name.clone(), way, clock: Clock::system() })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sends `letter` in the words of `lang`; `link` is where the page of alarms is. It takes half a minute at most.
    ///
    /// # Errors
    /// The receiver does not have it, or has not said so. It may have come through all the same.
    pub async fn send(
        &self,
        letter: &Letter,
        lang: Lang,
        link: Option<&str>,
    ) -> Result<(), SendError> {
        let said = said(letter, lang, link);
        let now = self.clock.now();
        match &self.way {
            Way::Webhook(webhook) => {
                let body = webhook::payload(letter, &said, lang);
                webhook.send(&letter.id, body, now).await
            }
            Way::Robot(robot) => robot.send(&said, now).await,
            Way::Mail(mail) => mail.send(&said, letter.at).await,
            Way::Syslog(syslog) => syslog.send(&said, weight(letter), letter.at).await,
        }
    }
}

/// The JSON of `letter`, as a webhook and a topic of MQTT get it.
pub fn payload(letter: &Letter, lang: Lang, link: Option<&str>) -> String {
    webhook::payload(letter, &said(letter, lang, link), lang)
}

fn said(letter: &Letter, lang: Lang, link: Option<&str>) -> Said {
    let text = letter_text(letter, lang);
    let link = link.map(|url| (words::open_page().within(lang), url.to_owned()));
    Said { id: letter.id.clone(), title: text.title, lines: text.lines, link }
}

fn weight(letter: &Letter) -> Weight {
    match letter.occasion {
        Occasion::Raised | Occasion::Escalated | Occasion::Storm => match letter.urgent {
            true => Weight::Urgent,
            false => Weight::Warning,
        },
        Occasion::Cleared | Occasion::StormOver | Occasion::Test => Weight::Notice,
    }
}

/// Whether `url` may be that of a channel over HTTP, without looking its name up.
///
/// # Errors
/// What is wrong with it, without repeating it.
pub fn check_url(url: &str, settings: &ChannelSettings) -> Result<(), Text> {
    guard::parse(url, &settings.allow).map(drop)
}

/// Whether `address` is an address of e-mail.
///
/// # Errors
/// What is wrong with it.
pub fn check_mail_address(address: &str) -> Result<(), Text> {
    mail::mailbox(address).map(drop)
}

/// Whether `address` is where a syslog server can be.
///
/// # Errors
/// What is wrong with it.
pub fn check_syslog_address(address: &str) -> Result<(), Text> {
    Syslog::parse(address).map(drop)
}
