//! The page of the alarms: what is open, what has been, and whether those arrive who are to know of it.

mod facts;
#[cfg(test)]
mod tests;
mod view;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::guard::{AsAdministrator, AsRecorder, AsViewer, Signed};
use super::state::Web;
use super::visitor::Visitor;
use crate::alarm::Kind;
use crate::core::is_unseen;
use crate::locales::{Text, for_programs, page_alarms as words};
use crate::users::Deed;

pub(in crate::web) use view::state_of;

pub use facts::{
    AlarmShown, AlarmsAnswer, AlarmsAsked, AlarmsFacts, ChannelShown, HistoryAsked, OpenAlarm,
    OpenAlarms, SentShown, SentState,
};

/// The longest note, characters. Engineering judgement: a few sentences.
const NOTE_MAX: usize = 300;

/// `/alarms`, and what can be done: `POST /alarms/acknowledge`, `POST /alarms/test`.
pub(in crate::web) fn routes() -> Router<Web> {
    Router::new()
        .route("/alarms", get(show))
        .route("/alarms/acknowledge", post(acknowledge))
        .route("/alarms/test", post(test))
}

/// What a query asks for: the page, or what is live of it alone, with a part of the history.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    part: Option<String>,
    before: Option<i64>,
    #[serde(default)]
    station: String,
    #[serde(default)]
    kind: String,
}

impl Asked {
    /// The part of the history; `None` where there is no such station or kind of alarm.
    fn history(&self) -> Option<HistoryAsked> {
        let station = match self.station.as_str() {
            "" => None,
            id => Some(id.parse().ok()?),
        };
        let kind = match self.kind.as_str() {
            "" => None,
            id => Some(Kind::from_id(id)?),
        };
        Some(HistoryAsked { before: self.before, station, kind })
    }
}

async fn show(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.ok().map(|Query(asked)| asked);
    let Some((history, asked)) = asked.and_then(|asked| Some((asked.history()?, asked))) else {
        let lines = vec![words::check_the_choice()];
        return web.problem(&visitor, StatusCode::BAD_REQUEST, words::no_such_choice(), lines);
    };
    page(&web, &visitor, history, asked.part.is_some(), None).await
}

/// The page, or its live part, with what a deed has just come to.
async fn page(
    web: &Web,
    visitor: &Visitor,
    history: HistoryAsked,
    part: bool,
    done: Option<Text>,
) -> Response {
    let facts = match web.workplace.alarms.ask(AlarmsAsked::Show(history.clone())).await {
        Ok(AlarmsAnswer::Shown(facts)) => facts,
        Ok(_) => return failed(web, visitor),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the alarms cannot be shown");
            return failed(web, visitor);
        }
    };
    let shown = web.shown();
    let view = view::page(&facts, &history, &shown, done);
    match part {
        true => web.templates.part(visitor, "alarms/part", &view),
        false => web.templates.page(visitor, &shown, "alarms/page", &view),
    }
}

#[derive(Debug, Default, Deserialize)]
struct AcknowledgeForm {
    #[serde(default)]
    alarm: String,
    #[serde(default)]
    note: String,
}

async fn acknowledge(
    State(web): State<Web>,
    AsRecorder(visitor): AsRecorder,
    Signed(form): Signed<AcknowledgeForm>,
) -> Response {
    let (Ok(id), Some(account)) = (form.alarm.parse::<i64>(), visitor.account.clone()) else {
        return not_done(
            &web,
            &visitor,
            StatusCode::UNPROCESSABLE_ENTITY,
            words::choose_an_alarm(),
        );
    };
    let note = form.note.trim().to_owned();
    if let Some(why) = refusal_of_note(&note) {
        return not_done(&web, &visitor, StatusCode::UNPROCESSABLE_ENTITY, why);
    }
    // It is noted also where the browser has left meanwhile.
    let (doing, from) = (web.clone(), visitor.address);
    let done = tokio::spawn(async move {
        let asked = AlarmsAsked::Acknowledge { id, by: account.name, note };
        let answer = doing.workplace.alarms.ask(asked).await?;
        if let AlarmsAnswer::Acknowledged(Ok(alarm)) = &answer {
            let detail = format!("{} {}", alarm.id, alarm.key);
            doing.workplace.users.note(account.id, from, Deed::AlarmAcknowledged, detail).await?;
        }
        anyhow::Ok(answer)
    });
    match done.await {
        Ok(Ok(AlarmsAnswer::Acknowledged(Ok(alarm)))) => {
            let done = words::is_acknowledged(alarm.name, alarm.key.kind.name());
            page(&web, &visitor, HistoryAsked::default(), false, Some(done)).await
        }
        Ok(Ok(AlarmsAnswer::Acknowledged(Err(why)))) => {
            not_done(&web, &visitor, StatusCode::CONFLICT, why)
        }
        Ok(Err(error)) => {
            tracing::error!(error = format!("{error:#}"), "an alarm cannot be acknowledged");
            failed(&web, &visitor)
        }
        _ => failed(&web, &visitor),
    }
}

/// What is wrong with a note, if anything is.
fn refusal_of_note(note: &str) -> Option<Text> {
    if note.chars().nth(NOTE_MAX).is_some() {
        return Some(words::note_long(NOTE_MAX));
    }
    note.chars().any(is_unseen).then(words::note_with_control)
}

#[derive(Debug, Deserialize)]
struct TestForm {
    #[serde(default)]
    channel: String,
}

async fn test(
    State(web): State<Web>,
    AsAdministrator(visitor): AsAdministrator,
    Signed(form): Signed<TestForm>,
) -> Response {
    let Some(account) = visitor.account.clone() else { return web.nowhere(&visitor) };
    let (doing, from, channel) = (web.clone(), visitor.address, form.channel);
    let lang = visitor.lang;
    let done = tokio::spawn(async move {
        let asked = AlarmsAsked::Test { channel: channel.clone(), by: account.name };
        let answer = doing.workplace.alarms.ask(asked).await?;
        if let AlarmsAnswer::Tested(tested) = &answer {
            // It may have gone out also where nobody knows that it arrived.
            let detail = match tested {
                Ok(_) => channel,
                Err(why) => for_programs(lang, || format!("{channel}: {why}")),
            };
            doing.workplace.users.note(account.id, from, Deed::AlarmTested, detail).await?;
        }
        anyhow::Ok(answer)
    });
    match done.await {
        Ok(Ok(AlarmsAnswer::Tested(Ok(done)))) => {
            page(&web, &visitor, HistoryAsked::default(), false, Some(done)).await
        }
        Ok(Ok(AlarmsAnswer::Tested(Err(why)))) => {
            not_done(&web, &visitor, StatusCode::CONFLICT, why)
        }
        Ok(Err(error)) => {
            tracing::error!(error = format!("{error:#}"), "a channel cannot be tried");
            failed(&web, &visitor)
        }
        _ => failed(&web, &visitor),
    }
}

fn not_done(web: &Web, visitor: &Visitor, status: StatusCode, why: Text) -> Response {
    let lines = vec![why, words::back_to_alarms()];
    web.problem(visitor, status, words::not_done(), lines)
}

fn failed(web: &Web, visitor: &Visitor) -> Response {
    not_done(web, visitor, StatusCode::INTERNAL_SERVER_ERROR, words::see_the_log())
}
