//! Robots of group chats: WeCom, DingTalk and Feishu, by their documents.
//!
//! - WeCom 群机器人: <https://developer.work.weixin.qq.com/document/path/91770>
//! - DingTalk 自定义机器人: <https://open.dingtalk.com/document/robots/custom-robot-access>
//! - Feishu 自定义机器人: <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
//!
//! They answer with status 200 also where they take nothing: what counts is the code in the answer.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::http::{Answer, Http};
use super::said::{Said, cut, one_line};
use super::secret::{self, Secret};
use super::send_error::SendError;
use super::settings::{ChannelKind, ChannelSettings};
use crate::locales::{Text, notify as words};

/// Bytes of a text. WeCom takes 4,096, the others 20 KB in all; more nobody reads in a chat.
const TEXT_MAX: usize = 4096;

/// Bytes of a title, which a notification on a telephone shows.
const TITLE_MAX: usize = 200;

/// The first wait where a robot is asked too often: all count by the minute.
const BUSY: Duration = Duration::from_secs(60);

/// DingTalk takes nothing for ten minutes from who has sent more than 20 messages within one.
const DINGTALK_BUSY: Duration = Duration::from_secs(600);

/// A channel by a robot.
pub(super) struct Robot {
    http: Http,
    kind: ChannelKind,
    secret: Option<Secret>,
    keyword: String,
}

/// What a code means for the letter.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Meaning {
    TooOften,
    Busy,
    /// Signature, keyword or address: what the robot's security settings ask for.
    Security,
    /// There is no such robot, or it has been removed or stopped.
    Gone,
    /// The message.
    Message,
    Unknown,
}

impl Robot {
    pub fn of(settings: &ChannelSettings) -> Result<Self, Text> {
        let secret = settings.secret_file.as_deref().map(Secret::read).transpose()?;
        let keyword = settings.keyword.clone().unwrap_or_default();
        Ok(Self { http: Http::of(settings)?, kind: settings.kind, secret, keyword })
    }

    pub async fn send(&self, said: &Said, now: Timestamp) -> Result<(), SendError> {
        let (query, body) = self.request(said, now);
        let answer = self.http.post(&query, &[], body.to_string()).await?;
        self.judge(&answer)
    }

