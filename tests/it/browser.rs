//! The office's pages as people have them: in Debian's Chromium, over a demo that has run to its end.
//!
//! `HANQING_SCREENSHOTS=docs/screenshots` lets the pictures be written there instead of `target/screenshots/`.

mod day;
mod entry;
mod kit;
mod looks;
mod office;
mod reading;
mod upload;
mod walk;
