//! `hanqing report`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};

use super::period_args::PeriodArgs;
use crate::cli::config_args::ConfigArgs;
use crate::cli::usage::bail_usage;
use crate::hub::{self, HubSettings};
use crate::report::{self, Frozen, fill};
use crate::support::{Clock, files};

/// Write the drought-relief section of a period as Word, Excel, HTML, Markdown, English and JSON.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    period: Option<PeriodArgs>,
    /// Directory for the documents
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// The office's own Word file. A copy in --out gets its placeholders such as {{electricity_used}}, its content
    /// controls of such names and its passages 抗旱救灾方面 and 安全饮水方面 filled; everything else stays
    #[arg(long, value_name = "DOCX")]
    fill: Option<PathBuf>,
    /// Only check the templates: unknown figures, fixed numbers, doubled hedges, sentences that break without data
    #[arg(long)]
    check_template: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Freeze the report under the next number, with a digest
    Issue {
        #[command(flatten)]
        period: PeriodArgs,
        /// Person who is responsible for the report
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Issue it even though there are findings that nobody has accepted
        #[arg(long)]
        despite_findings: bool,
    },
    /// List the issued reports
    List {
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Show what has changed since a report was issued
    Diff {
        #[command(flatten)]
        config: ConfigArgs,
        /// Its number, such as 2022-001
        number: String,
    },
    /// Write the documents of an issued report again, byte for byte
    Reprint {
        #[command(flatten)]
        config: ConfigArgs,
        /// Its number, such as 2022-001
        number: String,
        /// Directory for the documents
        #[arg(long, value_name = "DIR", default_value = "out")]
        out: PathBuf,
    },
}

/// Runs the subcommand, or writes the report if there is none.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match (&arguments.command, &arguments.period) {
        (None, Some(period)) => write(period, arguments),
        (None, None) => {
            bail_usage!("give the hub's configuration: hanqing report -c hub.toml; see --help")
        }
        (Some(Command::Issue { period, by, despite_findings }), _) => {
            issue(period, by, *despite_findings)
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
    let report = hub::report(&settings, &township, period, now, &arguments.out)?;
    say!("{}", report.documents.markdown);
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
    let failed = || format!("cannot read {}", path.display());
    let size = std::fs::metadata(path).with_context(failed)?.len();
    if size > fill::FILE_MAX as u64 {
        anyhow::bail!("{} is larger than {} bytes", path.display(), fill::FILE_MAX);
    }
    std::fs::read(path).with_context(failed)
}

/// Writes the filled copy and lists the changes. A placeholder that stays unfilled is a failure, because the file is
/// not ready.
fn write_filled(office: &Path, filled: &fill::Filled, out: &Path) -> anyhow::Result<ExitCode> {
    let name = office.file_name().context("--fill does not name a file")?;
    let target = out.join(name);
    // The office's file has a canonical path, since it was read; the target may not exist yet.
    let (from, to) = (office.canonicalize().ok(), target.canonicalize().ok());
    if from.is_some() && from == to {
        anyhow::bail!("{} would be overwritten: give another --out", office.display());
    }
    files::replace(&target, &filled.docx)
        .with_context(|| format!("cannot write {}", target.display()))?;
    say!("{}", target.display());
    for replaced in &filled.replaced {
        say!("  {}: {}", replaced.part, replaced.name);
        if replaced.how == fill::How::Passage {
            say!("    原文：{}", replaced.before);
        }
    }
    if filled.replaced.is_empty() {
        eprintln!(
            "{}: nothing to fill: it has no placeholder such as {{{{electricity_used}}}} and no passage 抗旱救灾方面，",
            office.display()
        );
    }
    for left in &filled.left {
        eprintln!("{}: {{{{{}}}}} in {}: {}", office.display(), left.name, left.part, left.why);
    }
    let complete = filled.left.is_empty() && !filled.replaced.is_empty();
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check_template(settings: &HubSettings) -> ExitCode {
    let problems = report::check_templates(settings.report_templates.as_deref());
    for problem in &problems {
        eprintln!("{problem}");
    }
    say!("{} problems", problems.len());
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn issue(period: &PeriodArgs, by: &str, despite_findings: bool) -> anyhow::Result<ExitCode> {
    let (settings, township, period) = period.load()?;
    if by.trim().is_empty() {
        anyhow::bail!(
            "--by is empty; give the name of the person who is responsible for the report"
        );
    }
    let now = Clock::system().now();
    let statement = hub::statement(&settings, &township, period, now)?;
    let open: Vec<_> = statement.findings.open().collect();
    for finding in &open {
        eprintln!("{}: {}；{}", finding.severity.name_zh(), finding.sentence(), finding.look);
    }
    if !open.is_empty() && !despite_findings {
        anyhow::bail!(
            "{} findings are open: correct the ledger, accept them with a reason (hanqing ledger accept), or give \
             --despite-findings",
            open.len()
        );
    }
    let templates = settings.report_templates.as_deref();
    let documents = report::render(templates, &township, &statement, now)?;
    let issued = report::issue(&settings.issued, &documents, &statement, by.trim(), now)?;
    say!("{} {}", issued.number, issued.digest);
    say!("{}", settings.issued.join(&issued.number).display());
    Ok(ExitCode::SUCCESS)
}

fn list(config: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let (settings, _) = config.load_hub()?;
    for issue in report::issued(&settings.issued)? {
        let (from, to) = (issue.period.from, issue.period.to);
        let at = issue.issued_at.strftime("%Y-%m-%dT%H:%MZ");
        say!("{}  {from} 至 {to}  {at} {}  {}", issue.number, issue.issued_by, issue.digest);
    }
    Ok(ExitCode::SUCCESS)
}

fn diff(config: &ConfigArgs, number: &str) -> anyhow::Result<ExitCode> {
    let (settings, township) = config.load_hub()?;
    let frozen = report::read(&settings.issued, number)?;
    let now = Clock::system().now();
    let statement = hub::statement(&settings, &township, Some(frozen.issue.period), now)?;
    let changes = report::changes(&frozen, &statement)?;
    for change in &changes {
        say!("{}（{}）：{} → {}", change.name_zh, change.figure, change.issued, change.now);
        for [from, then, now] in &change.inputs {
            say!("  {from}：{then} → {now}");
        }
    }
    if changes.is_empty() {
        say!("{number}: 与签发时一致");
    }
    Ok(ExitCode::SUCCESS)
}

fn reprint(config: &ConfigArgs, number: &str, out: &Path) -> anyhow::Result<ExitCode> {
    let (settings, _) = config.load_hub()?;
    let Frozen { issue, documents } = report::read(&settings.issued, number)?;
    std::fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    for (name, bytes) in &documents {
        let path = out.join(name);
        files::replace(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        say!("{}", path.display());
    }
    say!("{} {}", issue.number, issue.digest);
    Ok(ExitCode::SUCCESS)
}
