//! The questions at a terminal. Each answer is checked at once, and asked for again with the rule and the way out.

use std::io::{self, BufRead, Read, Write};

use super::answers::{Answers, Device, Field};
use crate::config::Profiles;
use crate::core::Problem;
use crate::locales::{Lang, Text, core, setup as words};

/// The longest answer, bytes: a terminal hands over no longer line (N_TTY_BUF_SIZE of Linux).
const ANSWER_BYTES_MAX: u64 = 4096;

/// Profiles that are shown for a part of a name; more say nothing.
const SHOWN_MAX: usize = 12;

/// Whoever was asked has gone.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::asked_in_vain())]
pub struct Gone;

/// A conversation: where answers come from, and where questions go.
pub struct Dialogue<'a> {
    pub input: &'a mut dyn BufRead,
    pub output: &'a mut dyn Write,
    pub profiles: &'a Profiles,
    /// The serial ports of this machine by their best names, each with what is behind it.
    pub ports: &'a [(String, String)],
}

impl Dialogue<'_> {
    /// Asks for everything that is missing.
    pub fn ask(&mut self, answers: &mut Answers, suggested: Option<&str>) -> anyhow::Result<()> {
        let missing = answers.missing();
        self.say(&words::asks())?;
        if missing.contains(&Field::Gateway) {
            self.field(answers, Field::Gateway, words::ask_gateway(), suggested)?;
        }
        if answers.broker.is_none() && !answers.enrolled() {
            self.field(answers, Field::Broker, words::ask_broker(), Some(""))?;
        }
        if missing.contains(&Field::Line) {
            self.line(answers)?;
        }
        self.device(answers)?;
        if missing.contains(&Field::Unit) {
            self.more_devices(answers)?;
        }
        Ok(())
    }

    /// Shows the file and asks whether to write it.
    pub fn confirm(&mut self, answers: &Answers, text: &str) -> anyhow::Result<bool> {
        write!(self.output, "\n{text}\n")?;
        let answer = self.answer(&words::ask_write(&answers.out), None)?;
        let yes = Lang::ALL.map(|lang| words::yes().within(lang));
        Ok(matches!(answer.as_str(), "" | "y" | "Y") || yes.contains(&answer))
    }

    fn line(&mut self, answers: &mut Answers) -> anyhow::Result<()> {
        let ports = self.ports;
        if ports.is_empty() {
            self.say(&words::no_ports_found())?;
        } else {
            self.say(&words::ports_found())?;
        }
        for (place, (name, about)) in (1..).zip(ports) {
            writeln!(self.output, "  {place}  {name}  {about}")?;
        }
        loop {
            let answer = self.answer(&words::ask_line(), None)?;
            let number = answer.parse::<usize>();
            let chosen = number.clone().ok().and_then(|number| ports.get(number.checked_sub(1)?));
            if let (Ok(number), None) = (number, chosen) {
                self.say(&words::not_in_list(number))?;
                continue;
            }
            let answer = chosen.map_or(answer.as_str(), |(name, _)| name.as_str());
            answers.set(Field::Line, answer);
            if self.is_right(answers, Field::Line)? {
                break;
            }
        }
        let serial = answers.line.as_ref().is_some_and(|line| line.at.starts_with('/'));
        if serial {
            self.field(answers, Field::Baud, words::ask_baud(), Some("9600"))?;
        }
        Ok(())
    }

    /// What the last device lacks.
    fn device(&mut self, answers: &mut Answers) -> anyhow::Result<()> {
        let missing = answers.missing();
        for (field, question) in
            [(Field::Unit, words::ask_unit()), (Field::Station, words::ask_station())]
        {
            if field == Field::Station && missing.contains(&Field::Profile) {
                self.profile(answers)?;
            }
            if missing.contains(&field) {
                self.field(answers, field, question, None)?;
            }
        }
        Ok(())
    }

    fn more_devices(&mut self, answers: &mut Answers) -> anyhow::Result<()> {
        loop {
            let unit = self.answer(&words::ask_another_unit(), None)?;
            if unit.is_empty() {
                return Ok(());
            }
            answers.devices.push(Device::default());
            answers.set(Field::Unit, &unit);
            match self.is_right(answers, Field::Unit)? {
                true => self.device(answers)?,
                false => _ = answers.devices.pop(),
            }
        }
    }

    fn profile(&mut self, answers: &mut Answers) -> anyhow::Result<()> {
        loop {
            let answer = self.answer(&words::ask_profile(), None)?;
            if answer.is_empty() || self.profiles.contains_key(&answer) {
                answers.set(Field::Profile, &answer);
                if self.is_right(answers, Field::Profile)? {
                    return Ok(());
                }
                continue;
            }
            let near = near(self.profiles, &answer);
            if near.is_empty() {
                answers.set(Field::Profile, &answer);
                self.is_right(answers, Field::Profile)?;
            }
            for (id, title) in near {
                writeln!(self.output, "  {id}  {title}")?;
            }
        }
    }

    /// Asks until the answer is right. An empty one stands for what is `suggested`.
    fn field(
        &mut self,
        answers: &mut Answers,
        field: Field,
        question: Text,
        suggested: Option<&str>,
    ) -> anyhow::Result<()> {
        loop {
            let answer = self.answer(&question, suggested)?;
            let taken = if answer.is_empty() { suggested.unwrap_or_default() } else { &answer };
            answers.set(field, taken);
            if self.is_right(answers, field)? {
                return Ok(());
            }
        }
    }

    /// Whether the check has nothing against the answer; else says what.
    fn is_right(&mut self, answers: &Answers, field: Field) -> io::Result<bool> {
        let problems = answers.problems(field, self.profiles);
        for problem in &problems {
            let said = said(problem);
            let value = Some(&problem.value).filter(|value| !value.is_empty());
            // An id's rule names it.
            let value = value.filter(|value| !said.to_string().contains(value.as_str()));
            self.say(&Text::chain(value.map(Text::verbatim).into_iter().chain([said])))?;
        }
        if field == Field::Broker && answers.is_plain() && !problems.is_empty() {
            self.say(&words::plaintext_option())?;
        }
        Ok(problems.is_empty())
    }

    fn say(&mut self, what: &Text) -> io::Result<()> {
        writeln!(self.output, "  {what}")
    }

    fn answer(&mut self, question: &Text, suggested: Option<&str>) -> anyhow::Result<String> {
        let suggested = suggested.filter(|suggested| !suggested.is_empty());
        let suggested = suggested.map(|suggested| format!(" [{suggested}]")).unwrap_or_default();
        write!(self.output, "{question}{suggested}\n> ")?;
        self.output.flush()?;
        let mut answer = Vec::new();
        (&mut self.input).take(ANSWER_BYTES_MAX).read_until(b'\n', &mut answer)?;
        if answer.is_empty() {
            writeln!(self.output)?;
            return Err(Gone.into());
        }
        match String::from_utf8(answer) {
            Ok(answer) => Ok(answer.trim().to_owned()),
            Err(error) => {
                self.say(&core::not_utf8(error.utf8_error().valid_up_to() + 1))?;
                Ok(String::new())
            }
        }
    }
}

/// The rule and the way out.
pub fn said(problem: &Problem) -> Text {
    let hint = Some(problem.hint.clone()).filter(|hint| !hint.is_empty());
    Text::clauses(std::iter::once(problem.rule.clone()).chain(hint))
}

/// Id and name of the profiles that `part` belongs to; all for a question mark.
fn near(profiles: &Profiles, part: &str) -> Vec<(String, String)> {
    let part = part.to_lowercase();
    let all = matches!(part.as_str(), "?" | "？");
    let shown = profiles.values().map(|profile| (profile.id.clone(), profile.title().to_string()));
    let fits = |shown: &(String, String)| {
        all || shown.0.contains(&part) || shown.1.to_lowercase().contains(&part)
    };
    shown.filter(fits).take(if all { usize::MAX } else { SHOWN_MAX }).collect()
}

#[cfg(test)]
#[path = "ask_tests.rs"]
mod tests;
