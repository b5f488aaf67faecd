//! `hanqing token`: tokens with which other programs read what the office has.
//!
//! Works beside a running hub, which sees within a second what was done.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::cli::config_args::OfficeConfig;
use crate::cli::table::{Table, left};
use crate::cli::usage::bail_usage;
use crate::core::{Calendar, nearest};
use crate::hub::{self, HubSettings};
use crate::locales::{Argument, Text, moment, office, tokens as words};
use crate::support::Clock;
use crate::users::{CONSOLE, MadeToken, RevokedToken, Scope, TOKEN_NAME_MAX, TokenRow, UsersFile};

/// How long a token lasts where nobody says otherwise: a year, after which somebody has to want it still.
const LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);

/// The arguments of `hanqing token`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: OfficeConfig,
}

#[derive(Subcommand)]
enum Command {
    Make {
        name: String,
        #[arg(long, value_enum, value_name = "SCOPE")]
        scope: ScopeArgument,
        #[arg(long, value_name = "DAY")]
        until: Option<Date>,
    },
    List {
        #[arg(long)]
        json: bool,
    },
    Revoke {
        name: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum ScopeArgument {
    Read,
    Report,
    Operate,
}

/// Runs the subcommand.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.file.load_hub()?;
    let path: PathBuf = settings.users_file();
    if !path.try_exists().unwrap_or(true) {
        return Err(anyhow::Error::msg(office::no_users_file(&path)));
    }
    let (mut file, calendar) = (UsersFile::open(&path)?, hub::calendar(&township)?);
    let now = Clock::system().now();
    match &arguments.command {
        Command::Make { name, scope, until } => {
            let scope = match scope {
                ScopeArgument::Read => Scope::Read,
                ScopeArgument::Report => Scope::Report,
                ScopeArgument::Operate => Scope::Operate,
            };
            if let Some(rule) = refusal(name) {
                bail_usage!(rule);
            }
            let until = end(*until, now, &calendar);
            if until <= now {
                bail_usage!(words::ends_before_today());
            }
            make(&mut file, &settings, (name, scope), until, now, calendar.zone())?;
        }
        Command::List { json: true } => {
            for row in file.tokens()? {
                say!("{}", serde_json::to_string(&row)?);
            }
        }
        Command::List { json: false } => match &file.tokens()?[..] {
            [] => say!("{}", words::no_tokens()),
            rows => show!("{}", table(rows, now, calendar.zone())),
        },
        Command::Revoke { name } => revoke(&mut file, name, now, calendar.zone())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is wrong with the name of a token: it stands in a log, in a table and on a command line.
fn refusal(name: &str) -> Option<Text> {
    let plain = |c: char| c.is_alphanumeric() || ['-', '_', '.'].contains(&c);
    let begins = name.chars().next().is_some_and(char::is_alphanumeric);
    let good = begins && name.len() <= TOKEN_NAME_MAX && name.chars().all(plain);
    (!good).then(|| words::name_rule(Argument::of(TOKEN_NAME_MAX)))
}

/// The end of the day `until` in the office's calendar; of none, a year from now. It is kept as whole milliseconds, of
/// which the last ones before [`Timestamp::MAX`] cannot be read back.
fn end(until: Option<Date>, now: Timestamp, calendar: &Calendar) -> Timestamp {
    let end = match until {
        Some(day) => day.tomorrow().map_or(Timestamp::MAX, |next| calendar.start_of(next)),
        None => now.checked_add(LIFE).unwrap_or(Timestamp::MAX),
    };
    let latest = Timestamp::from_second(Timestamp::MAX.as_second()).unwrap_or(end);
    end.min(latest)
}

fn make(
    file: &mut UsersFile,
    settings: &HubSettings,
    (name, scope): (&str, Scope),
    until: Timestamp,
    now: Timestamp,
    zone: &TimeZone,
) -> anyhow::Result<()> {
    let secret = match file.make_token((name, scope), until, CONSOLE, now)? {
        MadeToken::Secret(secret) => secret,
        MadeToken::NameTaken => bail_usage!(words::name_taken(name)),
        MadeToken::TooMany(count) => bail_usage!(words::too_many(Argument::of(count))),
    };
    say!("{}", words::made(name, scope.name(), moment(until, now, zone)));
    say!("");
    say!("  {secret}");
    say!("");
    say!("{}", words::shown_once());
    let path = if scope == Scope::Operate { "/metrics" } else { "/api/v1/stations" };
    say!("  curl -H \"Authorization: Bearer hq_…\" {}{path}", settings.web.url());
    Ok(())
}

fn revoke(file: &mut UsersFile, name: &str, now: Timestamp, zone: &TimeZone) -> anyhow::Result<()> {
    match file.revoke_token(name, CONSOLE, now)? {
        RevokedToken::Now => say!("{}", words::revoked(name)),
        RevokedToken::Before(at) => say!("{}", words::revoked_before(name, moment(at, now, zone))),
        RevokedToken::Unknown => {
            let rows = file.tokens()?;
            let near = nearest(name, rows.iter().map(|row| row.name.as_str()));
            let hint = near.map_or_else(words::see_list, office::did_you_mean_name);
            return Err(anyhow::Error::msg(words::no_such_token(name, hint)));
        }
    }
    Ok(())
}

fn table(rows: &[TokenRow], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        left(words::head_name()),
        left(words::head_scope()),
        left(words::head_made()),
        left(words::head_until()),
        left(words::head_used()),
        left(words::head_state()),
    ]);
    let time = |at: Timestamp| String::from(moment(at, now, zone));
    for row in rows {
        let state = match row.revoked_at {
            Some(at) => words::state_revoked(moment(at, now, zone)),
            None if row.is_open(now) => words::state_open(),
            None => words::state_ended(),
        };
        table.row([
            row.name.clone(),
            row.scope.id().to_owned(),
            time(row.made_at),
            time(row.until),
            row.used_at.map_or_else(|| "—".into(), time),
            state.into(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::table::Layout;
    use crate::locales::{Lang, within};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_short_and_plain() {
        for good in ["county", "县平台-1", "a.b_c", &"a".repeat(60)] {
            assert_eq!(refusal(good), None, "{good}");
        }
        for bad in ["", "-x", "a b", "a\u{202e}b", "=cmd", "a/b", &"a".repeat(61)] {
            assert!(refusal(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn a_day_is_over_when_the_next_begins_there() {
        let calendar = Calendar::new(TimeZone::fixed(jiff::tz::offset(8)), 0);
        let now = at("2026-11-29T04:00:00Z");
        let day = jiff::civil::date(2026, 12, 31);
        assert_eq!(end(Some(day), now, &calendar), at("2026-12-31T16:00:00Z"));
        assert_eq!(end(None, now, &calendar), at("2027-11-29T04:00:00Z"));
        // The last day that there is: the token holds until then, as it is read back.
        let last = end(Some(Date::MAX), now, &calendar);
        assert_eq!(last, at("9999-12-30T22:00:00Z"));
        assert_eq!(Timestamp::from_millisecond(last.as_millisecond()).unwrap(), last);
    }

    #[test]
    fn tokens_are_listed_in_both_languages() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let row = TokenRow {
            name: "county".into(),
            scope: Scope::Read,
            made_by: CONSOLE.into(),
            made_at: at("2026-11-29T04:00:00Z"),
            until: at("2026-12-31T16:00:00Z"),
            used_at: None,
            revoked_at: None,
        };
        let shown = Lang::ALL.map(|lang| {
            within(lang, || {
                table(std::slice::from_ref(&row), row.made_at, &zone).laid_out(Layout::Plain)
            })
        });
        assert!(shown[0].contains("county\tread\t11月29日 12:00\t"), "{}", shown[0]);
        assert!(shown[1].ends_with("\t—\tin force\n"), "{}", shown[1]);
    }
}
