//! What an administrator does to a gateway, each with a confirmation, and noted with who did it.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{GatewayDeed, GatewayDeedKind, page};
use crate::core::{GatewayId, StationId, is_unseen, shown};
use crate::locales::{Text, page_gateways as words};
use crate::users::Deed;
use crate::web::guard::{AsAdministrator, Signed};
use crate::web::state::Web;
use crate::web::visitor::Visitor;

/// The longest reason, characters. Engineering judgement: a few sentences.
const REASON_MAX: usize = 300;

/// The fields of all deeds; each uses its own.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DeedForm {
    #[serde(default)]
    station: String,
    /// A local time as the browser's field has it: `2026-11-02T08:30`.
    #[serde(default)]
    since: String,
    #[serde(default)]
    reason: String,
    /// Something where the box was ticked.
    #[serde(default)]
    confirm: String,
}

pub(super) async fn deed(
    State(web): State<Web>,
    AsAdministrator(visitor): AsAdministrator,
    path: Result<Path<(String, String)>, PathRejection>,
    Signed(form): Signed<DeedForm>,
) -> Response {
    let (Ok(Path((gateway, deed))), Some(account)) = (path, visitor.account.clone()) else {
        return web.nowhere(&visitor);
    };
    let now = web.shown();
    let Some(kind) = kind(&deed, &form, now.now, &now.zone) else {
        return web.nowhere(&visitor);
    };
    let asked = kind.and_then(|kind| {
        let id = gateway.parse::<GatewayId>();
        let gateway = id.map_err(|_| words::not_a_gateway(&*shown(&gateway)))?;
        Ok(GatewayDeed { gateway, kind, by: account.name })
    });
    let asked = match asked {
        Ok(asked) => asked,
        Err(why) => return not_done(&web, &visitor, StatusCode::UNPROCESSABLE_ENTITY, why),
    };
    // It goes on, and is noted, where the browser has left meanwhile.
    let (doing, from) = (web.clone(), visitor.address);
    let done = tokio::spawn(async move { carry_out(&doing, asked, account.id, from).await });
    match done.await {
        Ok(Ok(Ok(done))) => page(&web, &visitor, Some(done)),
        Ok(Ok(Err(why))) => not_done(&web, &visitor, StatusCode::CONFLICT, why),
        Ok(Err(error)) => {
            tracing::error!(error = format!("{error:#}"), "a deed to a gateway failed");
            not_done(&web, &visitor, StatusCode::INTERNAL_SERVER_ERROR, words::failed())
        }
        Err(_) => not_done(&web, &visitor, StatusCode::INTERNAL_SERVER_ERROR, words::failed()),
    }
}

fn not_done(web: &Web, visitor: &Visitor, status: StatusCode, why: Text) -> Response {
    let lines = vec![why, words::back_to_gateways()];
    web.problem(visitor, status, words::not_done(), lines)
}

async fn carry_out(
    web: &Web,
    asked: GatewayDeed,
    by: String,
    from: Option<std::net::IpAddr>,
) -> anyhow::Result<Result<Text, Text>> {
    let (deed, detail) = record(&asked);
    let done = web.workplace.gateway.ask(asked).await?;
    if done.is_ok() {
        web.workplace.users.note(by, from, deed, detail).await?;
    }
    Ok(done)
}

/// What the record of deeds says.
fn record(asked: &GatewayDeed) -> (Deed, String) {
    let gateway = &asked.gateway;
    match &asked.kind {
        GatewayDeedKind::Pin(station) => (Deed::StationPinned, format!("{station} → {gateway}")),
        GatewayDeedKind::Release(station) => {
            (Deed::StationReleased, format!("{station} ← {gateway}"))
        }
        GatewayDeedKind::Revoke { since, reason } => {
            (Deed::GatewayRevoked, format!("{gateway} {since}: {reason}"))
        }
        GatewayDeedKind::Reinstate => (Deed::GatewayReinstated, gateway.to_string()),
    }
}

