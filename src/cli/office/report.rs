//! `hanqing report`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::load;
use crate::config;
use crate::core::Period;
use crate::hub::{self, HubSettings};
use crate::report::{self, Frozen, fill};
use crate::support::Clock;
use crate::water::Township;

/// Works out the figures of a period and writes the drought-relief section: Word, Excel, HTML, Markdown, English and JSON.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    of: Option<Of>,
    /// Directory for the documents
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// The office's own Word file: placeholders such as {{electricity_used}}, content controls of such names and the passages
    /// 抗旱救灾方面 and 安全饮水方面 are filled in a copy in --out, all else stays
    #[arg(long, value_name = "DOCX")]
    fill: Option<PathBuf>,
    /// Only look through the templates: unknown figures, numbers written into them, second hedges, sentences that break without data
    #[arg(long)]
    check_template: bool,
}

/// Whose report, and of which days.
#[derive(Args, Clone)]
pub(super) struct Of {
    /// The hub's configuration
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// First day; with --to. Without both, the drought event of the ledger
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
}

#[derive(Subcommand)]
enum Command {
    /// Freeze the report under the next number, with a digest
    Issue {
        #[command(flatten)]
        of: Of,
        /// Who answers for it
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Issue it although rules are broken that nobody has accepted
        #[arg(long)]
        despite_findings: bool,
    },
    /// The issued reports
    List {
        /// The hub's configuration
        #[arg(short, long, value_name = "FILE")]
        config: PathBuf,
    },
    /// What has changed since a report was issued
    Diff {
        /// The hub's configuration
        #[arg(short, long, value_name = "FILE")]
        config: PathBuf,
        /// Its number, such as 2022-001
        number: String,
    },
    /// Write the documents of an issued report again, to the last byte
    Reprint {
        /// The hub's configuration
        #[arg(short, long, value_name = "FILE")]
        config: PathBuf,
        /// Its number
        number: String,
        /// Directory for the documents
        #[arg(long, value_name = "DIR", default_value = "out")]
        out: PathBuf,
    },
}

impl Of {
    /// Settings, township and period; `None` where the configuration has problems, which have been named then.
    pub(super) fn load(&self) -> anyhow::Result<Option<(HubSettings, Township, Option<Period>)>> {
        let Some((settings, township)) = load(config::load_hub(&self.config, &[])) else {
            return Ok(None);
        };
        let days = self.from.zip(self.to);
        let period = days.map(|(from, to)| Period { from, to });
        if let Some(period) = period.filter(|p| p.to < p.from) {
            anyhow::bail!("--to {} lies before --from {}", period.to, period.from);
        }
        Ok(Some((settings, township, period)))
    }
}

/// Runs the command.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        None => match &arguments.of {
            Some(of) => write(of, &arguments),
            None => {
                eprintln!(
                    "give the hub's configuration: hanqing report -c hub.toml; --help says more"
                );
                Ok(ExitCode::from(super::CONFIGURATION))
            }
        },
        Some(Command::Issue { of, by, despite_findings }) => issue(&of, &by, despite_findings),
        Some(Command::List { config }) => list(&config),
        Some(Command::Diff { config, number }) => diff(&config, &number),
        Some(Command::Reprint { config, number, out }) => reprint(&config, &number, &out),
    }
}

fn write(of: &Of, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some((settings, township, period)) = of.load()? else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
    if arguments.check_template {
        return check_template(&settings);
    }
    // Read first: a file that cannot be filled is named before the work is done.
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
        return put_filled(path, &filled, &arguments.out);
    }
    Ok(ExitCode::SUCCESS)
}

fn read_office(path: &Path) -> anyhow::Result<Vec<u8>> {
    let long = std::fs::metadata(path).map(|m| m.len() > fill::FILE_MAX as u64);
    if long.with_context(|| format!("cannot read {}", path.display()))? {
        anyhow::bail!("{} has more than {} bytes", path.display(), fill::FILE_MAX);
    }
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes the filled copy and says what was done. A placeholder that nobody fills is a failure: the file is not ready.
fn put_filled(office: &Path, filled: &fill::Filled, out: &Path) -> anyhow::Result<ExitCode> {
    let name = office.file_name().context("--fill names no file")?;
    let target = out.join(name);
    // An office's file that can be read has a canonical path; the target may not be there yet.
    let (from, to) = (office.canonicalize().ok(), target.canonicalize().ok());
    if from.is_some() && from == to {
        anyhow::bail!("{} would be overwritten: give another --out", office.display());
    }
    std::fs::write(&target, &filled.docx)
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
            "{}: nothing to fill: no placeholder such as {{{{electricity_used}}}}, and no passage 抗旱救灾方面，",
            office.display()
        );
    }
    for left in &filled.left {
        eprintln!("{}: {{{{{}}}}} in {}: {}", office.display(), left.name, left.part, left.why);
    }
    Ok(if filled.left.is_empty() && !filled.replaced.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn check_template(settings: &HubSettings) -> anyhow::Result<ExitCode> {
    let problems = report::check_templates(settings.report_templates.as_deref());
    for problem in &problems {
        eprintln!("{problem}");
    }
    say!("{} problems", problems.len());
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn issue(of: &Of, by: &str, despite_findings: bool) -> anyhow::Result<ExitCode> {
    let Some((settings, township, period)) = of.load()? else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
    if by.trim().is_empty() {
        anyhow::bail!("--by names who answers for the report");
    }
    let now = Clock::system().now();
    let statement = hub::statement(&settings, &township, period, now)?;
    let open: Vec<_> = statement.findings.open().collect();
    for finding in &open {
        eprintln!("{}: {}；{}", finding.severity.name_zh(), finding.sentence(), finding.look);
    }
    if !open.is_empty() && !despite_findings {
        anyhow::bail!(
            "{} findings are open: correct the ledger, accept them with a reason (hanqing ledger accept), or give --despite-findings",
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

fn list(config: &Path) -> anyhow::Result<ExitCode> {
    let Some((settings, _)) = load(config::load_hub(config, &[])) else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
    for issue in report::issued(&settings.issued)? {
        let (period, at) = (issue.period, issue.issued_at);
        say!(
            "{}  {} 至 {}  {} {}  {}",
            issue.number,
            period.from,
            period.to,
            at.strftime("%Y-%m-%dT%H:%MZ"),
            issue.issued_by,
            issue.digest
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn diff(config: &Path, number: &str) -> anyhow::Result<ExitCode> {
    let Some((settings, township)) = load(config::load_hub(config, &[])) else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
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

fn reprint(config: &Path, number: &str, out: &Path) -> anyhow::Result<ExitCode> {
    let Some((settings, _)) = load(config::load_hub(config, &[])) else {
        return Ok(ExitCode::from(super::CONFIGURATION));
    };
    let Frozen { issue, documents } = report::read(&settings.issued, number)?;
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    for (name, bytes) in &documents {
        let path = out.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        say!("{}", path.display());
    }
    say!("{} {}", issue.number, issue.digest);
    Ok(ExitCode::SUCCESS)
}
