//! Progress of a long command: a bar on a terminal, nothing in a pipe.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::locales::office as words;

/// Redraw interval even without progress, so that one sees that the program has not hung.
const STEADY: Duration = Duration::from_millis(200);

/// A bar on standard error, removed on drop.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar of `length` readings, or a counter if the length is unknown.
    pub fn readings(length: Option<u64>) -> Self {
        match length {
            Some(length) => {
                let left = words::time_left("{eta_precise}");
                let template = format!("{{wide_bar}} {{human_pos}}/{{human_len}}  {left}");
                Self::new(ProgressBar::new(length), &template)
            }
            None => {
                let so_far = words::so_far("{human_pos}", "{elapsed_precise}");
                Self::new(ProgressBar::no_length(), &format!("{{spinner}} {so_far}"))
            }
        }
    }

    /// A bar of bytes, whose length comes with the first call of [`Self::of`].
    pub fn bytes() -> Self {
        let left = words::time_left("{eta_precise}");
        let template = format!("{{wide_bar}} {{bytes}}/{{total_bytes}}  {left}");
        Self::new(ProgressBar::new(0), &template)
    }

    fn new(bar: ProgressBar, template: &str) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(STEADY);
        }
        Self(bar)
    }

    pub fn at(&self, position: u64) {
        self.0.set_position(position);
    }

    pub fn of(&self, position: u64, length: u64) {
        self.0.set_length(length);
        self.0.set_position(position);
    }

    /// Prints a line to standard error, above the bar.
    pub fn say(&self, line: &str) {
        self.0.suspend(|| complain!("{line}"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
