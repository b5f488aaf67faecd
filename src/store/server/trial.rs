//! What a person is told of a server before a hub uses it.

use jiff::Timestamp;

use super::check::{CheckError, check, may_write};
use super::http::Http;
use super::settings::ServerSettings;
use super::unsynced;
use crate::locales::{Text, store as words};
use crate::store::StoreError;

/// Reads the files that the settings name, without a connection.
///
/// # Errors
/// One cannot be read, or does not hold what it should.
pub fn read_files(settings: &ServerSettings) -> Result<(), StoreError> {
    Http::new(settings).map(drop)
}

/// Connects to a server and finds out whether a hub can use it; says what it can be used for, and when its certificate
/// ends. Nothing is written.
///
/// # Errors
/// It cannot be used, or does not answer.
pub fn try_server(settings: &ServerSettings) -> Result<(Text, Option<Timestamp>), StoreError> {
    let failed = |error| match error {
        CheckError::Unusable(error) | CheckError::Unreachable(error) => error,
    };
    let http = Http::new(settings)?;
    let found = check(settings, &http).map_err(failed)?;
    may_write(settings, &http).map_err(failed)?;
    let url = &settings.url;
    let can = if found.may_read { words::takes_and_shows(url) } else { words::takes_only(url) };
    let can = match found.flush {
        Some(flush) => words::acknowledged_after(can, unsynced::wait(flush).as_secs()),
        None => can,
    };
    Ok((can, http.shown.ends()))
}
