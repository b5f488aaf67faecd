//! `hanqing report`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::period_args::PeriodArgs;
use crate::cli::config_args::ConfigArgs;
use crate::cli::table::{Table, left};
use crate::cli::usage::bail_usage;
use crate::hub::{self, HubSettings};
use crate::locales::{Lang, moment, report as words};
use crate::report::{self, Frozen, Issue, fill};
use crate::support::{Clock, files};

/// The arguments of `hanqing report`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    period: Option<PeriodArgs>,
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    #[arg(long, value_name = "DOCX")]
    fill: Option<PathBuf>,
    #[command(flatten)]
    documents: DocumentArgs,
    #[arg(long)]
    check_template: bool,
}

/// How the documents are written.
#[derive(Args)]
struct DocumentArgs {
    #[arg(long = "document-lang", value_name = "LANG", default_value = "zh")]
    #[arg(value_parser = PossibleValuesParser::new(Lang::ALL.map(Lang::code)).map(lang))]
    lang: Lang,
}

/// The language of a code that clap has accepted.
fn lang(code: String) -> Lang {
    Lang::of(&code).unwrap_or(Lang::Chinese)
}

#[derive(Subcommand)]
enum Command {
    Issue {
        #[command(flatten)]
        period: PeriodArgs,
        #[arg(long, value_name = "NAME")]
        by: String,
        #[arg(long)]
        despite_findings: bool,
        #[command(flatten)]
        documents: DocumentArgs,
    },
    List {
        #[command(flatten)]
        config: ConfigArgs,
    },
    Diff {
        #[command(flatten)]
        config: ConfigArgs,
        number: String,
    },
    Reprint {
        #[command(flatten)]
        config: ConfigArgs,
        number: String,
        #[arg(long, value_name = "DIR", default_value = "out")]
        out: PathBuf,
    },
}

/// Runs the subcommand, or writes the report if there is none.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match (&arguments.command, &arguments.period) {
        (None, Some(period)) => write(period, arguments),
        (None, None) => bail_usage!(words::no_configuration()),
        (Some(Command::Issue { period, by, despite_findings, documents }), _) => {
            issue(period, by, *despite_findings, documents.lang)
        }
        (Some(Command::List { config }), _) => list(config),
        (Some(Command::Diff { config, number }), _) => diff(config, number),
        (Some(Command::Reprint { config, number, out }), _) => reprint(config, number, out),
    }
}

fn write(period: &PeriodArgs, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (settings, township, period) = period.load()?;
    if arguments.check_template {
        return Ok(check_template(&settings));
    }
    // Read before the figures are computed, so that a bad file is reported at once.
    let office = arguments.fill.as_deref().map(read_office).transpose()?;
    let now = Clock::system().now();
    let lang = arguments.documents.lang;
    let report = hub::report(&settings, &township, period, now, lang, &arguments.out)?;
    say!("{}", report.documents.markdown_in(Lang::current()));
    for file in &report.files {
        say!("{}", file.display());
    }
    if let (Some(path), Some(office)) = (&arguments.fill, office) {
        let filled = fill::fill(&office, &report.documents.passages);
        let filled = filled.with_context(|| path.display().to_string())?;
        return write_filled(path, &filled, &arguments.out);
    }
    Ok(ExitCode::SUCCESS)
}

fn read_office(path: &Path) -> anyhow::Result<Vec<u8>> {
    let failed = || words::cannot_read(path);
    let size = std::fs::metadata(path).with_context(failed)?.len();
    if size > fill::FILE_MAX as u64 {
        return Err(anyhow::Error::msg(words::larger_than(path, fill::FILE_MAX)));
    }
    std::fs::read(path).with_context(failed)
}

