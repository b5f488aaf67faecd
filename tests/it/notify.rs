//! Alarms on their way out: a real mail server over TLS, and receivers that answer as their documents say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::clerk::{run, run_zh};
use crate::context::{Context, Process, repository};
use crate::peers::python;
use crate::tls::make_for;

/// Longest wait for what was sent.
const ARRIVES: Duration = Duration::from_secs(20);

const PASSWORD: &str = "app s3cret";

/// A hub's settings with these channels.
fn office(channels: &str) -> Context {
    let context = Context::new();
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    context.write("hub.toml", &format!("{config}{channels}"));
    context
}

/// The mail server of tests/smtp_sink.py.
struct Sink {
    port: u16,
    letters: BufReader<ChildStdout>,
    _input: ChildStdin,
    _process: Process,
}

impl Sink {
    fn start(certificates: &Path, tls: &str) -> Self {
        let settings = json!({
            "tls": tls,
            "certificate": certificates.join("broker.pem"),
            "key": certificates.join("broker.key"),
            "user": "office",
            "password": PASSWORD,
            "unknown": ["gone@example.org"],
        });
        let mut child = python("tests/smtp_sink.py", &[&settings.to_string()]);
        let input = child.stdin.take().unwrap();
        let mut letters = BufReader::new(child.stdout.take().unwrap());
        let process = Process(child);
        let mut line = String::new();
        letters.read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self { port, letters, _input: input, _process: process }
    }

    fn letter(&mut self) -> Value {
        let mut line = String::new();
        self.letters.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

fn mail(name: &str, sink: &Sink, tls: &str, more: &str) -> String {
    format!(
        "\n[[alarm.channel]]\nname = \"{name}\"\nkind = \"email\"\nserver = \"localhost\"\nport = {}\ntls = \"{tls}\"\n\
         user = \"office\"\nfrom = \"水利站 <hub@example.org>\"\nto = [\"duty@example.org\", \"gone@example.org\"]\n{more}\n",
        sink.port
    )
}

#[test]
fn a_letter_arrives_at_a_mail_server_over_tls_and_at_no_other() {
    let context = office("");
    for folder in ["tls", "other"] {
        make_for("", &context, folder, &["authority"]);
    }
    make_for("", &context, "tls", &["broker", "localhost"]);
    let [password, wrong] = [("password", PASSWORD), ("wrong", "s3cret of another")]
        .map(|(name, text)| context.write(name, &format!("{text}\n")));
    let [authority, other] = ["tls", "other"].map(|folder| context.path(folder).join("ca.pem"));
    let ways = ["implicit", "starttls"];
    let mut sinks = ways.map(|tls| Sink::start(&context.path("tls"), tls));
    let right = format!("password_file = {password:?}\nca_file = {authority:?}");
    let login = format!("password_file = {wrong:?}\nca_file = {authority:?}");
    let strange = format!("password_file = {password:?}\nca_file = {other:?}");
    let mut config = std::fs::read_to_string(context.path("hub.toml")).unwrap();
    for (tls, sink) in ways.iter().zip(&sinks) {
        config.push_str(&mail(&format!("mail {tls}"), sink, tls, &right));
    }
    config.push_str(&mail("login", &sinks[0], "implicit", &login));
    config.push_str(&mail("strange", &sinks[0], "implicit", &strange));
    config.push_str(&mail("crossed", &sinks[1], "implicit", &right));
    context.write("hub.toml", &config);

    for (tls, sink) in ways.iter().zip(&mut sinks) {
        let (code, printed, told) = run_zh(&context, &["alarm", "test"], &[&format!("mail {tls}")]);
        assert_eq!(code, Some(0), "{printed}{told}");
        let letter = sink.letter();
        assert_eq!(letter["to"], json!(["duty@example.org"]), "the other is not known there");
        assert_eq!((&letter["user"], &letter["parts"]), (&json!("office"), &json!(1)));
        assert!(letter["tls"].as_str().unwrap().starts_with("TLSv1."), "{letter}");
        let id = letter["head"]["hanqing-letter"].as_str().unwrap();
        assert!(id.starts_with("test-"), "{letter}");
        assert_eq!(letter["head"]["message-id"], format!("<{id}@example.org>"));
        assert_eq!(letter["head"]["from"], "水利站 <hub@example.org>");
        let [subject, text] =
            [&letter["head"]["subject"], &letter["text"]].map(|v| v.as_str().unwrap());
        assert!(text.starts_with(subject) && !subject.is_empty(), "{letter}");
    }
    for (channel, said) in
        [("login", "535"), ("strange", "is not trusted"), ("crossed", "is not TLS")]
    {
        let (code, printed, told) = run(&context, &["alarm", "test"], &[channel]);
        assert_eq!(code, Some(1), "{channel}: {printed}{told}");
        assert!(told.contains(said) && !told.contains("s3cret"), "{channel}: {told}");
    }
}

/// Answers each request with this status and body, and hands on what was asked.
fn stub(status: &'static str, body: &'static str) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = sync_channel(16);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = sender.send(exchange(stream, status, body));
        }
    });
    (port, receiver)
}

