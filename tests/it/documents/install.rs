//! The pages of installation: what is typed on a bare box, and the drawings.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::page::{Block, Page};
use super::shell::typed;
use super::{assert_none, both};
use crate::context::{Context, hanqing, outcome, repository};

/// From a bare box to its first reading at the hub.
const COMMANDS_MOST: usize = 8;

/// Marks the block that is typed, with the kind of box behind it: `sh first-reading debian`.
const MARK: &str = "sh first-reading";

/// The commands of a block, without what explains them.
fn commands(block: &Block) -> Vec<&str> {
    let lines = block.lines.iter().map(|(_, line)| line.trim());
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[test]
fn a_bare_box_needs_few_commands_and_the_same_in_both_languages() {
    let [chinese, english] = both("docs/install/index.LANGUAGE.md").map(|page| {
        let blocks = page.blocks_of(MARK);
        blocks
            .map(|block| {
                let commands = commands(block).into_iter().map(str::to_owned).collect::<Vec<_>>();
                (block.info.clone(), commands)
            })
            .collect::<Vec<_>>()
    });
    assert_eq!(chinese, english);
    let kinds: BTreeSet<&str> =
        chinese.iter().filter_map(|(info, _)| info.strip_prefix(MARK)).map(str::trim).collect();
    assert_eq!(kinds, BTreeSet::from(["arm", "container", "debian", "office", "openwrt"]));
    for (info, commands) in &chinese {
        assert!((2..=COMMANDS_MOST).contains(&commands.len()), "{info}: {commands:?}");
    }
}

/// The page in English; the commands of the other are the same.
fn page() -> Page {
    let [_, english] = both("docs/install/index.LANGUAGE.md");
    english
}

#[test]
fn the_gateways_first_configuration_is_written_by_what_is_typed() {
    let page = page();
    let lines = page.blocks_of(MARK).flat_map(commands).filter(|line| line.contains(" init edge "));
    let lines: BTreeSet<&str> = lines.collect();
    assert_eq!(
        lines.len(),
        2,
        "with a broker on this machine, and with one of the office's: {lines:?}"
    );
    for line in lines {
        let context = Context::new();
        let file = context.path("edge.toml");
        let words = &typed(line)[0].words;
        let (code, printed, told) = outcome(hanqing().args(&words[1..]).arg("--out").arg(&file));
        assert_eq!(code, Some(0), "{line}: {printed}{told}");
        // The spool's directory is the package's.
        let mut check = hanqing();
        check.env("HANQING__SPOOL__PATH", context.path("spool.db")).arg("check").arg(&file);
        let (code, printed, told) = outcome(&mut check);
        assert_eq!(code, Some(0), "{printed}{told}");
        let text = std::fs::read_to_string(&file).unwrap();
        for given in ["gw-dongmen", "192.168.1.10:502", "sdm630", "pump-dongmen-1"] {
            assert!(text.contains(given), "{given} in {text}");
        }
    }
}

/// The files of an office, as the page has them made, in a directory of the test.
struct Office {
    context: Context,
}

impl Office {
    fn new() -> Self {
        let context = Context::new();
        std::fs::create_dir(context.path("etc")).unwrap();
        for file in ["hub.toml", "township.toml"] {
            std::fs::copy(repository("config").join(file), context.path("etc").join(file)).unwrap();
        }
        let office = Self { context };
        let hub = office.context.path("etc/hub.toml");
        let text = office.here(&std::fs::read_to_string(&hub).unwrap());
        std::fs::write(hub, text).unwrap();
        office
    }

    /// `text` with this directory in place of the machine's.
    fn here(&self, text: &str) -> String {
        let places = [
            ("/etc/hanqing", self.context.path("etc")),
            ("/var/lib/hanqing", self.context.path(".")),
            ("/root/office", self.context.path("office")),
            ("/usr/share/hanqing", repository("deploy")),
        ];
        places.iter().fold(text.to_owned(), |text, (from, to)| {
            text.replace(from, to.to_str().expect("a path of this test"))
        })
    }

    /// Types a line of the page, in a shell.
    fn types(&self, line: &str) {
        let line = self.here(line);
        let (code, printed, told) = outcome(std::process::Command::new("sh").args(["-euc", &line]));
        assert_eq!(code, Some(0), "{line}: {printed}{told}");
    }

    fn check(&self) -> (Option<i32>, String, String) {
        outcome(hanqing().arg("check").arg(self.context.path("etc/hub.toml")))
    }
}

#[test]
fn the_office_on_one_machine_has_the_broker_that_is_typed() {
    let office = Office::new();
    let page = page();
    let block = page.blocks_of("sh first-reading office").next().unwrap();
    let lines = commands(block).into_iter().filter(|line| line.contains("conf.d/hub"));
    for line in lines {
        office.types(line);
    }
    let (code, printed, told) = office.check();
    assert_eq!(code, Some(0), "{printed}{told}");
    let mut broken = hanqing();
    broken.env("HANQING__BROKER__LISTEN", "nonsense").arg("check");
    let (_, printed, told) = outcome(broken.arg(office.context.path("etc/hub.toml")));
    assert!(printed.contains("broker.listen"), "the file of conf.d counts: {printed}{told}");
}

#[test]
fn the_office_with_certificates_is_in_order_as_it_is_typed() {
    let office = Office::new();
    let page = page();
    let lines: Vec<&str> = page.blocks.iter().flat_map(commands).collect();
    let making = lines.iter().filter(|line| line.contains("/make-certificates /root/office "));
    for line in making {
        office.types(line);
    }
    // The group is made by the package.
    let placing = lines.iter().find(|line| line.contains("-g hanqing -t /etc/hanqing ")).unwrap();
    office.types(&placing.replace("-g hanqing ", ""));

    let shown = page.blocks.iter().filter(|block| block.info == "toml").map(|block| {
        let lines: Vec<&str> = block.lines.iter().map(|(_, line)| line.as_str()).collect();
        lines.join("\n").parse::<toml::Table>().expect("what is shown is TOML")
    });
    let shown: Vec<toml::Table> = shown.collect();
    let shown = shown.iter().find(|table| table.contains_key("enroll")).unwrap();
    let file = office.context.path("etc/hub.toml");
    let mut hub: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
    let here: toml::Table = office.here(&shown.to_string()).parse().unwrap();
    hub.extend(here);
    std::fs::write(&file, hub.to_string()).unwrap();
    let (code, printed, told) = office.check();
    assert_eq!(code, Some(0), "{printed}{told}");

    std::fs::remove_file(office.context.path("etc/ca.key")).unwrap();
    let (code, printed, _) = office.check();
    assert!(code == Some(2) && printed.contains("authority_key_file"), "{printed}");
}

#[test]
fn both_languages_have_the_same_chapters_and_blocks() {
    for path in ["docs/install/index.LANGUAGE.md", "docs/install/wiring.LANGUAGE.md"] {
        let shape = |page: &Page| {
            let headings = page.text.lines().filter(|line| line.starts_with("##"));
            let tables = page.text.lines().filter(|line| line.starts_with('|'));
            let blocks: Vec<Vec<String>> = page
                .blocks
                .iter()
                .map(|block| commands(block).into_iter().map(str::to_owned).collect())
                .collect();
            (headings.count(), tables.count(), blocks)
        };
        let [chinese, english] = both(path);
        assert_eq!(shape(&chinese), shape(&english), "{path}");
    }
}

/// What is wrong with a drawing: it has to be read by any program, alone, on light and dark pages, in both languages.
fn drawing_problems(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut elements = BTreeSet::new();
    let mut words = String::new();
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                elements.insert(element.name().as_ref().to_owned());
            }
            Ok(Event::Text(text)) => words.push_str(&text),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                found.push(format!("{name}: {error}"));
                break;
            }
        }
    }
    for needed in ["svg", "title", "desc", "text"] {
        if !elements.contains(needed) {
            found.push(format!("{name} has no <{needed}>"));
        }
    }
    for banned in ["script", "image", "foreignObject", "animate"] {
        if elements.contains(banned) {
            found.push(format!("{name} has <{banned}>"));
        }
    }
    if text.contains("href=\"http") || text.contains("url(http") {
        found.push(format!("{name} loads something from elsewhere"));
    }
    if !words.contains("接地") || !words.contains("ground") && !words.contains("earth") {
        found.push(format!("{name} does not say in both languages what is grounded"));
    }
    found
}

#[test]
fn each_drawing_stands_alone_and_is_shown_in_both_languages() {
    let pages = both("docs/install/wiring.LANGUAGE.md");
    let mut found = Vec::new();
    let mut drawings = 0;
    for entry in std::fs::read_dir(repository("docs/wiring")).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        found.extend(drawing_problems(&name, &std::fs::read_to_string(&file).unwrap()));
        for page in &pages {
            if !page.links.iter().any(|(_, to)| to.ends_with(&format!("wiring/{name}"))) {
                found.push(format!("{} does not show {name}", page.path));
            }
        }
        drawings += 1;
    }
    assert_none(&found);
    assert_eq!(drawings, 4);
}
