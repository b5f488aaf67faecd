//! `hanqing user list`

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Office;
use crate::cli::table::{Table, left, right};
use crate::locales::{Lang, Text, for_programs, moment, office as words};
use crate::users::AccountState;

pub(super) fn list(office: &Office, json: bool) -> anyhow::Result<()> {
    let states = office.file.states(&office.accounts, office.now)?;
    if json {
        for state in &states {
            say!("{}", for_programs(Lang::English, || serde_json::to_string(state))?);
        }
        return Ok(());
    }
    if states.is_empty() {
        say!("{}", words::nobody_signs_in());
        return Ok(());
    }
    show!("{}", table(&states, office.now, office.calendar.zone()));
    Ok(())
}

pub(super) fn table(states: &[AccountState], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        left(words::head_id()),
        left(words::head_person()),
        left(words::head_role()),
        left(words::head_password()),
        right(words::head_sessions()),
        left(words::head_last_seen()),
        left(words::head_remark()),
    ]);
    let time = |at: Timestamp| moment(at, now, zone);
    for state in states {
        let password = if state.has_password { words::is_set() } else { words::not_set() };
        let remark = state.locked_until.map(|until| words::waits_until(time(until)));
        let link = state.link_until.map(|until| words::link_until(time(until)));
        let remarks = [remark, link].into_iter().flatten();
        table.row([
            state.account.id.clone(),
            state.account.name.clone(),
            state.account.role.name().into(),
            password.into(),
            state.sessions.to_string(),
            state.last_seen.map_or_else(|| "—".into(), |at| time(at).into()),
            Text::clauses(remarks).into(),
        ]);
    }
    table
}
