//! What an examination finds: one line each.

use std::process::ExitCode;

use crate::locales::{Lang, Text, setup as words};

/// What is to be thought of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Right,
    /// It may be wrong later, or it cannot be seen from here.
    Doubtful,
    Wrong,
}

impl Mark {
    /// Its word, as wide as the widest.
    fn padded(self) -> String {
        let word = match self {
            Self::Right => words::right(),
            Self::Doubtful => words::doubtful(),
            Self::Wrong => words::wrong(),
        };
        match Lang::current() {
            // Two characters each.
            Lang::Chinese => word.to_string(),
            Lang::English => format!("{:<8}", word.to_string()),
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub mark: Mark,
    pub subject: Text,
    /// What was found, with the way out unless it is right.
    pub found: Text,
}

impl Finding {
    pub fn right(subject: Text, found: Text) -> Self {
        Self { mark: Mark::Right, subject, found }
    }

    pub fn doubtful(subject: Text, found: Text) -> Self {
        Self { mark: Mark::Doubtful, subject, found }
    }

    pub fn wrong(subject: Text, found: Text) -> Self {
        Self { mark: Mark::Wrong, subject, found }
    }

    fn line(&self) -> String {
        let said = Text::chain([&self.subject, &self.found].map(Text::clone));
        format!("{}  {said}", self.mark.padded())
    }
}

/// All findings so far, which are printed as they come.
#[derive(Debug, Default)]
pub struct Report {
    doubtful: usize,
    wrong: usize,
}

impl Report {
    pub fn tell(&mut self, finding: Finding) {
        match finding.mark {
            Mark::Right => {}
            Mark::Doubtful => self.doubtful += 1,
            Mark::Wrong => self.wrong += 1,
        }
        say!("{}", finding.line());
    }

    pub fn tell_all(&mut self, findings: Vec<Finding>) {
        findings.into_iter().for_each(|finding| self.tell(finding));
    }

    /// Prints what it comes to. Nobody has to act on what is only doubtful.
    pub fn sum_up(&self) -> ExitCode {
        say!("");
        match (self.wrong, self.doubtful) {
            (0, 0) => say!("{}", words::nothing_is_wrong()),
            (wrong, doubtful) => say!("{}", words::sum(wrong, doubtful)),
        }
        if self.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::within;

    #[test]
    fn a_line_has_mark_subject_and_what_was_found() {
        let found = [
            Finding::right(words::clock(), Text::verbatim("1")),
            Finding::doubtful(words::clock(), Text::verbatim("2")),
            Finding::wrong(words::clock(), Text::verbatim("3")),
        ];
        let lines = |lang| within(lang, || found.each_ref().map(Finding::line));
        assert_eq!(lines(Lang::Chinese), ["正常  时钟：1", "存疑  时钟：2", "有误  时钟：3"]);
        let en = ["ok        clock: 1", "doubtful  clock: 2", "wrong     clock: 3"];
        assert_eq!(lines(Lang::English), en);
    }

    #[test]
    fn only_what_is_wrong_fails() {
        let mut report = Report::default();
        assert_eq!(report.sum_up(), ExitCode::SUCCESS);
        report.tell(Finding::doubtful(words::clock(), Text::default()));
        assert_eq!(report.sum_up(), ExitCode::SUCCESS);
        report.tell(Finding::wrong(words::clock(), Text::default()));
        assert_eq!(report.sum_up(), ExitCode::FAILURE);
    }
}
