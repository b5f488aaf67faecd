//! A page for man(1), of the labels that a help screen is made of.

use clap::Command;
use clap_mangen::roff::{Inline, Roff, bold, italic, line_break, roman};

use crate::cli::{help, help_layout};
use crate::locales::{Lang, Text, cli, manual as words};

/// The pages of `command`, which is localised, and of all commands below it, each with its name.
pub fn all(command: &Command, day: &str) -> Vec<(String, String)> {
    fn add(command: &Command, path: &str, day: &str, pages: &mut Vec<(String, String)>) {
        pages.push((name(path), page(command, path, day)));
        for inner in documented(command) {
            add(inner, &help::below(path, inner.get_name()), day, pages);
        }
    }
    let mut pages = Vec::new();
    add(command, "", day, &mut pages);
    pages
}

/// The commands of `command` that have a page.
pub fn documented(command: &Command) -> impl Iterator<Item = &Command> {
    let inner = command.get_subcommands();
    inner.filter(|inner| !inner.is_hide_set() && inner.get_name() != help::HELP)
}

/// The name of the page of the command of these words: `hanqing-report-issue`.
pub fn name(path: &str) -> String {
    format!("hanqing {path}").trim_end().replace(' ', "-")
}

fn page(command: &Command, path: &str, day: &str) -> String {
    let mut page = Roff::new();
    let name = name(path);
    let version = format!("hanqing {}", env!("CARGO_PKG_VERSION"));
    let book = words::book().to_string();
    // An argument that is empty has to be quoted.
    let day = if day.is_empty() { "\"\"" } else { day };
    page.control("TH", [name.to_uppercase().as_str(), "1", day, &version, &book]);
    // Lines end where they end: no hyphens within words, no blanks between Chinese characters.
    page.control("nh", []).control("ad", ["l"]);
    let about = help::about(path);
    heading(&mut page, words::name());
    page.text([roman(format!("{name} - {}", help::summary(&about).replace('`', "")))]);
    heading(&mut page, words::synopsis());
    synopsis(&mut page, command);
    heading(&mut page, words::description());
    for (at, paragraph) in about.split("\n\n").enumerate() {
        if at > 0 {
            page.control("PP", []);
        }
        page.text(marked(paragraph));
    }
    sections(&mut page, command, path);
    if path.is_empty() {
        rows(&mut page, words::files(), &files());
    }
    rows(&mut page, words::exit_status(), &exit_status());
    rows(&mut page, words::environment(), &environment(command));
    see_also(&mut page, command, path);
    page.render().replace(BREAK, "\\:")
}

/// Where a line may end without a blank. roff's own mark follows once the page is rendered, which would mask it.
const BREAK: char = '\u{200b}';

/// Words with the places where lines may end between Chinese characters: not every `man` knows them.
fn breakable(words: &str) -> String {
    let mut marked = String::new();
    for piece in help_layout::pieces(words) {
        if !marked.is_empty() && !marked.ends_with(' ') {
            marked.push(BREAK);
        }
        marked.push_str(piece);
    }
    marked
}

/// How the command is called; one that has commands is called in several ways.
fn synopsis(page: &mut Roff, command: &Command) {
    let calls = help_layout::calls(&command.clone().render_usage().to_string());
    let mut line = Vec::new();
    for call in calls.lines().map(str::trim) {
        if !line.is_empty() {
            line.push(line_break());
        }
        let (name, rest) = call.split_at(call.find(" [").or(call.find(" <")).unwrap_or(call.len()));
        line.push(bold(name));
        line.push(roman(rest));
    }
    page.text(line);
}

/// Commands, arguments and options, as the long help has them.
fn sections(page: &mut Roff, command: &Command, path: &str) {
    for (title, rows) in help::sections(command, path, true) {
        heading(page, &title);
        // `help` has no page of its own: these pages are what it shows.
        for row in rows.iter().filter(|row| row.left != help::HELP) {
            page.control("TP", []);
            if title == cli::commands() {
                page.text([bold(self::name(&help::below(path, &row.left))), roman("(1)")]);
            } else {
                page.text(written(row.left.trim()));
            }
            explained(page, &row.right);
        }
    }
}

