//! Letters sent to stubs that answer as receivers do, also those that fail and those that attack.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::http::Http;
use super::*;
use crate::core::Network;

/// Long enough for an answer that comes, short enough to wait for one that does not.
const SHORT: Duration = Duration::from_millis(500);

fn own_network() -> Vec<Network> {
    vec!["127.0.0.0/8".parse().unwrap()]
}

fn letter() -> Letter {
    let at = "2026-08-01T14:00:00Z".parse().unwrap();
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    Letter::test("水利站 刘某", at, &zone)
}

/// What a stub does with a request that it has read.
#[derive(Clone)]
enum Act {
    Answer(String),
    /// The head of an answer, and then its body a byte at a time, for ever.
    Drip,
    /// A body without end.
    Flood,
    Hang,
}

fn answer(status: &str, headers: &str, body: &str) -> Act {
    let length = body.len();
    Act::Answer(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}"))
}

/// Serves on loopback and hands out what was asked.
async fn stub(act: Act) -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (act, sender) = (act.clone(), sender.clone());
            tokio::spawn(serve(stream, act, sender));
        }
    });
    (address, receiver)
}

async fn serve(mut stream: TcpStream, act: Act, sender: mpsc::Sender<String>) {
    let request = read_request(&mut stream).await;
    let _ = sender.send(request).await;
    match act {
        Act::Answer(text) => drop(stream.write_all(text.as_bytes()).await),
        Act::Hang => std::future::pending::<()>().await,
        Act::Flood => {
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n";
            let mut written = stream.write_all(head).await;
            while written.is_ok() {
                written = stream.write_all(&[b'x'; 4096]).await;
            }
        }
        Act::Drip => {
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
            let mut written = stream.write_all(head).await;
            let mut beat = tokio::time::interval(Duration::from_millis(20));
            while written.is_ok() {
                beat.tick().await;
                written = stream.write_all(b"x").await;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => request.extend_from_slice(&buffer[..read]),
            _ => return text,
        }
    }
}

fn settings(kind: ChannelKind, url: &str) -> ChannelSettings {
    let text =
        format!("name = 'c'\nkind = '{}'\nurl = '{url}'\nallow = ['127.0.0.0/8']", kind.id());
    toml::from_str(&text).unwrap()
}

/// What becomes of a letter to a webhook that does this, and what it was asked.
async fn sent(act: Act) -> (Result<(), SendError>, mpsc::Receiver<String>) {
    let (address, asked) = stub(act).await;
    let settings = settings(ChannelKind::Webhook, &format!("http://{address}/s3cret"));
    let channel = Channel::of(&settings).unwrap();
    (channel.send(&letter(), Lang::English, Some("https://hub.lan/alarms")).await, asked)
}

/// What an endpoint with short limits says of a receiver that does this.
async fn posted(act: Act) -> SendError {
    let (address, _asked) = stub(act).await;
    let http = Http::at(&format!("http://{address}/s3cret"), &own_network(), SHORT);
    let posted = http.post(&[], &[], "{}".into()).await;
    posted.map(|answer| answer.status).expect_err("it must not be taken for an answer")
}

#[tokio::test]
async fn a_webhook_gets_json_with_its_id_and_signature() {
    let (address, mut asked) = stub(answer("204 No Content", "", "")).await;
    let folder = tempfile::tempdir().unwrap();
    let secret_file = folder.path().join("secret");
    std::fs::write(&secret_file, "key of the office\n").unwrap();
    let mut settings = settings(ChannelKind::Webhook, &format!("http://{address}/hook"));
    settings.secret_file = Some(secret_file);
    let channel = Channel::of(&settings).unwrap();
    channel.send(&letter(), Lang::Chinese, Some("https://hub.lan/alarms")).await.unwrap();
    let request = asked.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).unwrap()
    };
    assert!(head.starts_with("POST /hook HTTP/1.1"), "{head}");
    assert_eq!(header("Hanqing-Letter"), letter().id);
    let signature = header("Hanqing-Signature");
    let seconds = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap().0;
    let key = secret::Secret::new("key of the office");
    assert_eq!(signature, secret::of_webhook(&key, seconds.parse().unwrap(), body));
    let json: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&json["v"], &json["id"]), (&1.into(), &letter().id.into()));
    assert_eq!((&json["occasion"], &json["lang"]), (&"test".into(), &"zh".into()));
    assert_eq!(json["link"], "https://hub.lan/alarms");
    assert_eq!(json["at"], "2026-08-01T14:00:00Z");
    let again: serde_json::Value =
        serde_json::from_str(&payload(&letter(), Lang::Chinese, Some("https://hub.lan/alarms")))
            .unwrap();
    assert_eq!(json, again, "MQTT has the same");
}

