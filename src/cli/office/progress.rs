//! How far a long command is: a bar on a terminal, nothing in a pipe.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// The bar is drawn anew this often even where nothing advances: one sees that it has not hung.
const STEADY: Duration = Duration::from_millis(200);

/// A bar on standard error, gone when it is dropped.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar of `length` readings; without an end where that is not known.
    pub fn readings(length: Option<u64>) -> Self {
        match length {
            Some(length) => {
                Self::new(ProgressBar::new(length), "{wide_bar} {human_pos}/{human_len}  {eta}")
            }
            None => Self::new(ProgressBar::no_length(), "{spinner} {human_pos}  {elapsed}"),
        }
    }

    /// A bar of bytes.
    pub fn bytes() -> Self {
        Self::new(ProgressBar::new(0), "{wide_bar} {bytes}/{total_bytes}  {eta}")
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

    /// Shows that it is at `position`.
    pub fn at(&self, position: u64) {
        self.0.set_position(position);
    }

    /// Shows that it is at `position` of `length`.
    pub fn of(&self, position: u64, length: u64) {
        self.0.set_length(length);
        self.0.set_position(position);
    }

    /// Prints a line above the bar; to standard error in a pipe.
    pub fn say(&self, line: &str) {
        self.0.suspend(|| eprintln!("{line}"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
