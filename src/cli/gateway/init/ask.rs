//! The questions at a terminal. Each answer is checked at once, and asked for again with the rule and the way out.

use std::io;

use super::answers::{Answers, Device, Field};
use super::file::Sensor;
use crate::cli::init::dialogue::Dialogue;
use crate::config::Profiles;
use crate::locales::{Text, setup as words};

/// Profiles that are shown for a part of a name; more say nothing.
const SHOWN_MAX: usize = 12;

/// The questions to whoever sets up a gateway.
pub struct Questions<'a> {
    pub dialogue: Dialogue<'a>,
    pub profiles: &'a Profiles,
    /// The serial ports of this machine by their best names, each with what is behind it.
    pub ports: &'a [(String, String)],
}

impl Questions<'_> {
    /// Asks for everything that is missing.
    pub fn ask(&mut self, answers: &mut Answers, suggested: Option<&str>) -> anyhow::Result<()> {
        let missing = answers.missing();
        self.dialogue.say(&words::asks())?;
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

    fn line(&mut self, answers: &mut Answers) -> anyhow::Result<()> {
        let ports = self.ports;
        if ports.is_empty() {
            self.dialogue.say(&words::no_ports_found())?;
        } else {
            self.dialogue.say(&words::ports_found())?;
        }
        for (place, (name, about)) in (1..).zip(ports) {
            writeln!(self.dialogue.output, "  {place}  {name}  {about}")?;
        }
        loop {
            let answer = self.dialogue.answer(&words::ask_line(), None)?;
            let number = answer.parse::<usize>();
            let chosen = number.clone().ok().and_then(|number| ports.get(number.checked_sub(1)?));
            if let (Ok(number), None) = (number, chosen) {
                self.dialogue.say(&words::not_in_list(number))?;
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
        let device = answers.devices.last();
        let profile = device.filter(|device| device.offset.is_none());
        let profile = profile.and_then(|device| self.profiles.get(device.profile.as_deref()?));
        if let Some(sensor) = profile.and_then(Sensor::of) {
            let question = match sensor {
                Sensor::Submerged => words::ask_offset(),
                Sensor::Above => words::ask_offset_above(),
            };
            self.field(answers, Field::Offset, question, None)?;
        }
        Ok(())
    }

    fn more_devices(&mut self, answers: &mut Answers) -> anyhow::Result<()> {
        loop {
            let unit = self.dialogue.answer(&words::ask_another_unit(), None)?;
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
            let answer = self.dialogue.answer(&words::ask_profile(), None)?;
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
                writeln!(self.dialogue.output, "  {id}  {title}")?;
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
            let answer = self.dialogue.answer(&question, suggested)?;
            let taken = if answer.is_empty() { suggested.unwrap_or_default() } else { &answer };
            answers.set(field, taken);
            if self.is_right(answers, field)? {
                return Ok(());
            }
        }
    }

    /// Whether the check has nothing against the answer; else says what.
    fn is_right(&mut self, answers: &Answers, field: Field) -> io::Result<bool> {
        let right = self.dialogue.accepts(&answers.problems(field, self.profiles))?;
        if field == Field::Broker && answers.is_plain() && !right {
            self.dialogue.say(&words::plaintext_option())?;
        }
        Ok(right)
    }
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