#[tokio::test]
async fn a_redirect_is_named_by_its_host_and_not_followed() {
    let (home, mut visited) = stub(answer("200 OK", "", "")).await;
    let location = format!("Location: http://{home}/credentials?token=s3cret\r\n");
    for status in ["301 Moved Permanently", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let (outcome, _) = sent(answer(status, &location, "")).await;
        let error = outcome.unwrap_err();
        let said = error.why.to_string();
        assert!(said.contains("127.0.0.1") && !said.contains("s3cret"), "{said}");
        assert!(!said.contains("credentials") && error.retry, "{said}");
    }
    assert!(visited.try_recv().is_err(), "somebody was sent there");
}

#[tokio::test]
async fn a_status_tells_whether_trying_again_helps() {
    for (status, headers, retry, after) in [
        ("500 Internal Server Error", "", true, None),
        ("503 Service Unavailable", "Retry-After: 120\r\n", true, Some(120)),
        ("429 Too Many Requests", "Retry-After: 99999999\r\n", true, Some(3600)),
        ("429 Too Many Requests", "Retry-After: 99999999999999999999\r\n", true, Some(3600)),
        ("429 Too Many Requests", "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", true, None),
        ("401 Unauthorized", "", true, None),
        ("404 Not Found", "", true, None),
        ("400 Bad Request", "", false, None),
        ("413 Content Too Large", "", false, None),
    ] {
        let (outcome, mut asked) = sent(answer(status, headers, "s3cret")).await;
        let error = outcome.unwrap_err();
        let after = after.map(Duration::from_secs);
        assert_eq!((error.retry, error.after), (retry, after), "{status}");
        for lang in Lang::ALL {
            let said = error.why.within(lang);
            assert!(said.contains(&status[..3]) && !said.contains("s3cret"), "{said}");
        }
        assert!(asked.recv().await.is_some());
        assert!(asked.try_recv().is_err(), "a channel tries once");
    }
}

#[tokio::test]
async fn a_receiver_that_hangs_or_drips_or_floods_is_left_in_time() {
    for act in [Act::Hang, Act::Drip] {
        let error = posted(act).await;
        assert!(error.retry && error.why.to_string().contains("no answer in time"), "{error:?}");
    }
    let error = posted(Act::Flood).await;
    assert!(error.retry && error.why.to_string().contains("longer than 64 KiB"), "{error:?}");
}

#[tokio::test]
async fn what_is_no_http_and_who_is_not_there_are_named_without_the_url() {
    let error = posted(Act::Answer("220 mail.example ESMTP\r\n".into())).await;
    assert!(!error.why.to_string().contains("s3cret"), "{error:?}");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let http = Http::at(&format!("http://{address}/s3cret"), &own_network(), SHORT);
    let error = http.post(&[], &[], "{}".into()).await.map(|_| ()).unwrap_err();
    assert_eq!(error.why.to_string(), "127.0.0.1: connection refused");
    assert!(error.retry);
}

