//! NATS and RabbitMQ as brokers of MQTT, from Debian's packages.

use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::context::{Context, Process, free_port, wait_for};
use crate::peers::daemons_path;

fn listens(process: &mut Process, what: &str, port: u16) {
    wait_for(what, || {
        assert!(process.runs(), "{what} ended at once");
        TcpStream::connect(("127.0.0.1", port)).map_err(|e| e.to_string())
    });
}

fn started(command: &mut Command, what: &str) -> Process {
    let command = command.env("PATH", daemons_path()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.stdin(Stdio::null()).spawn() {
        Ok(child) => Process(child),
        Err(error) => panic!("cannot start {what} ({error}): run tests/run, which installs it"),
    }
}

/// A NATS server that listens where the broker of the test is said to be.
pub struct Nats {
    process: Process,
    own_port: u16,
}

impl Nats {
    pub fn start(context: &Context) -> Self {
        let own_port = free_port();
        Self { process: Self::run(context, own_port), own_port }
    }

    fn run(context: &Context, own_port: u16) -> Process {
        let port = context.broker_port();
        // What it keeps is part of MQTT for it: without JetStream and a name it does not speak it.
        let config = format!(
            "server_name: one\nhost: 127.0.0.1\nport: {own_port}\njetstream {{ store_dir: {:?} }}\n\
             mqtt {{ host: 127.0.0.1, port: {port} }}\n",
            context.path("nats")
        );
        let config = context.write("nats.conf", &config);
        let mut process = started(Command::new("nats-server").arg("-c").arg(config), "nats-server");
        listens(&mut process, "nats-server", port);
        process
    }

    /// Ends it as a power cut would, and starts it on the same files.
    pub fn kill_and_start(&mut self, context: &Context) {
        self.process.kill();
        self.process = Self::run(context, self.own_port);
    }
}

/// A RabbitMQ with its plugin for MQTT, which listens where the broker of the test is said to be.
pub struct Rabbit {
    process: Process,
    names_port: u16,
}

impl Rabbit {
    pub fn start(context: &Context) -> Self {
        let port = context.broker_port();
        let names_port = free_port();
        let config = format!(
            "listeners.tcp = none\nmqtt.listeners.tcp.default = 127.0.0.1:{port}\nmqtt.allow_anonymous = true\n"
        );
        let config = context.write("rabbit.conf", &config);
        let plugins = context.write("plugins", "[rabbitmq_mqtt].\n");
        std::fs::create_dir_all(context.path("home")).unwrap();
        let mut command = Command::new("/usr/lib/rabbitmq/bin/rabbitmq-server");
        command
            .env("HOME", context.path("home"))
            .env("RABBITMQ_NODENAME", format!("test-{port}@localhost"))
            .env("RABBITMQ_MNESIA_BASE", context.path("mnesia"))
            .env("RABBITMQ_LOG_BASE", context.path("log"))
            .env("RABBITMQ_CONFIG_FILE", config)
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", plugins)
            .env("RABBITMQ_DIST_PORT", free_port().to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("ERL_EPMD_PORT", names_port.to_string())
            // So that it can be ended while it still has a name.
            .env("ERL_EPMD_RELAXED_COMMAND_CHECK", "1")
            // The script that starts it has children.
            .process_group(0);
        let mut process = started(&mut command, "rabbitmq-server");
        listens(&mut process, "rabbitmq-server", port);
        Self { process, names_port }
    }
}

impl Drop for Rabbit {
    fn drop(&mut self) {
        let group = format!("-{}", self.process.0.id());
        let _ended = Command::new("kill").args(["-KILL", "--", &group]).status();
        // Erlang leaves a server of names behind.
        let mut names = Command::new("epmd");
        names.env("ERL_EPMD_PORT", self.names_port.to_string()).arg("-kill");
        let _ended = names.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}