/// Writes the filled copy and lists the changes. A placeholder that stays unfilled is a failure, because the file is
/// not ready.
fn write_filled(office: &Path, filled: &fill::Filled, out: &Path) -> anyhow::Result<ExitCode> {
    let name = office.file_name().with_context(words::fill_without_name)?;
    let target = out.join(name);
    // The office's file has a canonical path, since it was read; the target may not exist yet.
    let (from, to) = (office.canonicalize().ok(), target.canonicalize().ok());
    if from.is_some() && from == to {
        return Err(anyhow::Error::msg(words::would_overwrite(office)));
    }
    files::replace(&target, &filled.docx).with_context(|| words::cannot_write(&target))?;
    say!("{}", target.display());
    for replaced in &filled.replaced {
        say!("{}", words::filled_place(&replaced.part, &replaced.name));
        if replaced.how == fill::How::Passage {
            say!("{}", words::filled_before(&replaced.before));
        }
    }
    if filled.replaced.is_empty() {
        complain!("{}", words::nothing_to_fill(office));
    }
    for left in &filled.left {
        complain!("{}", words::left_place(office, &left.name, &left.part, &left.why));
    }
    let complete = filled.left.is_empty() && !filled.replaced.is_empty();
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check_template(settings: &HubSettings) -> ExitCode {
    let problems = report::check_templates(settings.report_templates.as_deref());
    for problem in &problems {
        complain!("{problem}");
    }
    say!("{}", words::problems(problems.len()));
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn issue(
    period: &PeriodArgs,
    by: &str,
    despite_findings: bool,
    lang: Lang,
) -> anyhow::Result<ExitCode> {
    let (settings, township, period) = period.load()?;
    if by.trim().is_empty() {
        return Err(anyhow::Error::msg(words::by_empty()));
    }
    let now = Clock::system().now();
    let statement = hub::statement(&settings, &township, period, now)?;
    let open: Vec<_> = statement.findings.open().collect();
    for finding in &open {
        let (severity, sentence) = (finding.severity.name(), finding.sentence());
        complain!("{}", words::open_finding(severity, sentence, &finding.look));
    }
    if !open.is_empty() && !despite_findings {
        return Err(anyhow::Error::msg(words::open_findings(open.len())));
    }
    let templates = settings.report_templates.as_deref();
    let documents = report::render(templates, &township, &statement, now, lang)?;
    let issued = report::issue(&settings.issued, &documents, &statement, by.trim(), now)?;
    say!("{}", words::issued(&issued.number, &issued.digest));
    say!("{}", words::frozen_in(settings.issued.join(&issued.number).as_path()));
    Ok(ExitCode::SUCCESS)
}

fn list(config: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let (settings, township) = config.load_hub()?;
    let issues = report::issued(&settings.issued)?;
    if issues.is_empty() {
        complain!("{}", words::none_issued(&settings.issued));
        return Ok(ExitCode::SUCCESS);
    }
    let calendar = hub::calendar(&township)?;
    show!("{}", table(&issues, Clock::system().now(), calendar.zone()));
    Ok(ExitCode::SUCCESS)
}

fn table(issues: &[Issue], now: Timestamp, zone: &TimeZone) -> Table {
    let mut table = Table::new([
        left(words::head_number()),
        left(words::head_from()),
        left(words::head_to()),
        left(words::head_issued_at()),
        left(words::head_issued_by()),
        left(words::head_digest()),
    ]);
    for issue in issues {
        table.row([
            issue.number.clone(),
            issue.period.from.to_string(),
            issue.period.to.to_string(),
            moment(issue.issued_at, now, zone).into(),
            issue.issued_by.clone(),
            issue.digest.clone(),
        ]);
    }
    table
}

fn diff(config: &ConfigArgs, number: &str) -> anyhow::Result<ExitCode> {
    let (settings, township) = config.load_hub()?;
    let frozen = report::read(&settings.issued, number)?;
    let now = Clock::system().now();
    let statement = hub::statement(&settings, &township, Some(frozen.issue.period), now)?;
    let changes = report::changes(&frozen, &statement)?;
    for change in &changes {
        let (name, issued, now) = (&change.name, &change.issued, &change.now);
        say!("{}", words::changed_figure(name, &change.figure, issued, now));
        for [from, then, now] in &change.inputs {
            say!("  {}", words::changed_input(from, then, now));
        }
    }
    if changes.is_empty() {
        say!("{}", words::unchanged(number));
    }
    Ok(ExitCode::SUCCESS)
}

fn reprint(config: &ConfigArgs, number: &str, out: &Path) -> anyhow::Result<ExitCode> {
    let (settings, _) = config.load_hub()?;
    let Frozen { issue, documents } = report::read(&settings.issued, number)?;
    std::fs::create_dir_all(out).with_context(|| words::uncreatable(out))?;
    for (name, bytes) in &documents {
        let path = out.join(name);
        files::replace(&path, bytes).with_context(|| words::cannot_write(&path))?;
        say!("{}", path.display());
    }
    say!("{}", words::reprinted(&issue.number, &issue.digest));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cli::table::Layout;
    use crate::core::Period;
    use crate::locales::within;

    #[test]
    fn issued_reports_are_listed_in_both_languages_at_local_time() {
        let issue = Issue {
            number: "2022-001".into(),
            period: Period { from: date(2022, 8, 1), to: date(2022, 11, 15) },
            issued_at: "2022-11-29T00:00:07Z".parse().unwrap(),
            issued_by: "刘某".into(),
            code_version: String::new(),
            files: Vec::new(),
            digest: "3f9a".into(),
        };
        let now = "2022-12-01T00:00:00Z".parse().unwrap();
        let (issues, zone) = ([issue], TimeZone::fixed(jiff::tz::offset(8)));
        let shown = Lang::ALL
            .map(|lang| within(lang, || table(&issues, now, &zone).laid_out(Layout::Plain)));
        assert_eq!(
            shown,
            [
                "编号\t起\t止\t签发时间\t签发人\t摘要值\n\
                 2022-001\t2022-08-01\t2022-11-15\t11月29日 08:00\t刘某\t3f9a\n",
                "number\tfrom\tto\tissued\tby\tdigest\n\
                 2022-001\t2022-08-01\t2022-11-15\t29 Nov 08:00\t刘某\t3f9a\n",
            ]
        );
    }
}