/// An argument as it is written, what a reader puts in its place in italics.
fn written(argument: &str) -> Vec<Inline> {
    let value = argument.find(['<', '[']).unwrap_or(argument.len());
    let (own, value) = argument.split_at(value);
    let mut parts = Vec::new();
    if !own.is_empty() {
        parts.push(bold(own));
    }
    if !value.is_empty() {
        parts.push(italic(value));
    }
    parts
}

/// An explanation below what it explains: paragraphs, and lists of values.
fn explained(page: &mut Roff, words: &str) {
    let mut listed = false;
    for (at, line) in words.lines().filter(|line| !line.is_empty()).enumerate() {
        let item = line.strip_prefix("- ");
        if item.is_some() != listed {
            page.control(if listed { "RE" } else { "RS" }, []);
            listed = !listed;
        }
        match item {
            Some(_) => _ = page.control("IP", ["\\(bu", "2"]),
            None if at > 0 => _ = page.control("IP", []),
            None => {}
        }
        page.text(marked(item.unwrap_or(line)));
    }
    if listed {
        page.control("RE", []);
    }
}

/// Words with what stands between backticks in bold.
fn marked(words: &str) -> Vec<Inline> {
    let parts = words.split('`').enumerate().filter(|(_, part)| !part.is_empty());
    parts.map(|(at, part)| if at % 2 == 1 { bold(part) } else { roman(breakable(part)) }).collect()
}

/// A heading: without the colon of a help screen, in English in capitals.
fn heading(page: &mut Roff, title: impl ToString) {
    let title = title.to_string();
    let title = title.trim_end_matches([':', '：']);
    page.control("SH", [Lang::current().pick(title, title.to_uppercase().as_str())]);
}

fn rows(page: &mut Roff, title: Text, rows: &[(&str, Text)]) {
    heading(page, title);
    for (left, right) in rows {
        page.control("TP", []).text([bold(*left)]);
        page.text(marked(&right.to_string()));
    }
}

fn exit_status() -> [(&'static str, Text); 3] {
    [("0", words::done()), ("1", words::failed()), ("2", words::refused())]
}

/// The variables that a command looks at.
fn environment(command: &Command) -> Vec<(&'static str, Text)> {
    let mut rows = vec![("HANQING_LANG", words::lang()), ("HANQING_LOG", words::log())];
    let whole = command.get_name() == "hanqing";
    if whole || command.get_arguments().any(|argument| argument.get_id() == "config") {
        rows.push(("HANQING__…", words::setting()));
    }
    if whole && cfg!(feature = "hub") {
        rows.push(("HANQING_LOCALES", words::wording()));
    }
    rows
}

/// Where packages lay a program's files.
fn files() -> Vec<(&'static str, Text)> {
    let mut rows = Vec::new();
    if cfg!(feature = "edge") {
        rows.extend([("/etc/hanqing/edge.toml", words::edge_file())]);
    }
    if cfg!(feature = "hub") {
        rows.extend([
            ("/etc/hanqing/hub.toml", words::hub_file()),
            ("/etc/hanqing/township.toml", words::township_file()),
        ]);
    }
    rows.push(("/etc/hanqing/conf.d/NAME/*.toml", words::parts()));
    if cfg!(feature = "edge") {
        rows.extend([
            ("/var/lib/hanqing/spool.db", words::spool()),
            ("/var/lib/hanqing/spool.sock", words::socket()),
        ]);
    }
    if cfg!(feature = "hub") {
        rows.extend([
            ("/var/lib/hanqing/store.db", words::store()),
            ("/var/lib/hanqing/ledger.db", words::ledger()),
            ("/var/lib/hanqing/users.db", words::users()),
            ("/etc/hanqing/locales", words::locales_folder()),
        ]);
    }
    rows
}

/// The pages above the command, and those below it.
fn see_also(page: &mut Roff, command: &Command, path: &str) {
    let above = path.match_indices(' ').map(|(at, _)| name(&path[..at]));
    let above = (!path.is_empty()).then(|| name("")).into_iter().chain(above);
    let below = documented(command).map(|inner| name(&help::below(path, inner.get_name())));
    let mut line = Vec::new();
    for name in above.chain(below) {
        if !line.is_empty() {
            line.push(roman(Lang::current().pick(format!("、{BREAK}"), ", ".into())));
        }
        line.extend([bold(name), roman("(1)")]);
    }
    heading(page, words::see_also());
    page.text(line);
}
