//! What is done on the page: a file filled, a finding accepted, a report issued. Each is noted with who did it.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::asked::{AcceptForm, DaysAsked, IssueForm, by};
use super::facts::{DeskAnswer, DeskAsked, in_plain_words};
use super::handlers::{ACCEPTED, ISSUED, PAGE, issued_page, otherwise, page, wrong_days};
use super::view::Outcome;
use crate::core::Period;
use crate::locales::{Text, page_report as words, within};
use crate::users::Deed;
use crate::web::Visitor;
use crate::web::guard::{AsReviewer, AsViewer, Signed, SignedUpload};
use crate::web::notice;
use crate::web::state::Web;

/// The days of a form, which were those of the page; `None` where it names none.
///
/// # Errors
/// They cannot be used.
fn days_of(from: &str, to: &str) -> Result<(DaysAsked, Option<Period>), Text> {
    let asked = DaysAsked { from: from.into(), to: to.into(), ..DaysAsked::default() };
    let days = asked.days()?;
    Ok((asked, days))
}

/// The days of a form that must name them.
///
/// # Errors
/// They cannot be used, or are missing.
fn named_days(from: &str, to: &str) -> Result<(DaysAsked, Period), Text> {
    let (asked, days) = days_of(from, to)?;
    let days = days.ok_or_else(|| words::day_missing(words::first_day()))?;
    Ok((asked, days))
}

pub(super) async fn fill(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    SignedUpload { mut texts, file, held: _held }: SignedUpload,
) -> Response {
    let mut take = |name: &str| texts.remove(name).unwrap_or_default();
    let (asked, days) = match days_of(&take("from"), &take("to")) {
        Ok(days) => days,
        Err(why) => return wrong_days(&web, &visitor, why),
    };
    let numbers_only = !take("numbers_only").is_empty();
    let unsure = StatusCode::UNPROCESSABLE_ENTITY;
    let refused = |why: Vec<Text>| Outcome { refused: why, ..Outcome::default() };
    let Some(file) = file else {
        let outcome = refused(vec![words::no_file()]);
        return page(&web, &visitor, (asked, days), outcome, unsure).await;
    };
    let asking = DeskAsked::Fill { days, file, numbers_only, by: by(&visitor) };
    match web.workplace.desk.ask(asking).await {
        Ok(DeskAnswer::Filled(filled)) => {
            let outcome = Outcome { filled: Some(*filled), ..Outcome::default() };
            page(&web, &visitor, (asked, days), outcome, StatusCode::OK).await
        }
        Ok(DeskAnswer::Refused(why)) => {
            page(&web, &visitor, (asked, days), refused(shown(&visitor, &why)), unsure).await
        }
        other => otherwise(&web, &visitor, other),
    }
}

/// Sentences for whoever knows no names of settings.
fn shown(visitor: &Visitor, lines: &[Text]) -> Vec<Text> {
    within(visitor.lang, || lines.iter().map(|line| Text::verbatim(in_plain_words(line))).collect())
}

pub(super) async fn accept(
    State(web): State<Web>,
    AsReviewer(visitor): AsReviewer,
    Signed(form): Signed<AcceptForm>,
) -> Response {
    let (asked, period) = match named_days(&form.from, &form.to) {
        Ok(days) => days,
        Err(why) => return wrong_days(&web, &visitor, why),
    };
    let (finding, reason) = (form.finding.clone(), form.reason.clone());
    let asking = DeskAsked::Accept { days: period, finding, reason, by: by(&visitor) };
    match doing(&web, &visitor, asking).await {
        Ok(DeskAnswer::Accepted(_)) => {
            let DaysAsked { from, to, .. } = DaysAsked::of(period);
            let notice = notice::seal(&visitor, PAGE, ACCEPTED);
            Redirect::to(&format!("{PAGE}?from={from}&to={to}&notice={notice}")).into_response()
        }
        Ok(DeskAnswer::Refused(why)) => {
            let refused = shown(&visitor, &why);
            let (finding, reason) = (form.finding, form.reason);
            let outcome = Outcome { refused, finding, reason, ..Outcome::default() };
            page(&web, &visitor, (asked, Some(period)), outcome, StatusCode::CONFLICT).await
        }
        other => otherwise(&web, &visitor, other),
    }
}

pub(super) async fn issue(
    State(web): State<Web>,
    AsReviewer(visitor): AsReviewer,
    Signed(form): Signed<IssueForm>,
) -> Response {
    let (asked, period) = match named_days(&form.from, &form.to) {
        Ok(days) => days,
        Err(why) => return wrong_days(&web, &visitor, why),
    };
    let not_issued = |outcome, status| page(&web, &visitor, (asked, Some(period)), outcome, status);
    if form.confirm.is_empty() {
        let outcome = Outcome { refused: vec![words::not_confirmed()], ..Outcome::default() };
        return not_issued(outcome, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let (lang, by) = (form.lang(), by(&visitor));
    let asking = DeskAsked::Issue { days: period, digest: form.digest, lang, by };
    match doing(&web, &visitor, asking).await {
        Ok(DeskAnswer::HasIssued { number, .. }) => {
            let page = issued_page(&number);
            let notice = notice::seal(&visitor, &page, ISSUED);
            Redirect::to(&format!("{page}?notice={notice}")).into_response()
        }
        Ok(DeskAnswer::Refused(why)) => {
            let outcome = Outcome { refused: shown(&visitor, &why), ..Outcome::default() };
            not_issued(outcome, StatusCode::CONFLICT).await
        }
        Ok(DeskAnswer::Changed(what)) => {
            let outcome = Outcome { changed: shown(&visitor, &what), ..Outcome::default() };
            not_issued(outcome, StatusCode::CONFLICT).await
        }
        other => otherwise(&web, &visitor, other),
    }
}

/// Does what is asked for and notes it. It goes on where the browser has left meanwhile.
async fn doing(web: &Web, visitor: &Visitor, asked: DeskAsked) -> anyhow::Result<DeskAnswer> {
    let (doing, by, from) = (web.clone(), by(visitor).id, visitor.address);
    tokio::spawn(async move {
        let period = match &asked {
            DeskAsked::Accept { days, reason, .. } => {
                format!("{} {}: {reason}", days.from, days.to)
            }
            _ => String::new(),
        };
        let done = doing.workplace.desk.ask(asked).await?;
        match &done {
            DeskAnswer::Accepted(finding) => {
                let finding = finding.within(crate::locales::Lang::English);
                note(&doing, by, from, Deed::FindingAccepted, format!("{finding} {period}")).await;
            }
            DeskAnswer::HasIssued { number, digest } => {
                note(&doing, by, from, Deed::ReportIssued, format!("{number} {digest}")).await;
            }
            _ => {}
        }
        Ok(done)
    })
    .await?
}

async fn note(web: &Web, by: String, from: Option<IpAddr>, deed: Deed, detail: String) {
    if let Err(error) = web.workplace.users.note(by, from, deed, detail).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "cannot write what was done with a report into the record of deeds"
        );
    }
}