    fn request(&self, said: &Said, now: Timestamp) -> (Vec<(&'static str, String)>, Value) {
        let title = cut(&harmless(&said.title), TITLE_MAX);
        let keyword = &self.keyword;
        // As it is written in the robot's settings, which compare it with the text.
        let title = match title.contains(keyword) {
            true => title,
            false => format!("{keyword} {title}"),
        };
        let mut query = Vec::new();
        let body = match self.kind {
            ChannelKind::Dingtalk => {
                if let Some(secret) = &self.secret {
                    let millis = now.as_millisecond();
                    query.push(("timestamp", millis.to_string()));
                    query.push(("sign", secret::of_dingtalk(secret, millis)));
                }
                let text = markdown(&title, said, "\n\n");
                json!({
                    "msgtype": "markdown",
                    "markdown": { "title": title, "text": text },
                    "at": { "isAtAll": false },
                })
            }
            ChannelKind::Feishu => {
                let mut body = json!({
                    "msg_type": "post",
                    "content": { "post": { "zh_cn": { "title": title, "content": paragraphs(said) } } },
                });
                if let Some(secret) = &self.secret {
                    let seconds = now.as_second();
                    body["timestamp"] = seconds.to_string().into();
                    body["sign"] = secret::of_feishu(secret, seconds).into();
                }
                body
            }
            _ => json!({
                "msgtype": "markdown",
                "markdown": { "content": markdown(&title, said, "\n") },
            }),
        };
        (query, body)
    }

    /// What a robot answered: its code counts, whatever the status.
    fn judge(&self, answer: &Answer) -> Result<(), SendError> {
        #[derive(Deserialize)]
        struct Said {
            errcode: Option<i64>,
            code: Option<i64>,
            #[serde(rename = "StatusCode")]
            status_code: Option<i64>,
            msg: Option<String>,
        }
        let success = (200..300).contains(&answer.status);
        let Ok(said) = serde_json::from_slice::<Said>(&answer.body) else {
            return Err(match success {
                true => self.http.again(words::answer_unreadable()),
                false => self.http.refused(answer),
            });
        };
        let code = match said.errcode.or(said.code).or(said.status_code) {
            Some(0) if success => return Ok(()),
            Some(code) if code != 0 => code,
            _ if success => return Err(self.http.again(words::answer_unreadable())),
            _ => return Err(self.http.refused(answer)),
        };
        let often = said.msg.is_some_and(|msg| msg.contains("too many"));
        let meaning = if often { Meaning::TooOften } else { meaning(self.kind, code) };
        let why = match meaning {
            Meaning::TooOften => words::robot_too_often(code),
            Meaning::Busy => words::robot_busy(code),
            Meaning::Security => words::robot_security(code),
            Meaning::Gone => words::robot_gone(code),
            Meaning::Message => words::robot_message(code),
            Meaning::Unknown => words::robot_code(code),
        };
        let after = match (meaning, self.kind) {
            (Meaning::TooOften, ChannelKind::Dingtalk) => Some(DINGTALK_BUSY),
            (Meaning::TooOften | Meaning::Busy, _) => Some(answer.after.unwrap_or(BUSY)),
            _ => answer.after,
        };
        let retry = !matches!(meaning, Meaning::Gone | Meaning::Message);
        Err(SendError { retry, after, ..self.http.again(why) })
    }
}

/// What the documents say of the codes. What they do not name may pass: it is tried again.
fn meaning(kind: ChannelKind, code: i64) -> Meaning {
    use ChannelKind::{Dingtalk, Feishu, Wecom};
    match (kind, code) {
        (Wecom, 45009) | (Dingtalk, 130101 | 410100 | 90030) | (Feishu, 11232) => Meaning::TooOften,
        (Wecom | Dingtalk, -1) | (Wecom, 45033) => Meaning::Busy,
        (Dingtalk, 310000) | (Feishu, 19021 | 19022 | 19024) => Meaning::Security,
        (Wecom, 93000 | 93004 | 93008)
        | (Dingtalk, 300001 | 300005 | 400013 | 400101 | 400102)
        | (Feishu, 19001) => Meaning::Gone,
        (Wecom, 40008 | 40058 | 44004 | 45002)
        | (Dingtalk, 40035 | 43004 | 400105 | 430101..=430104 | 460101)
        | (Feishu, 9499 | 19002) => Meaning::Message,
        _ => Meaning::Unknown,
    }
}

/// The text in the Markdown that WeCom and DingTalk know. The link is whole whatever is cut.
fn markdown(title: &str, said: &Said, between: &str) -> String {
    let link =
        said.link.as_ref().map(|(label, url)| format!("{between}[{}]({url})", harmless(label)));
    let link = link.unwrap_or_default();
    let mut text = format!("**{title}**");
    for line in &said.lines {
        text.push_str(&format!("{between}> {}", harmless(line)));
    }
    format!("{}{link}", cut(&text, TEXT_MAX.saturating_sub(link.len())))
}

/// The paragraphs of a message of Feishu: its elements are of a type each, so that nothing within is read as another.
fn paragraphs(said: &Said) -> Vec<Value> {
    let mut left = TEXT_MAX;
    let mut paragraphs = Vec::new();
    for line in &said.lines {
        let line = cut(&harmless(line), left);
        left = left.saturating_sub(line.len());
        paragraphs.push(json!([{ "tag": "text", "text": line }]));
        if left == 0 {
            break;
        }
    }
    if let Some((label, url)) = &said.link {
        paragraphs.push(json!([{ "tag": "a", "text": label, "href": url }]));
    }
    paragraphs
}

/// `text` in which nothing is a link, a mention or a mark: the characters of Markdown and of tags become those of the
/// same look, since the three do not agree on how one is escaped.
fn harmless(text: &str) -> String {
    /// From ASCII to the full-width forms (Unicode, block FF00).
    const SHIFT: u32 = 0xFEE0;
    let wide = |c: char| char::from_u32(u32::from(c) + SHIFT).unwrap_or(c);
    let mut before = ' ';
    let mut safe = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        let is_mark = "<>[]`*_#@~|\\&".contains(c) || (c == '/' && before == '/');
        safe.push(if is_mark { wide(c) } else { c });
        before = c;
    }
    safe
}

#[cfg(test)]
#[path = "robots_tests.rs"]
mod tests;
