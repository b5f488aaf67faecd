//! What the documents tell people to type, look for and read.
//!
//! Each command of hanqing's own in README, README.zh-CN and docs is taken by the program's own parser, and where its
//! output is printed behind it and depends on nothing but files of the repository, it is run and compared. Commands
//! that would start a daemon, open a line or write are only parsed. Files, links, features and units that are named
//! have to exist.

mod faults;
mod install;
mod page;
mod program;
mod shell;

use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use crate::context::{hanqing, outcome, repository};
use page::{Block, PROMPT, Page, pages};
use program::Program;
use shell::{Typed, typed};

/// Fails with all that was found.
fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
}

/// What is wrong with a command, where it is one of ours; `whole` says that nothing is left out of it.
fn problem(program: &mut Program, command: &Typed, whole: bool) -> Option<String> {
    let words = &command.words;
    let (name, arguments) = words.split_first()?;
    match name.rsplit('/').next()? {
        "hanqing" if whole => program.refuses_whole(arguments),
        "hanqing" => program.refuses(arguments),
        "cargo" => cargo_problem(program, arguments),
        "systemctl" | "journalctl" => arguments.iter().find_map(|unit| unit_problem(unit)),
        _ if (whole || words.len() > 1)
            && ["deploy/", "tests/"].iter().any(|ours| name.starts_with(ours)) =>
        {
            let file = repository(name);
            let mode = file.metadata().map(|file| file.permissions().mode());
            match mode {
                Ok(mode) if mode & 0o111 != 0 => None,
                Ok(_) => Some(format!("{name} cannot be executed")),
                Err(error) => Some(format!("{name}: {error}")),
            }
        }
        _ => None,
    }
}

