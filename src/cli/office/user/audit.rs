//! `hanqing user audit`

use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Office;
use crate::cli::table::{Table, left, right};
use crate::locales::{Text, moment_with_seconds, office as words};
use crate::users::AuditRow;

/// Prints the newest rows, the newest last.
pub(super) fn list(office: &Office, last: usize) -> anyhow::Result<()> {
    let mut rows = office.file.audit(None, last)?;
    rows.reverse();
    if rows.is_empty() {
        say!("{}", words::nothing_recorded());
        return Ok(());
    }
    show!("{}", table(&rows, office.now, office.calendar.zone()));
    if rows.iter().any(|row| !row.sound) {
        complain!("{}", words::verify_it());
    }
    Ok(())
}

/// Checks the whole record.
pub(super) fn verify(office: &Office) -> anyhow::Result<ExitCode> {
    let chain = office.file.verify()?;
    match chain.broken {
        Some(row) => {
            complain!("{}", words::record_broken(&office.settings.users_file(), row));
            return Ok(ExitCode::FAILURE);
        }
        None if chain.rows == 0 => say!("{}", words::nothing_recorded()),
        None => say!("{}", words::record_sound(chain.rows, chain.last)),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn table(rows: &[AuditRow], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        right(words::head_row()),
        left(words::head_time()),
        left(words::head_person()),
        left(words::head_deed()),
        left(words::head_detail()),
        left(words::head_from_address()),
        left(words::head_remark()),
    ]);
    for row in rows {
        let remark = if row.sound { Text::default() } else { words::row_changed() };
        table.row([
            row.id.to_string(),
            moment_with_seconds(row.at, now, zone).into(),
            row.by_in_words().into(),
            row.deed.name().into(),
            row.detail_in_words().into(),
            row.from.clone().unwrap_or_default(),
            remark.into(),
        ]);
    }
    table
}
