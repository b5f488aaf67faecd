//! A directory of its own for each test, the processes started in it, and waiting with a bound.

use std::fmt::Debug;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use hanqing::core::{Reading, Series};
use hanqing::edge::control::{Client, GatewayStatus};
use hanqing::store::Sqlite;
use hanqing::wire::Epoch;
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

/// Longest that anything may take which a test waits for. Generous: it costs time only where the test fails.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// Time between two looks at a condition.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The gateway of these tests.
pub const GATEWAY: &str = "gw-test";

/// Waits until `look` gives something, and gives it on. Fails with `what` and the last thing seen.
pub fn wait_for<T, S: Debug>(what: &str, look: impl FnMut() -> Result<T, S>) -> T {
    match looked_for(WAIT_MAX, LOOK_EVERY, look) {
        Ok(found) => found,
        Err(seen) => panic!("waited {WAIT_MAX:?} for {what}; last seen: {seen:?}"),
    }
}

/// What `look` gives in the end, or what it has seen last where it gives nothing for longer than `most`.
#[expect(
    clippy::disallowed_methods,
    reason = "no runtime here, and the state looked at is of other processes: nothing tells us when it changes"
)]
pub fn looked_for<T, S>(
    most: Duration,
    every: Duration,
    mut look: impl FnMut() -> Result<T, S>,
) -> Result<T, S> {
    let begun = Instant::now();
    loop {
        match look() {
            Err(_) if begun.elapsed() <= most => std::thread::sleep(every),
            done => return done,
        }
    }
}

/// A port of 127.0.0.1 that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A process that does not outlive its test.
pub struct Process(pub Child);

impl Process {
    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.end();
    }

    /// Whether it is still there.
    pub fn runs(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// A gateway's spool, as the gateway tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SpoolSeen {
    /// The life of the spool.
    pub epoch: Epoch,
    /// The last batch that was appended.
    pub last_seq: u64,
    /// Batches that wait.
    pub waiting: u64,
}

/// The files of one test and what runs on them.
pub struct Context {
    directory: tempfile::TempDir,
    broker_port: u16,
    page_port: u16,
}

impl Context {
    /// An empty directory and free ports.
    pub fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            broker_port: free_port(),
            page_port: free_port(),
        }
    }

    /// Where the broker of this test listens.
    pub fn broker_port(&self) -> u16 {
        self.broker_port
    }

    /// Where the hub of this test shows its page.
    pub fn page_port(&self) -> u16 {
        self.page_port
    }

    /// A file of this test.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file of this test.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Writes `edge.toml` with these buses, whose devices may follow the profile `one-level` beside the shipped ones: a
    /// level in mm at holding register 4.
    pub fn edge_config(&self, buses: &str) -> PathBuf {
        let text = format!(
            "gateway = \"{GATEWAY}\"\ndevices_dir = {:?}\n[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n\
             [spool]\npath = {:?}\n[clock]\ntrust = \"always\"\n{buses}",
            repository("tests/devices"),
            self.broker_port,
            self.path("spool.db"),
        );
        self.write("edge.toml", &text)
    }

    /// Writes `hub.toml`, with the township that is shipped. Every program of this machine may read the page.
    pub fn hub_config(&self) -> PathBuf {
        let text = format!(
            "township = {:?}\n[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n[store]\npath = {:?}\n[ledger]\npath = {:?}\n\
             [web]\nlisten = \"127.0.0.1:{}\"\nopen_to = [\"127.0.0.0/8\"]\n",
            repository("config/township.toml"),
            self.broker_port,
            self.path("store.db"),
            self.path("ledger.db"),
            self.page_port,
        );
        self.write("hub.toml", &text)
    }

    /// Starts the gateway on `edge.toml`.
    pub fn edge(&self) -> Process {
        self.daemon("edge", "edge.toml")
    }

    /// Starts the hub on `hub.toml`.
    pub fn hub(&self) -> Process {
        self.daemon("hub", "hub.toml")
    }

    fn daemon(&self, command: &str, config: &str) -> Process {
        self.daemon_with(command, config, command, &[])
    }

    /// Starts a daemon on a file of this test, with more in its environment; its log has a name of its own.
    pub fn daemon_with(
        &self,
        command: &str,
        config: &str,
        log: &str,
        environment: &[(&str, String)],
    ) -> Process {
        let file = |name: String| {
            std::fs::File::options().create(true).append(true).open(self.path(&name)).unwrap()
        };
        let mut daemon = hanqing();
        daemon.args([command, "-c"]).arg(self.path(config));
        daemon.stdout(file(format!("{log}.out"))).stderr(file(format!("{log}.log")));
        daemon.envs(environment.iter().map(|(name, value)| (name, value)));
        Process(daemon.spawn().unwrap())
    }

    /// What a daemon has logged.
    pub fn log(&self, command: &str) -> String {
        std::fs::read_to_string(self.path(&format!("{command}.log"))).unwrap_or_default()
    }

    /// What a daemon has printed beside its log.
    pub fn printed(&self, command: &str) -> String {
        std::fs::read_to_string(self.path(&format!("{command}.out"))).unwrap_or_default()
    }

    /// The hub's store, once it is there.
    pub fn store(&self) -> Sqlite {
        wait_for("the store", || {
            Sqlite::open_reader(&self.path("store.db")).map_err(|e| e.to_string())
        })
    }

    /// All readings of a series in the store.
    pub fn readings(&self, series: &str) -> Vec<Reading> {
        let series: Series = series.parse().unwrap();
        let store = self.store();
        store.readings(&series, Timestamp::UNIX_EPOCH, Timestamp::MAX).unwrap()
    }

    /// The gateway's spool, once it runs.
    pub fn spool(&self) -> SpoolSeen {
        wait_for("the spool", || self.look_at_spool().map_err(|e| e.to_string()))
    }

    fn look_at_spool(&self) -> anyhow::Result<SpoolSeen> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(Client::connect(&self.path("spool.sock")))?;
        let client = client.ok_or_else(|| anyhow::anyhow!("no gateway runs"))?;
        let spool = &client.status().spool;
        Ok(SpoolSeen { epoch: spool.epoch, last_seq: spool.last_seq, waiting: spool.batches })
    }

    /// What the running gateway says of itself.
    pub fn status(&self) -> GatewayStatus {
        wait_for("the gateway's status", || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let client = runtime.unwrap().block_on(Client::connect(&self.path("spool.sock")));
            match client {
                Ok(Some(client)) => Ok(client.status().clone()),
                Ok(None) => Err("no gateway runs".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    /// Rows of the quarantine: topic and reason.
    pub fn quarantine(&self) -> Vec<(String, String)> {
        drop(self.store());
        let connection =
            Connection::open_with_flags(self.path("store.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)
                .unwrap();
        let mut statement = connection.prepare("SELECT topic, problem FROM quarantine").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
    }

    /// What the page's interface says, once the page is served.
    pub fn overview(&self) -> serde_json::Value {
        wait_for("the page", || {
            let answer = get(self.page_port, "/api/overview").map_err(|e| e.to_string())?;
            let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(|| answer.clone())?;
            serde_json::from_str(body).map_err(|e| format!("{e}: {answer}"))
        })
    }
}

/// What a page answers, head and all.
pub fn get(port: u16, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The program, as a user starts it where no language is set: it speaks English.
pub fn hanqing() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hanqing"));
    for variable in
        ["HANQING_LOG", "HANQING_LANG", "HANQING_LOCALES", "LC_ALL", "LC_MESSAGES", "LANG"]
    {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// What a command came to: exit code, standard output, standard error.
pub fn outcome(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.stdout(Stdio::piped()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}
