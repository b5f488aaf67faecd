//! Clocks of gateway and hub that jump: [`tests/shifted_clock.c`] stands between them and the system's, which stays as
//! it is. Only what a time service sets jumps: no machine's time since its start does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::plan::Part;
use crate::context::{Context, repository};

/// What has to stand in the environment of a daemon whose clock can jump.
pub fn environment(context: &Context, part: Part) -> Vec<(&'static str, String)> {
    let library = context.path("shifted_clock.so");
    if !library.exists() {
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&library);
        let built = compiler.arg(repository("tests/shifted_clock.c")).status().unwrap();
        assert!(built.success(), "cannot build tests/shifted_clock.c");
    }
    vec![("LD_PRELOAD", text(&library)), ("SHIFT_CLOCK", text(&file(context, part)))]
}

/// Sets the clock of a daemon wrong by so many seconds, at once.
pub fn jump(context: &Context, part: Part, seconds: i64) {
    // Renamed: it is read at any moment.
    let new = context.write("clock.new", &seconds.to_string());
    fs::rename(new, file(context, part)).unwrap();
}

fn file(context: &Context, part: Part) -> PathBuf {
    context.path(&format!("{part:?}.clock"))
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
