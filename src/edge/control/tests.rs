//! A control socket with buses that the test answers for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::device::{Function, Request};
use crate::edge::EdgeWatch;
use crate::locales::{Lang, within};
use crate::modbus::{
    AdHocRequest, Bus, BusContext, Mode, Parity, QuirkStore, ReadError, SerialMode,
};
use crate::support::Clock;

const MODE: SerialMode = SerialMode { baud: 4800, parity: Parity::Even, stop_bits: 1 };

/// A TCP bus "pumps" and a serial bus "levels", whose requests arrive in `requests`.
struct Fixture {
    path: PathBuf,
    requests: mpsc::Receiver<AdHocRequest>,
    stop: CancellationToken,
    serving: JoinHandle<anyhow::Result<()>>,
    _folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.sock");
        let (sender, requests) = mpsc::channel(1);
        let (mode, changes) = watch::channel(Mode::Normal);
        let context = BusContext {
            clock: Clock::system(),
            mode: changes,
            quirks: Arc::new(QuirkStore::open(folder.path().join("learned.toml"), "gw-test")),
            profiles: &BTreeMap::new(),
            random: || 0.0,
        };
        let bus = |name: &str, serial| {
            let settings = toml::from_str(&format!("name = {name:?}")).unwrap();
            let idle = Bus::new(&settings, &context, None).unwrap();
            ControlBus {
                name: name.into(),
                line: "here".into(),
                devices: Vec::new(),
                watch: idle.watch(),
                silent_max: Duration::from_secs(60),
                serial,
                requests: sender.clone(),
            }
        };
        let source = Arc::new(StatusSource {
            gateway: "gw-test".parse().unwrap(),
            spool_size_max: 1 << 20,
            hold_min: 10,
            clock: Clock::system(),
            watch: EdgeWatch {
                buses: Arc::default(),
                spool: watch::channel(Default::default()).1,
                delivery: watch::channel(Default::default()).1,
                views: Vec::new(),
                refused: watch::Sender::default(),
                pushed: watch::Sender::default(),
                lines: [].into(),
                clock: Clock::system(),
            },
            mode,
            buses: vec![bus("pumps", false), bus("levels", true)],
        });
        let stop = CancellationToken::new();
        let socket = ControlSocket::open(&path).unwrap();
        let serving = tokio::spawn(serve(source, socket, stop.clone()));
        Self { path, requests, stop, serving, _folder: folder }
    }

    async fn client(&self) -> Client {
        Client::connect(&self.path).await.unwrap().unwrap()
    }

    async fn raw(&self) -> UnixStream {
        UnixStream::connect(&self.path).await.unwrap()
    }
}

fn read(bus: &str) -> ReadCommand {
    ReadCommand {
        bus: bus.into(),
        unit: 7,
        function: Function::Input,
        address: 30,
        count: 2,
        timeout_ms: Some(250),
        mode: None,
    }
}

#[tokio::test]
async fn a_read_is_passed_to_its_bus_and_the_answer_comes_back() {
    let mut fixture = Fixture::new();
    let mut client = fixture.client().await;
    assert_eq!(client.status().gateway.as_str(), "gw-test");
    let bus = async {
        let received = fixture.requests.recv().await.unwrap();
        let request = Request { function: Function::Input, address: 30, count: 2 };
        assert_eq!((received.unit, received.request), (7, request));
        assert_eq!(received.timeout, Some(Duration::from_millis(250)));
        assert_eq!(received.mode, Some(MODE));
        received.reply.send(Ok(vec![1, 2])).unwrap();
        let received = fixture.requests.recv().await.unwrap();
        assert_eq!(received.mode, None);
        let exception = ReadError::Exception { unit: 7, code: 2 };
        received.reply.send(Err(exception)).unwrap();
    };
    let asked = async {
        let mode = Some(MODE);
        let first = client.send(Command::Read(ReadCommand { mode, ..read("levels") })).await;
        (first, client.send(Command::Read(read("pumps"))).await)
    };
    let ((), (first, second)) = tokio::join!(bus, asked);
    assert!(matches!(first.unwrap(), Answer::Words { words, .. } if words == [1, 2]));
    let Answer::Failed { failure, .. } = second.unwrap() else {
        panic!("no failure");
    };
    assert_eq!(failure.exception, Some(2));
    fixture.stop.cancel();
    fixture.serving.await.unwrap().unwrap();
    assert!(Client::connect(&fixture.path).await.unwrap().is_none());
}

#[tokio::test]
async fn an_impossible_read_is_refused_and_the_connection_stays_open() {
    let fixture = Fixture::new();
    let mut client = fixture.client().await;
    let reads = [
        (read("wells"), "no bus \"wells\", only pumps, levels"),
        (ReadCommand { mode: Some(MODE), ..read("pumps") }, "no serial port"),
        (ReadCommand { count: 126, ..read("pumps") }, "1 to 125"),
    ];
    for (read, word) in reads {
        let refusal = client.send(Command::Read(read)).await.unwrap_err().to_string();
        assert!(refusal.contains(word), "{refusal}");
    }
    assert!(matches!(client.send(Command::Status).await.unwrap(), Answer::Status(_)));
}

