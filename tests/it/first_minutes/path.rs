//! From an empty directory to the first reading on the page, by what stands in the README and nothing else.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::context::{Context, Process, hanqing, outcome, repository, wait_for};
use crate::fake_device::{Deed, FakeDevice, Question};
use crate::visit::Visit;
use crate::workplace::kit::{PASSWORD, choose, link};

/// Commands that somebody types at most, the opening of the link among them.
const COMMANDS_MOST: usize = 8;

/// Longest time from the first command to the reading on the page.
const TIME_MOST: Duration = Duration::from_mins(2);

/// What the README's device is replaced by.
const DEVICE: &str = "192.168.1.10:502";

/// The lines of the block, each with those that go on with it, as they are typed.
fn lines(readme: &str) -> Vec<String> {
    let text = std::fs::read_to_string(repository(readme)).unwrap();
    let (_, block) = text.split_once("```sh first-page\n").expect("the block is there");
    let (block, _) = block.split_once("```").expect("it ends");
    block.replace("\\\n", " ").lines().map(str::to_owned).collect()
}

/// A depth of 2.34 m by the sensor of the README, which shows three decimals and metres of water.
fn sensor() -> FakeDevice {
    // Registers 2, 3 and 4: unit, decimals, value.
    let registers = [0, 1, 16, 3, 2340];
    FakeDevice::start(move |question: &Question| {
        let from = usize::from(question.address);
        let words = registers.get(from..from + usize::from(question.count));
        Deed::Send(match words {
            Some(words) if question.unit == 1 && question.function == 3 => {
                question.registers(words)
            }
            _ => question.frame(&[question.function | 0x80, 2]),
        })
    })
}

/// A shell in the directory that the commands before have left it in.
struct Shell {
    folder: PathBuf,
    path: String,
    variables: Vec<(&'static str, String)>,
    daemons: Vec<Process>,
}

impl Shell {
    /// One that finds the program under its name, and the ports of this test in its settings.
    fn new(context: &Context) -> Self {
        let programs = context.path("programs");
        std::fs::create_dir(&programs).unwrap();
        let program = env!("CARGO_BIN_EXE_hanqing");
        std::os::unix::fs::symlink(program, programs.join("hanqing")).unwrap();
        let folder = context.path("home");
        std::fs::create_dir(&folder).unwrap();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        Self { folder, path, variables: Vec::new(), daemons: Vec::new() }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        let own = hanqing();
        for (name, value) in own.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command.env("PATH", &self.path).current_dir(&self.folder).stdin(Stdio::null());
        command.args(["-euc", line]);
        command
    }

    /// Types a line; one that ends with `&` runs on.
    fn types(&mut self, line: &str) {
        match line.trim_end().strip_suffix('&') {
            Some(daemon) => {
                let name = format!("{}.out", self.daemons.len());
                let printed = std::fs::File::create(self.folder.join(name)).unwrap();
                let mut command = self.command(&format!("exec {daemon}"));
                self.daemons.push(Process(command.stdout(printed).spawn().unwrap()));
            }
            None => {
                let (code, printed, told) = outcome(&mut self.command(&format!("{line} && pwd")));
                assert_eq!(code, Some(0), "{line}: {printed}{told}");
                self.folder = printed.lines().last().unwrap().into();
            }
        }
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }
}

/// Types the block with these ports in place of the usual ones, until the level is on the page; how long it took.
fn walk(readme: &str) -> Duration {
    let lines = lines(readme);
    let context = Context::new();
    let device = sensor();
    let mut shell = Shell::new(&context);
    let broker = format!("127.0.0.1:{}", context.broker_port());
    let begun = Instant::now();
    for line in &lines {
        let line = line.replace(DEVICE, &format!("127.0.0.1:{}", device.port));
        let line = line.replace("127.0.0.1:1883", &broker);
        let of_hub = line.contains("hanqing hub") || line.contains("init hub");
        shell.variables = match of_hub {
            true => vec![
                ("HANQING__BROKER__LISTEN", broker.clone()),
                ("HANQING__MQTT__URL", format!("mqtt://{broker}")),
                ("HANQING__WEB__LISTEN", format!("127.0.0.1:{}", context.page_port())),
            ],
            false => Vec::new(),
        };
        shell.types(&line);
    }
    let link =
        wait_for("the link", || link(&shell.read("0.out")).ok_or_else(|| shell.read("hub.log")));
    let mut visit = Visit::to(context.page_port());
    choose(&mut visit, &link, PASSWORD);
    // The elevation of the sensor and the depth above it.
    let shown = "219.24";
    wait_for("the level on the page", || {
        let page = visit.get("/").text();
        let said =
            || format!("{page:.4000}\n{}\n{}", shell.read("hub.log"), shell.read("edge.log"));
        if page.contains(shown) { Ok(()) } else { Err(said()) }
    });
    let took = begun.elapsed();
    let typed = lines.iter().flat_map(|line| line.split("&& ")).count() + 1;
    println!("{readme}: {typed} commands, the link among them; {:.1} s", took.as_secs_f64());
    assert!(typed <= COMMANDS_MOST, "{typed} commands in {readme}");
    took
}

#[test]
fn the_readme_leads_from_an_empty_directory_to_the_first_reading_on_the_page() {
    for readme in ["README.md", "README.zh-CN.md"] {
        let took = walk(readme);
        assert!(took <= TIME_MOST, "{readme}: {took:?}");
    }
}

#[test]
fn both_languages_have_the_same_commands_and_the_device_is_all_that_changes() {
    let [english, chinese] = ["README.md", "README.zh-CN.md"].map(lines);
    assert_eq!(english, chinese);
    let with_address = english.iter().filter(|line| line.contains(DEVICE));
    assert_eq!(with_address.count(), 1, "{english:?}");
    let absolute = |line: &&String| line.split(' ').any(|word| Path::new(word).is_absolute());
    assert_eq!(
        english.iter().find(absolute),
        None,
        "an ordinary user writes here and nowhere else"
    );
}
