//! What a person is told of broker and server before a hub or a gateway runs, and of settings that cannot be used.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use crate::context::{Context, free_port, hanqing, outcome};
use crate::peers::mosquitto;
use crate::victoria::Victoria;

fn check(context: &Context, file: &str, connect: bool) -> (Option<i32>, String) {
    let mut command: Command = hanqing();
    command.arg("check").arg(context.path(file));
    if connect {
        command.arg("--connect");
    }
    let (code, said, errors) = outcome(&mut command);
    assert!(!errors.contains("panicked"), "{errors}");
    (code, said + &errors)
}

/// A hub's file with these lines under `[store.server]`.
fn hub_with(context: &Context, server: &str) {
    context.hub_config();
    let text = std::fs::read_to_string(context.path("hub.toml")).unwrap();
    context.write("hub.toml", &format!("{text}[store.server]\n{server}"));
}

/// A server that gives each request this answer.
fn answers(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut start = [0; 4096];
            // Some of the request is enough: the answer is the same whatever it holds.
            if stream.read(&mut start).is_ok_and(|bytes| bytes > 0) {
                let head = "HTTP/1.1 ";
                let _gone = stream.write_all(format!("{head}{answer}").as_bytes());
            }
        }
    });
    port
}

#[test]
fn a_connection_that_can_be_used_is_said_and_exits_with_0() {
    let context = Context::new();
    let _broker = mosquitto(&context);
    let victoria = Victoria::start(&context);
    hub_with(
        &context,
        &format!("kind = \"victoria\"\nurl = \"http://127.0.0.1:{}\"\n", victoria.port),
    );
    let (code, said) = check(&context, "hub.toml", true);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("accepts connection, login and subscription (MQTT 5)"), "{said}");
    assert!(
        said.contains("takes writes and lets this hub read; it keeps them in memory"),
        "{said}"
    );
    let (code, said) = check(&context, "hub.toml", false);
    assert!(code == Some(0) && !said.contains("accepts connection"), "{said}");
    context.edge_config(
        "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:1\"\ninterval_s = 60\n[[bus.device]]\nunit = 1\nprofile = \"one-level\"\n\
         station = \"pond-1\"\n",
    );
    let (code, said) = check(&context, "edge.toml", true);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("accepts connection, login and subscription"), "{said}");
}

#[test]
fn a_connection_that_cannot_be_used_is_named_and_exits_with_1() {
    let context = Context::new();
    let token = context.write("token", "s3cret\n");
    let influx = |port: u16| {
        let (org, token) = ("org = \"county\"\nbucket = \"hanqing\"", token.display());
        format!(
            "kind = \"influx\"\nurl = \"http://127.0.0.1:{port}\"\n{org}\ntoken_file = \"{token}\"\n"
        )
    };
    for (server, word) in [
        (influx(free_port()), "refused"),
        (influx(answers("401 Unauthorized\r\ncontent-length: 0\r\n\r\n")), "401, the token"),
        (
            influx(answers(
                "400 Bad Request\r\ncontent-length: 47\r\n\r\nClient sent an HTTP request to an HTTPS server.",
            )),
            "must begin with https",
        ),
        (
            influx(answers("200 OK\r\ncontent-length: 6\r\n\r\n<html>")),
            "not answer like InfluxDB 2",
        ),
        (
            format!(
                "kind = \"victoria\"\nurl = \"http://127.0.0.1:{}\"\n",
                answers("200 OK\r\ncontent-length: 6\r\n\r\n<html>")
            ),
            "not answer like VictoriaMetrics",
        ),
    ] {
        hub_with(&context, &server);
        let (code, said) = check(&context, "hub.toml", true);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(word) && !said.contains("s3cret"), "{word}: {said}");
        // No broker either.
        assert!(said.contains("mqtt: "), "{said}");
    }
}

/// An empty token and a file that holds no certificate are seen without a connection, by `check` and by the hub itself.
#[test]
fn a_file_that_cannot_be_used_is_named_without_a_connection_and_nothing_panics() {
    let context = Context::new();
    let (empty, token) = (context.write("empty", ""), context.write("token", "s3cret\n"));
    let influx = |token: &std::path::Path, more: &str| {
        format!(
            "kind = \"influx\"\nurl = \"https://127.0.0.1:{}\"\norg = \"county\"\nbucket = \"hanqing\"\ntoken_file = \"{}\"\n{more}",
            free_port(),
            token.display()
        )
    };
    let ca = format!("ca_file = \"{}\"\n", token.display());
    for (server, word) in [
        (influx(&empty, ""), "must hold one line"),
        (influx(&token, &ca), "holds no certificate in PEM form"),
    ] {
        hub_with(&context, &server);
        let (code, said) = check(&context, "hub.toml", false);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(word), "{said}");
        for more in [&[][..], &["--ingest-only"]] {
            let mut hub = hanqing();
            hub.arg("hub").args(more).arg("-c").arg(context.path("hub.toml"));
            let (code, _, errors) = outcome(&mut hub);
            assert_eq!(code, Some(1), "{errors}");
            assert!(errors.contains(word) && !errors.contains("panicked"), "{errors}");
        }
    }
}
