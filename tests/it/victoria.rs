//! A VictoriaMetrics of a test's own, from Debian's package.

use std::process::{Command, Stdio};

use hanqing::store::server::ServerSettings;

use crate::context::{Context, Process, free_port, get, wait_for};

/// A server that runs.
pub struct Victoria {
    process: Process,
    data: String,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Victoria {
    /// Starts one that keeps all that is younger than a hundred years.
    pub fn start(context: &Context) -> Self {
        let port = free_port();
        let data = context.path("victoria").display().to_string();
        Self { process: Self::run(&data, port), data, port }
    }

    /// Its process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Starts it anew after its end.
    pub fn start_again(&mut self) {
        self.process = Self::run(&self.data, self.port);
    }

    /// Ends it as a power cut would, and starts it anew.
    pub fn kill_and_start(&mut self) {
        self.process.kill();
        self.process = Self::run(&self.data, self.port);
    }

    fn run(data: &str, port: u16) -> Process {
        let started = Command::new("victoria-metrics")
            .arg(format!("-storageDataPath={data}"))
            .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
            .arg("-retentionPeriod=100y")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let child = match started {
            Ok(child) => child,
            Err(error) => {
                panic!("cannot start victoria-metrics ({error}): run tests/run, which installs it")
            }
        };
        let mut process = Process(child);
        wait_for("victoria-metrics", || {
            assert!(process.runs(), "victoria-metrics ended at once");
            get(port, "/health").map_err(|error| error.to_string())
        });
        process
    }

    /// Settings for it.
    pub fn settings(&self) -> ServerSettings {
        let text = format!("kind = \"victoria\"\nurl = \"http://127.0.0.1:{}\"", self.port);
        toml::from_str(&text).unwrap()
    }

    /// Has it show all that it has taken.
    pub fn flush(&self) {
        get(self.port, "/internal/force_flush").unwrap();
    }
}
