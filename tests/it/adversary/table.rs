//! What was said, how much of it was false, and what was left unsaid.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::kind::Kind;

/// Most faults that are told in full.
const TOLD: usize = 20;

/// Share of what the evidence proves that has to be said.
pub const SAID_SHARE: f64 = 0.95;

/// From so many proved ones on a kind is held to that share by itself.
const ENOUGH: usize = 50;

#[derive(Debug, Clone, Copy, Default)]
pub struct Line {
    pub said: usize,
    pub falsely: usize,
    /// False, and resting on what is wrong where nothing contradicts it.
    pub by_liar: usize,
    pub proved: usize,
    pub proved_and_said: usize,
}

#[derive(Debug, Default)]
pub struct Table {
    pub townships: usize,
    pub lines: BTreeMap<Kind, Line>,
    /// Of each figure: judged, and broken.
    pub bounds: BTreeMap<&'static str, (usize, usize)>,
    pub falsehoods: Vec<String>,
    pub broken: Vec<String>,
    pub unsaid: Vec<String>,
    pub unknown: Vec<String>,
}

impl Table {
    pub fn add(&mut self, other: Table) {
        self.townships += other.townships;
        for (kind, line) in other.lines {
            let own = self.lines.entry(kind).or_default();
            own.said += line.said;
            own.falsely += line.falsely;
            own.by_liar += line.by_liar;
            own.proved += line.proved;
            own.proved_and_said += line.proved_and_said;
        }
        for (figure, (judged, broken)) in other.bounds {
            let own = self.bounds.entry(figure).or_default();
            *own = (own.0 + judged, own.1 + broken);
        }
        self.falsehoods.extend(other.falsehoods);
        self.broken.extend(other.broken);
        self.unsaid.extend(other.unsaid);
        self.unknown.extend(other.unknown);
    }

    pub fn line(&mut self, kind: Kind) -> &mut Line {
        self.lines.entry(kind).or_default()
    }

    /// The table as Markdown.
    pub fn text(&self) -> String {
        let mut text = format!("{} townships\n\n", self.townships);
        text += "| clause | said | false | false by a liar | proved | of them said |\n";
        text += "|---|---|---|---|---|---|\n";
        let mut all = Line::default();
        for kind in Kind::ALL {
            let Some(line) = self.lines.get(kind) else { continue };
            row(&mut text, kind.name(), *line);
            all.said += line.said;
            all.falsely += line.falsely;
            all.by_liar += line.by_liar;
            all.proved += line.proved;
            all.proved_and_said += line.proved_and_said;
        }
        row(&mut text, "all judged", all);
        text += "\n| bounds of | judged | do not hold the truth |\n|---|---|---|\n";
        for (figure, (judged, broken)) in &self.bounds {
            let _ = writeln!(text, "| {figure} | {judged} | {broken} |");
        }
        text
    }

    /// Why the test fails; empty where it does not.
    pub fn faults(&self) -> String {
        let mut text = String::new();
        for (name, faults) in [
            ("clauses that nobody knows", &self.unknown),
            ("false clauses", &self.falsehoods),
            ("bounds that do not hold the truth", &self.broken),
        ] {
            tell(&mut text, name, faults);
        }
        let mut all = Line::default();
        for (kind, line) in &self.lines {
            all.proved += line.proved;
            all.proved_and_said += line.proved_and_said;
            if line.proved >= ENOUGH && share(*line) < SAID_SHARE {
                let name = kind.name();
                let _ = writeln!(text, "{name}: {:.1} % said", share(*line) * 100.0);
            }
        }
        if share(all) < SAID_SHARE {
            let _ = writeln!(text, "of all that is proved {:.1} % said", share(all) * 100.0);
        }
        text
    }

    /// Some of what was proved and not said.
    pub fn unsaid_text(&self) -> String {
        let mut text = String::new();
        tell(&mut text, "proved and not said", &self.unsaid);
        text
    }
}

fn share(line: Line) -> f64 {
    if line.proved == 0 { 1.0 } else { line.proved_and_said as f64 / line.proved as f64 }
}

fn row(text: &mut String, name: &str, line: Line) {
    let Line { said, falsely, by_liar, proved, proved_and_said } = line;
    let _ = writeln!(
        text,
        "| {name} | {said} | {falsely} | {by_liar} | {proved} | {proved_and_said} |"
    );
}

fn tell(text: &mut String, name: &str, faults: &[String]) {
    if faults.is_empty() {
        return;
    }
    let _ = writeln!(text, "{}: {}", name, faults.len());
    for fault in faults.iter().take(TOLD) {
        let _ = writeln!(text, "  {fault}");
    }
}
