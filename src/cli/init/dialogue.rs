//! Questions and answers at a terminal.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use crate::core::Problem;
use crate::locales::{Lang, Text, core, setup as words};

/// The longest answer, bytes: a terminal hands over no longer line (N_TTY_BUF_SIZE of Linux).
const ANSWER_BYTES_MAX: u64 = 4096;

/// Whoever was asked has gone.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::asked_in_vain())]
pub struct Gone;

/// A conversation: where answers come from, and where questions go.
pub struct Dialogue<'a> {
    pub input: &'a mut dyn BufRead,
    pub output: &'a mut dyn Write,
}

impl Dialogue<'_> {
    /// Prints a line of its own, which is no question.
    ///
    /// # Errors
    /// The output is closed.
    pub fn say(&mut self, what: &Text) -> io::Result<()> {
        writeln!(self.output, "  {what}")
    }

    /// Asks, and shows what an empty answer stands for; that is left to the caller. An answer that is no text is empty.
    ///
    /// # Errors
    /// [`Gone`], or the output is closed.
    pub fn answer(&mut self, question: &Text, suggested: Option<&str>) -> anyhow::Result<String> {
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

    /// Says what is wrong with an answer; whether there is nothing.
    ///
    /// # Errors
    /// The output is closed.
    pub fn accepts(&mut self, problems: &[Problem]) -> io::Result<bool> {
        for problem in problems {
            let said = said(problem);
            let value = Some(as_typed(&problem.value)).filter(|value| !value.is_empty());
            // An id's rule names it.
            let value = value.filter(|value| !said.to_string().contains(value));
            self.say(&Text::chain(value.map(Text::verbatim).into_iter().chain([said])))?;
        }
        Ok(problems.is_empty())
    }

    /// Shows a file and asks whether to write it.
    ///
    /// # Errors
    /// [`Gone`], or the output is closed.
    pub fn confirm(&mut self, file: &Path, text: &str) -> anyhow::Result<bool> {
        write!(self.output, "\n{text}\n")?;
        let answer = self.answer(&words::ask_write(file), None)?;
        let yes = Lang::ALL.map(|lang| words::yes().within(lang));
        Ok(matches!(answer.as_str(), "" | "y" | "Y") || yes.contains(&answer))
    }
}

/// Whether somebody can be asked.
pub fn is_at_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// A value of a file as it was typed: without the quotes of a text.
pub fn as_typed(value: &str) -> &str {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(value)
}

/// The rule and the way out.
pub fn said(problem: &Problem) -> Text {
    let hint = Some(problem.hint.clone()).filter(|hint| !hint.is_empty());
    Text::clauses(std::iter::once(problem.rule.clone()).chain(hint))
}