fn exchange(mut stream: TcpStream, status: &str, body: &str) -> String {
    stream.set_read_timeout(Some(ARRIVES)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut asked, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        asked.push_str(&line);
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut content = vec![0; length];
    reader.read_exact(&mut content).unwrap();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
    asked + &String::from_utf8(content).unwrap()
}

#[test]
fn robots_take_a_letter_and_their_refusals_are_put_into_words() {
    let ok = r#"{"errcode":0,"errmsg":"ok"}"#;
    let cases = [
        ("wecom", ok, Some(0), ""),
        (
            "wecom",
            r#"{"errcode":93000,"errmsg":"invalid webhook url, key=s3cret"}"#,
            Some(1),
            "93000",
        ),
        ("dingtalk", ok, Some(0), ""),
        ("dingtalk", r#"{"errcode":310000,"errmsg":"keywords not in content"}"#, Some(1), "310000"),
        ("feishu", r#"{"code":0,"data":{},"msg":"success"}"#, Some(0), ""),
        ("feishu", r#"{"code":19021,"data":{},"msg":"sign match fail"}"#, Some(1), "19021"),
    ];
    let context = office("");
    let secret = context.write("secret", "SECs3cret\n");
    let mut config = std::fs::read_to_string(context.path("hub.toml")).unwrap();
    let mut asked = Vec::new();
    for (index, (kind, body, ..)) in cases.iter().enumerate() {
        let (port, receiver) = stub("200 OK", body);
        let url = format!("http://127.0.0.1:{port}/send?key=s3cret&access_token=s3cret\n");
        let url = context.write(&format!("url{index}"), &url);
        let signed =
            if *kind == "wecom" { String::new() } else { format!("secret_file = {secret:?}\n") };
        config.push_str(&format!(
            "\n[[alarm.channel]]\nname = \"c{index}\"\nkind = \"{kind}\"\nurl_file = {url:?}\nallow = [\"127.0.0.1\"]\n{signed}"
        ));
        asked.push(receiver);
    }
    context.write("hub.toml", &config);
    for (index, (kind, _, expected, said)) in cases.iter().enumerate() {
        let (code, printed, told) = run(&context, &["alarm", "test"], &[&format!("c{index}")]);
        assert_eq!(code, *expected, "{kind}: {printed}{told}");
        assert!(told.contains(said) && !format!("{printed}{told}").contains("s3cret"), "{told}");
        let request = asked[index].recv_timeout(ARRIVES).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        match *kind {
            "dingtalk" => {
                assert!(head.contains("&timestamp=") && head.contains("&sign="), "{head}");
            }
            "feishu" => assert!(body["sign"].is_string() && body["msg_type"] == "post", "{body}"),
            _ => assert_eq!(body["msgtype"], "markdown"),
        }
    }
}

/// Who reads docs/alarms.md finds out by its example whether a letter is the office's.
#[test]
fn the_example_of_the_document_tells_a_letter_from_a_forged_one() {
    let (port, asked) = stub("204 No Content", "");
    let context = office("");
    let secret = context.write("secret", "shared with the county\n");
    let mut config = std::fs::read_to_string(context.path("hub.toml")).unwrap();
    config.push_str(&format!(
        "\n[[alarm.channel]]\nname = \"county\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/hook\"\n\
         secret_file = {secret:?}\nallow = [\"127.0.0.1\"]\n"
    ));
    context.write("hub.toml", &config);
    let (code, printed, told) = run(&context, &["alarm", "test"], &["county"]);
    assert_eq!(code, Some(0), "{printed}{told}");
    let request = asked.recv_timeout(ARRIVES).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let signature = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("hanqing-signature").then_some(value)
    });
    let document = std::fs::read_to_string(repository("docs/alarms.md")).unwrap();
    let (_, example) = document.split_once("```python\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let script = format!(
        "{example}\nimport json, sys\nsecret, header, body = json.loads(sys.argv[1])\n\
         print([genuine(secret.encode(), header, text.encode()) for text in (body, body + ' ')])\n"
    );
    context.write("example.py", &script);
    let input = json!(["shared with the county", signature.unwrap(), body]).to_string();
    let path = context.path("example.py");
    let found = python(path.to_str().unwrap(), &[&input]).wait_with_output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap().trim(), "[True, False]");
}