#[tokio::test]
async fn the_mode_is_switched_and_reported() {
    let fixture = Fixture::new();
    let mut client = fixture.client().await;
    let status = client.status();
    assert_eq!(status.mode, Mode::Normal);
    let names: Vec<&str> = status.buses.iter().map(|bus| bus.report.name.as_str()).collect();
    assert_eq!(names, ["pumps", "levels"]);
    for before in [Mode::Normal, Mode::Drought] {
        let answer = client.send(Command::Mode(Mode::Drought)).await.unwrap();
        let now = Mode::Drought;
        assert_eq!(answer, Answer::Mode { before, now });
    }
    assert_eq!(fixture.client().await.status().mode, Mode::Drought);
}

/// Sends `bytes` and returns the line that comes back.
async fn exchange(stream: &mut BufReader<UnixStream>, bytes: &[u8]) -> String {
    stream.write_all(bytes).await.unwrap();
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    line
}

#[tokio::test]
async fn whoever_asks_is_answered_in_his_language() {
    let mut fixture = Fixture::new();
    let mut stream = BufReader::new(fixture.raw().await);
    let ask = |lang: &str, bus: &str| {
        let read = "\"unit\":7,\"function\":4,\"address\":30,\"count\":2";
        format!("{{\"v\":1,{lang}\"ask\":{{\"read\":{{\"bus\":\"{bus}\",{read}}}}}}}\n")
    };
    let (zh, nobody) = ("\"lang\":\"zh\",", "");
    let line = exchange(&mut stream, ask(zh, "wells").as_bytes()).await;
    assert!(line.contains("没有总线 `wells`，只有 pumps、levels"), "{line}");
    let line = exchange(&mut stream, ask(nobody, "wells").as_bytes()).await;
    assert!(line.contains("only pumps, levels"), "{line}");
    for (lang, said) in [(zh, "没有应答"), (nobody, "did not answer within 300 ms")] {
        let bus = async {
            let received = fixture.requests.recv().await.unwrap();
            let silence = ReadError::Timeout { unit: 7, timeout_ms: 300 };
            received.reply.send(Err(silence)).unwrap();
        };
        let request = ask(lang, "pumps");
        let ((), line) = tokio::join!(bus, exchange(&mut stream, request.as_bytes()));
        assert!(line.contains(said), "{line}");
    }
    let line = exchange(&mut stream, b"{\"v\":1,\"lang\":\"zh\",\"ask\":\"fly\"}\n").await;
    assert!(line.contains("请求无效"), "{line}");
}

#[tokio::test]
async fn garbage_is_refused_and_a_line_without_an_end_closes() {
    let fixture = Fixture::new();
    let mut stream = BufReader::new(fixture.raw().await);
    assert!(exchange(&mut stream, b"\n").await.contains("not a valid request"));
    let line = exchange(&mut stream, b"\xff\x00{[\"\n").await;
    assert!(line.contains("refused"), "{line}");
    let line = exchange(&mut stream, b"{\"v\":9,\"ask\":\"status\"}\n").await;
    assert!(line.contains("version 9"), "{line}");
    let line = exchange(&mut stream, &[b'['; 1024]).await;
    assert!(line.contains("at most 1024 bytes"), "{line}");
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    // Half a request, then the end.
    let mut stream = fixture.raw().await;
    stream.write_all(b"{\"v\":1").await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    fixture.client().await;
}

#[tokio::test]
async fn one_connection_too_many_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(fixture.client().await);
    }
    let error = Client::connect(&fixture.path).await.unwrap_err();
    assert!(error.to_string().contains("4 commands"), "{error}");
    let said = within(Lang::Chinese, || error.to_string());
    assert_eq!(said, "运行中的网关拒绝：已有 4 个命令在用：请等其中一个结束");
    held.pop();
    loop {
        // A connection is free as soon as the gateway has noticed that another was closed.
        match Client::connect(&fixture.path).await {
            Ok(_) => break,
            Err(error) => assert!(error.to_string().contains("4 commands"), "{error}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_bus_that_takes_no_request_and_a_silent_client_are_not_waited_for_forever() {
    let fixture = Fixture::new();
    let mut client = fixture.client().await;
    let refusal = client.send(Command::Read(read("pumps"))).await.unwrap_err();
    assert!(refusal.to_string().contains("busy"), "{refusal}");
    let mut silent = fixture.raw().await;
    assert_eq!(silent.read(&mut [0; 8]).await.unwrap(), 0);
}
