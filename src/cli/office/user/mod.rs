//! `hanqing user`: who may sign in to the office's page.
//!
//! Works beside a running hub, which sees within a second what was done. It asks for no password: whoever may write to
//! the users' file may do all this anyway.

mod audit;
mod list;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::cli::config_args::OfficeConfig;
use crate::cli::values::within;
use crate::core::{Calendar, nearest};
use crate::hub::{self, HubSettings};
use crate::ledger::PersonError;
use crate::locales::{Text, moment, office as words};
use crate::support::Clock;
use crate::users::{Account, CONSOLE, UsersFile};

/// The arguments of `hanqing user`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: OfficeConfig,
}

#[derive(Subcommand)]
enum Command {
    List {
        #[arg(long)]
        json: bool,
    },
    Link {
        person: String,
    },
    Reset {
        person: String,
    },
    Audit {
        #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = within::<usize>(1..))]
        last: usize,
        #[arg(long)]
        verify: bool,
    },
}

/// The users' file and the persons of the configuration.
struct Office {
    settings: HubSettings,
    accounts: Vec<Account>,
    calendar: Calendar,
    file: UsersFile,
    now: Timestamp,
}

/// Runs the subcommand.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township) = arguments.config.file.load_hub()?;
    let path = &settings.users_file();
    // A command does not make it: whoever gave a wrong path would be told that all is well. One that cannot be looked
    // at is told of by whoever opens it.
    if !path.try_exists().unwrap_or(true) {
        return Err(anyhow::Error::msg(words::no_users_file(path)));
    }
    let (file, calendar) = (UsersFile::open(path)?, hub::calendar(&township)?);
    let accounts = settings.accounts();
    let mut office = Office { settings, accounts, calendar, file, now: Clock::system().now() };
    match &arguments.command {
        Command::List { json } => list::list(&office, *json)?,
        Command::Link { person } => office.link(person)?,
        Command::Reset { person } => office.reset(person)?,
        Command::Audit { verify: true, .. } => return audit::verify(&office),
        Command::Audit { last, .. } => audit::list(&office, *last)?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Office {
    /// Whom `text` means of those who may sign in.
    fn account(&self, text: &str) -> anyhow::Result<Account> {
        match self.settings.persons.find(text) {
            Ok(person) => {
                let found = self.accounts.iter().find(|account| account.id == person.id);
                let none = || anyhow::Error::msg(words::no_role(person.full_name(), &person.id));
                found.cloned().ok_or_else(none)
            }
            Err(PersonError::Several { ids, .. }) => {
                Err(anyhow::Error::msg(words::several_persons(text, Text::list(ids))))
            }
            Err(_) => Err(anyhow::Error::msg(words::no_such_person(text, self.hint(text)))),
        }
    }

    /// Who may have been meant, or all who may sign in.
    fn hint(&self, text: &str) -> Text {
        let ids = self.accounts.iter().map(|account| account.id.as_str());
        let names = self.accounts.iter().map(|account| account.name.as_str());
        match nearest(text, ids.clone().chain(names)) {
            Some(near) => words::did_you_mean_name(near),
            None if self.accounts.is_empty() => words::give_roles(),
            None => words::these_sign_in(Text::list(ids)),
        }
    }

    fn link(&mut self, person: &str) -> anyhow::Result<()> {
        let account = self.account(person)?;
        self.print_link(&account)
    }

    fn print_link(&mut self, account: &Account) -> anyhow::Result<()> {
        let secret = self.file.make_link(&account.id, CONSOLE, self.now)?;
        let states = self.file.states(std::slice::from_ref(account), self.now)?;
        let until = states.first().and_then(|state| state.link_until).unwrap_or(self.now);
        say!("{}", words::link_is(&account.name, moment(until, self.now, self.calendar.zone())));
        say!("  {}/first/{secret}", self.settings.web.url());
        Ok(())
    }

    fn reset(&mut self, person: &str) -> anyhow::Result<()> {
        // Of a person who is no longer listed, or has no role any more, the file may still have a password.
        let account = self.account(person);
        let id = match &account {
            Ok(account) => account.id.clone(),
            Err(_) if self.file.persons()?.contains(person) => person.into(),
            Err(_) => String::new(),
        };
        if !id.is_empty() {
            let done = self.file.reset(&id, CONSOLE, self.now)?;
            say!("{}", words::reset_done(&id, done.sessions));
            if !done.had_password {
                say!("{}", words::had_no_password());
            }
        }
        match account {
            Ok(account) => self.print_link(&account),
            // She cannot sign in, so there is no link for her.
            Err(_) if !id.is_empty() => Ok(()),
            Err(error) => Err(error),
        }
    }
}