/// Features and profiles of a cargo command, and what is passed to the program.
fn cargo_problem(program: &mut Program, arguments: &[String]) -> Option<String> {
    let manifest = std::fs::read_to_string(repository("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let has = |table: &str, name: &str| manifest[table].as_table().unwrap().contains_key(name);
    let (own, passed) = match arguments.iter().position(|word| word == "--") {
        Some(place) => (&arguments[..place], &arguments[place + 1..]),
        None => (arguments, &[][..]),
    };
    for pair in own.windows(2) {
        let unknown = match pair[0].as_str() {
            "--features" => pair[1].split(',').find(|feature| !has("features", feature)),
            "--profile" => Some(&*pair[1]).filter(|profile| !has("profile", profile)),
            _ => None,
        };
        if let Some(unknown) = unknown {
            return Some(format!("Cargo.toml has no {unknown} for {}", pair[0]));
        }
    }
    let runs = own.first().is_some_and(|command| command == "run") && !passed.is_empty();
    runs.then(|| program.refuses_whole(passed)).flatten()
}

/// A unit of ours has its file.
fn unit_problem(word: &str) -> Option<String> {
    let name = word.strip_suffix(".service").unwrap_or(word);
    let name = name.split_once('@').map_or(name.to_owned(), |(name, _)| format!("{name}@"));
    if !name.starts_with("hanqing") {
        return None;
    }
    let file = format!("deploy/systemd/{name}.service");
    (!repository(&file).exists()).then(|| format!("there is no {file}"))
}

#[test]
fn each_command_in_a_block_of_code_is_one_that_the_program_takes() {
    let mut program = Program::default();
    let mut found = Vec::new();
    let mut taken = 0;
    for page in pages() {
        for (number, line) in page.blocks.iter().flat_map(Block::typed) {
            for command in typed(line) {
                taken += usize::from(command.words[0] == "hanqing");
                let problem = problem(&mut program, &command, true);
                found.extend(problem.map(|what| format!("{}:{number}: {line}: {what}", page.path)));
            }
        }
    }
    assert_none(&found);
    assert!(taken > 60, "{taken} commands were found");
}

#[test]
fn each_command_within_a_line_is_one_that_the_program_takes() {
    let mut program = Program::default();
    let mut found = Vec::new();
    let mut taken = 0;
    for page in pages() {
        for (number, code) in &page.code {
            // A bar of a table is written with a backslash, and what is left out with dots.
            let line = code.replace("\\|", "|").replace('…', " ");
            for command in typed(&line) {
                taken += usize::from(command.words[0] == "hanqing");
                let problem = problem(&mut program, &command, false);
                found.extend(problem.map(|what| format!("{}:{number}: {code}: {what}", page.path)));
            }
        }
    }
    assert_none(&found);
    assert!(taken > 100, "{taken} commands were found");
}

/// Whether a command's output depends on files of the repository alone.
fn can_run(command: &Typed) -> bool {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    match words[..] {
        ["hanqing", "check", ref files @ ..] => {
            !files.is_empty() && files.iter().all(|file| repository(file).exists())
        }
        ["hanqing", .., "--help"] | ["hanqing", "--version"] => true,
        _ => false,
    }
}

/// Each command of a block that has its output behind it, with that output.
fn shown(block: &Block) -> Vec<(usize, Typed, Vec<&str>)> {
    let mut found: Vec<(usize, Typed, Vec<&str>)> = Vec::new();
    for (number, line) in &block.lines {
        let commands = if line.starts_with(PROMPT) { typed(line) } else { Vec::new() };
        match (&commands[..], found.last_mut()) {
            ([command], _) => found.push((*number, command.clone(), Vec::new())),
            ([], Some((_, _, output))) => output.push(line),
            _ => {}
        }
    }
    found
}

#[test]
fn what_a_command_is_said_to_print_it_prints() {
    let mut found = Vec::new();
    let mut run = 0;
    for page in pages() {
        for (number, command, expected) in page.blocks.iter().flat_map(shown) {
            if !can_run(&command) || expected.is_empty() {
                continue;
            }
            run += 1;
            let mut hanqing = hanqing();
            hanqing.current_dir(repository("")).args(&command.words[1..]).envs(command.variables);
            let (_, printed, told) = outcome(&mut hanqing);
            let printed = format!("{told}{printed}");
            let printed: Vec<&str> = printed.lines().collect();
            // A page may show the beginning, and say so by dots.
            let beginning = expected.iter().position(|line| line.trim() == "…");
            let length = beginning.unwrap_or(printed.len());
            if printed.get(..length) != Some(&expected[..beginning.unwrap_or(expected.len())]) {
                let printed = printed.join("\n");
                found.push(format!("{}:{number}: it prints\n{printed}", page.path));
            }
        }
    }
    assert_none(&found);
    assert!(run >= 6, "{run} were run");
}

#[test]
fn the_heads_of_configurations_and_the_units_name_commands_that_exist() {
    let mut program = Program::default();
    let mut found = Vec::new();
    let files = ["config/edge.toml", "config/hub.toml", "config/township.toml"];
    let units = std::fs::read_dir(repository("deploy/systemd")).unwrap();
    let units = units.map(|unit| unit.unwrap().path());
    for file in files.map(repository).into_iter().chain(units) {
        let text = std::fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let line = line.strip_prefix("ExecStart=").or_else(|| line.strip_prefix("#   "));
            for command in line.into_iter().flat_map(typed) {
                let problem = problem(&mut program, &command, true);
                found.extend(
                    problem.map(|what| format!("{}:{}: {what}", file.display(), number + 1)),
                );
            }
        }
    }
    assert_none(&found);
}

/// Whether code within a line names a file of the repository.
fn names_a_file(code: &str) -> bool {
    let ours = ["config/", "deploy/", "docs/", "src/", "tests/"];
    let whole = |c: char| c.is_ascii_alphanumeric() || "/._-@".contains(c);
    ours.iter().any(|directory| code.starts_with(directory)) && code.chars().all(whole)
}

/// `path` without `..` and `.`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                assert!(plain.pop(), "{} leaves the repository", path.display());
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The anchor of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|&c| c.is_alphanumeric() || " -_".contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// What is wrong with a link of `page`.
fn link_problem(page: &Page, to: &str) -> Option<String> {
    let (file, part) = to.split_once('#').map_or((to, None), |(file, part)| (file, Some(part)));
    let directory = Path::new(&page.path).parent().unwrap();
    let path = match file {
        "" => PathBuf::from(&page.path),
        file => plain(&directory.join(file)),
    };
    if !repository("").join(&path).exists() {
        return Some(format!("there is no {}", path.display()));
    }
    let part = part.filter(|_| path.extension().is_some_and(|kind| kind == "md"))?;
    let text = std::fs::read_to_string(repository("").join(&path)).unwrap();
    let headed = text.lines().any(|line| line.starts_with('#') && anchor(line) == part);
    (!headed).then(|| format!("{} has no heading for #{part}", path.display()))
}

#[test]
fn files_that_are_named_and_linked_exist() {
    let mut found = Vec::new();
    for page in pages() {
        // A decision tells what was, files too.
        let history = page.path.starts_with("docs/decisions/");
        for (number, code) in page.code.iter().filter(|(_, code)| !history && names_a_file(code)) {
            if !repository(code).exists() {
                found.push(format!("{}:{number}: there is no {code}", page.path));
            }
        }
        for (number, to) in page.links.iter().filter(|(_, to)| !to.contains("://")) {
            let problem = link_problem(&page, to);
            found.extend(problem.map(|what| format!("{}:{number}: {what}", page.path)));
        }
    }
    assert_none(&found);
}

/// The page at `path` in both languages, Chinese first.
fn both(path: &str) -> [Page; 2] {
    ["zh-CN", "en"].map(|language| Page::read(&path.replace("LANGUAGE", language)))
}
