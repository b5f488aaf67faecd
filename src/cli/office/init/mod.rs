//! `hanqing init hub`

mod answers;
mod ask;
mod given;
mod hub_file;
mod township_file;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use self::answers::Answers;
use self::given::{Field, Stations};
use crate::cli::check;
use crate::cli::init::dialogue::{Dialogue, as_typed, is_at_terminal, said};
use crate::cli::init::place;
use crate::cli::usage::{ConfigurationProblems, EXIT_USAGE, bail_usage};
use crate::config;
use crate::locales::{Text, setup as words, setup_hub as own};
use crate::support::files;

/// Where the package of an office keeps the configuration.
const CONFIG: &str = "/etc/hanqing/hub.toml";

/// Where the service of that package keeps readings and ledger.
const DATA: &str = "/var/lib/hanqing";

/// The service of that package.
const SERVICE: &str = "hanqing-hub";

/// The arguments of `hanqing init hub`.
#[derive(Args)]
pub struct Office {
    #[arg(short, long, value_name = "FILE", default_value = CONFIG)]
    out: PathBuf,
    #[arg(long, value_name = "NAME")]
    township: Option<String>,
    #[arg(long, value_name = "[ID=]NAME,PERSONS,GROUPS,MU")]
    village: Vec<String>,
    #[command(flatten)]
    stations: Stations,
    #[arg(long, value_name = "ID=NAME")]
    admin: Option<String>,
    #[arg(long, value_name = "URL")]
    broker: Option<String>,
    #[arg(long, requires = "broker")]
    allow_plaintext: bool,
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: String,
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[arg(long)]
    yes: bool,
    #[arg(long)]
    force: bool,
}

impl Office {
    fn answers(&self) -> Answers {
        let installed = self.out == Path::new(CONFIG);
        Answers {
            out: self.out.clone(),
            township: self.township.clone(),
            villages: self.village.clone(),
            stations: self.stations.0.clone(),
            admin: self.admin.clone(),
            broker: self.broker.clone(),
            allow_plaintext: self.allow_plaintext,
            listen: self.listen.clone(),
            data: self.data.clone().or_else(|| installed.then(|| DATA.into())),
        }
    }
}

/// Writes the configuration of an office, and its township's file beside it.
///
/// # Errors
/// One of them would not pass the check, nobody answers, or one cannot be written.
pub fn run(office: &Office) -> anyhow::Result<ExitCode> {
    let mut answers = office.answers();
    let files = [answers.out.clone(), answers.township_file()];
    for file in &files {
        if !office.force && std::fs::symlink_metadata(file).is_ok() {
            bail_usage!(own::not_both_files_are_there(file));
        }
    }
    let asks = is_at_terminal() && !office.yes;
    if !accepted(&answers, asks) {
        return Ok(ExitCode::from(EXIT_USAGE));
    }
    if asks {
        let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout());
        let mut dialogue = Dialogue { input: &mut input, output: &mut output };
        ask::ask(&mut dialogue, &mut answers)?;
        let texts = checked(&answers)?;
        for (file, text) in files.iter().zip(&texts).rev() {
            if !dialogue.confirm(file, text)? {
                say!("{}", words::nothing_written());
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    let texts = checked(&answers)?;
    // The hub's file is the last one: without it nothing uses the other.
    for (file, text) in files.iter().zip(&texts).rev() {
        place::write_and_say(file, text, office.force)?;
    }
    place::make_folder_of(&files::folder_of(&answers.out).join(answers.store()))?;
    let [hub, township] = &files;
    let code = check::run(&check::Arguments::of(&[hub, township]))?;
    say!("");
    what_follows(&answers);
    Ok(code)
}

/// Whether what the options give is right, and everything is given unless somebody can be asked. Else names all of it.
fn accepted(answers: &Answers, asks: bool) -> bool {
    let mut accepted = true;
    for (field, problem) in answers.problems() {
        let line = match field {
            Some(field) => {
                let value = as_typed(&problem.value);
                words::option_is_wrong(field.option(), value, said(&problem)).to_string()
            }
            None => problem.to_string(),
        };
        complain!("{line}");
        accepted = false;
    }
    let missing = answers.missing();
    if !asks && !missing.is_empty() {
        let options = Text::list(missing.into_iter().map(Field::option));
        complain!("{}", words::options_missing(options));
        accepted = false;
    }
    accepted
}

/// The texts of the hub's and the township's file. Refused where they would not pass the check in their places, with
/// the parts in conf.d and with the environment.
fn checked(answers: &Answers) -> anyhow::Result<[String; 2]> {
    let texts = [hub_file::text(answers), township_file::text(answers)];
    let [hub, township] = &texts;
    let mut problems = config::check_hub_draft(&answers.out, hub, false);
    problems.extend(config::check_township_draft(&answers.township_file(), township));
    if problems.is_empty() {
        return Ok(texts);
    }
    complain!("{}", words::would_not_pass(&answers.out));
    Err(ConfigurationProblems(problems).into())
}

/// Prints the commands that come next.
fn what_follows(answers: &Answers) {
    let left_out: Vec<&str> = answers.left_out().collect();
    if !left_out.is_empty() {
        say!("{}", own::left_out(Text::list(left_out)));
    }
    let url = hub_file::broker_url(answers);
    match answers.broker {
        Some(_) => {}
        None if hub_file::HAS_BROKER => say!("{}", own::broker_is_here()),
        None => say!("{}", own::broker_is_needed(&url)),
    }
    say!("{}", words::next());
    let is_service = answers.out == Path::new(CONFIG) && Path::new("/run/systemd/system").exists();
    let name = answers.administrator().map(|(_, name)| name).unwrap_or_default();
    match is_service {
        true => {
            say!("  systemctl enable --now {SERVICE}");
            say!("{}", own::prints_link(name));
            say!("{}", own::link_in_journal());
        }
        false => {
            say!("  hanqing hub -c {}", answers.out.display());
            say!("{}", own::prints_link(name));
        }
    }
    say!("{}", own::edge_follows());
    let station = answers.stations.iter().find_map(|station| station.id.as_deref());
    let station = station.map(|id| format!(" --station {id}")).unwrap_or_default();
    let plain = if answers.allow_plaintext { " --allow-plaintext" } else { "" };
    say!("{}", own::edge_command(url, plain, station));
}

#[cfg(test)]
mod tests;