/// What is asked for by the last part of the path and the form; `None` where there is no such deed.
fn kind(
    deed: &str,
    form: &DeedForm,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Result<GatewayDeedKind, Text>> {
    let read = match deed {
        "pin" => station(form).map(GatewayDeedKind::Pin),
        "release" => station(form).map(GatewayDeedKind::Release),
        "revoke" => revoke(form, now, zone),
        "reinstate" => Ok(GatewayDeedKind::Reinstate),
        _ => return None,
    };
    Some(if form.confirm.is_empty() { Err(words::confirm_first()) } else { read })
}

fn station(form: &DeedForm) -> Result<StationId, Text> {
    form.station.trim().parse().map_err(|_| words::not_a_station(&*shown(&form.station)))
}

fn revoke(form: &DeedForm, now: Timestamp, zone: &TimeZone) -> Result<GatewayDeedKind, Text> {
    let local = form.since.parse::<DateTime>().ok();
    let since = local.and_then(|local| zone.to_timestamp(local).ok());
    let since = since.ok_or_else(|| words::not_a_time(&*shown(&form.since)))?;
    if since > now {
        return Err(words::time_ahead());
    }
    let reason = form.reason.trim();
    if reason.is_empty() {
        return Err(words::reason_needed());
    }
    if reason.chars().nth(REASON_MAX).is_some() {
        return Err(words::reason_long(REASON_MAX));
    }
    if reason.chars().any(is_unseen) {
        return Err(words::reason_with_control());
    }
    Ok(GatewayDeedKind::Revoke { since, reason: reason.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    fn asked(deed: &str, form: DeedForm) -> Option<Result<GatewayDeedKind, String>> {
        let now: Timestamp = "2026-11-02T01:00:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        kind(deed, &form, now, &zone).map(|read| read.map_err(|why| why.within(Lang::English)))
    }

    fn form(station: &str, since: &str, reason: &str, confirm: &str) -> DeedForm {
        let all = [station, since, reason, confirm].map(str::to_owned);
        let [station, since, reason, confirm] = all;
        DeedForm { station, since, reason, confirm }
    }

    #[test]
    fn nothing_is_done_without_the_confirmation_or_with_a_wrong_field() {
        let pond: StationId = "pond-1".parse().unwrap();
        assert_eq!(asked("pin", form("pond-1", "", "", "1")), Some(Ok(GatewayDeedKind::Pin(pond))));
        assert_eq!(asked("reinstate", form("", "", "", "1")), Some(Ok(GatewayDeedKind::Reinstate)));
        assert_eq!(asked("delete", form("", "", "", "1")), None);
        let long = "x".repeat(REASON_MAX + 1);
        for (deed, form, says) in [
            ("pin", form("pond-1", "", "", ""), "not ticked"),
            ("reinstate", form("", "", "", ""), "not ticked"),
            ("release", form("POND 1", "", "", "1"), "POND 1 is no station"),
            ("revoke", form("", "yesterday", "r", "1"), "yesterday is no time"),
            ("revoke", form("", "2026-11-02T09:01", "r", "1"), "still to come"),
            ("revoke", form("", "2026-11-02T08:30", " ", "1"), "a reason is needed"),
            ("revoke", form("", "2026-11-02T08:30", &long, "1"), "at most 300"),
            ("revoke", form("", "2026-11-02T08:30", "a\u{202e}b", "1"), "cannot be seen"),
            ("revoke", form("", "2026-11-02T08:30", "a\r\nb", "1"), "cannot be seen"),
        ] {
            let said = asked(deed, form).unwrap().unwrap_err();
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn a_time_is_that_of_the_township_and_the_record_names_what_was_done() {
        let Some(Ok(kind)) = asked("revoke", form("", "2026-11-02T08:30", " stolen ", "1")) else {
            panic!("it is read")
        };
        let by = "office".to_owned();
        let deed = GatewayDeed { gateway: "gw-1".parse().unwrap(), kind, by };
        assert_eq!(
            record(&deed),
            (Deed::GatewayRevoked, "gw-1 2026-11-02T00:30:00Z: stolen".to_owned())
        );
    }
}