#[tokio::test]
async fn a_closed_address_is_not_even_called() {
    let (address, mut asked) = stub(answer("200 OK", "", "")).await;
    let url = format!("https://localhost:{}/s3cret", address.port());
    let mut closed = settings(ChannelKind::Webhook, &url);
    closed.allow = Vec::new();
    let said = Channel::of(&closed).err().unwrap().to_string();
    assert!(said.contains("this machine itself") && !said.contains("s3cret"), "{said}");
    assert!(asked.try_recv().is_err());
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_checked() {
    // The name means nothing to anybody: only what was looked up here, and checked, can lead there.
    let (address, mut asked) = stub(answer("200 OK", "", "")).await;
    let url = format!("http://hooks.invalid:{}/", address.port());
    let http = Http::at(&url, &own_network(), SHORT);
    let client = http.client(&[address]).unwrap();
    assert_eq!(client.post(http.url().clone()).send().await.unwrap().status(), 200);
    assert!(asked.recv().await.unwrap().contains("hooks.invalid"));
}

/// What a robot that answers with this status and body makes of a letter.
async fn robot(kind: ChannelKind, status: &str, body: &str) -> Result<(), SendError> {
    let (address, _asked) = stub(answer(status, "", body)).await;
    let settings = settings(kind, &format!("http://{address}/hook/s3cret?key=s3cret"));
    Channel::of(&settings).unwrap().send(&letter(), Lang::English, None).await
}

#[tokio::test]
async fn robots_answer_as_their_documents_say() {
    use ChannelKind::{Dingtalk, Feishu, Wecom};
    let taken = [
        (Wecom, r#"{"errcode":0,"errmsg":"ok"}"#),
        (Dingtalk, r#"{"errcode":0,"errmsg":"ok"}"#),
        (
            Feishu,
            r#"{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}"#,
        ),
        (Feishu, r#"{"Extra":null,"StatusCode":0,"StatusMessage":"success"}"#),
    ];
    for (kind, body) in taken {
        assert_eq!(robot(kind, "200 OK", body).await, Ok(()), "{body}");
    }
    for (kind, status, body, retry, after) in [
        (Wecom, "200 OK", r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#, true, Some(60)),
        (
            Wecom,
            "200 OK",
            r#"{"errcode":93000,"errmsg":"invalid webhook url s3cret"}"#,
            false,
            None,
        ),
        (Wecom, "200 OK", r#"{"errcode":40058,"errmsg":"invalid Request Parameter"}"#, false, None),
        (Wecom, "200 OK", r#"{"errcode":-1,"errmsg":"system busy"}"#, true, Some(60)),
        (Dingtalk, "200 OK", r#"{"errcode":130101,"errmsg":"send too fast"}"#, true, Some(600)),
        (Dingtalk, "200 OK", r#"{"errcode":310000,"errmsg":"sign not match"}"#, true, None),
        (Dingtalk, "200 OK", r#"{"errcode":300001,"errmsg":"token is not exist"}"#, false, None),
        (Feishu, "400 Bad Request", r#"{"code":19024,"msg":"Key Words Not Found"}"#, true, None),
        (Feishu, "200 OK", r#"{"code":9499,"msg":"too many request","data":{}}"#, true, Some(60)),
        (Feishu, "400 Bad Request", r#"{"code":9499,"msg":"Bad Request","data":{}}"#, false, None),
        (Feishu, "200 OK", r#"{"code":11232,"msg":"frequency limited"}"#, true, Some(60)),
        (Wecom, "200 OK", "<html>s3cret</html>", true, None),
        (Wecom, "200 OK", "{}", true, None),
        (Feishu, "502 Bad Gateway", "", true, None),
    ] {
        let error = robot(kind, status, body).await.unwrap_err();
        let after = after.map(Duration::from_secs);
        assert_eq!((error.retry, error.after), (retry, after), "{body}");
        assert!(!error.why.to_string().contains("s3cret"), "{error:?}");
    }
}

#[test]
fn a_letter_weighs_what_it_says() {
    let mut letter = letter();
    assert_eq!(weight(&letter), Weight::Notice);
    letter.occasion = Occasion::Raised;
    assert_eq!(weight(&letter), Weight::Warning);
    letter.urgent = true;
    assert_eq!(weight(&letter), Weight::Urgent);
}
