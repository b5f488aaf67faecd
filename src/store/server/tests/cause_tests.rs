//! Each cause for which a server cannot be used has words of its own, and nothing is acknowledged meanwhile. The
//! answers are those of InfluxDB 2.9.1 and VictoriaMetrics 1.79.

use super::test_fake::{Fake, Reply, Request, answer, taken};
use super::{buckets, settings, some};
use crate::locales::{Lang, within};
use crate::store::server::{Server, ServerKind, ServerSettings, try_server};
use crate::store::tests::{at, batch};
use crate::store::{Store, StoreError};

const NO_BUCKETS: &str = r#"{"links":{"self":"/api/v2/buckets"},"buckets":[]}"#;
const NO_BUCKET: &str = r#"{"code":"not found","message":"bucket \"hanqing\" not found"}"#;
const NO_ORG: &str = r#"{"code":"not found","message":"organization name \"county\" not found"}"#;
const NO_PATH: &str = r#"{"code":"not found","message":"path not found"}"#;
const MAY_NOT: &str = r#"{"code":"forbidden","message":"insufficient permissions for write"}"#;
const BAD_TOKEN: &str = r#"{"code":"unauthorized","message":"unauthorized access"}"#;
const NOTHING: &str = r#"{"code":"invalid","message":"writing requires points"}"#;
const CONFLICT: &str = r#"{"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict: input field \"v\" on measurement \"hanqing\" is type float, already exists as type integer dropped=1"}"#;
const PLAIN: &str = "Client sent an HTTP request to an HTTPS server.\n";
const PAGE: &str = "<!doctype html><html><head><title>InfluxDB</title></head></html>";
const UNKNOWN_PATH: &str = r#"unsupported path requested: "/api/v2/buckets""#;

fn empty() -> Reply {
    answer("200 OK", "content-type: application/json\r\n", NO_BUCKETS)
}

fn json(status: &str, text: &str) -> Reply {
    answer(status, "content-type: application/json; charset=utf-8\r\n", text)
}

fn lists(request: &Request) -> bool {
    request.line.starts_with("GET /api/v2/buckets?")
}

fn victoria(url: &str) -> ServerSettings {
    ServerSettings { kind: ServerKind::Victoria, org: None, bucket: None, ..settings(url) }
}

/// What is said in English and Chinese.
fn said(error: &StoreError) -> [String; 2] {
    [Lang::English, Lang::Chinese].map(|lang| within(lang, || error.to_string()))
}

#[test]
fn what_is_wrong_with_the_use_of_a_server_is_named_at_the_start() {
    let same = |reply: Reply| (reply.clone(), reply);
    let cases = [
        (
            (empty(), json("404 Not Found", NO_BUCKET)),
            "no such bucket (bucket \"hanqing\" not found)",
            "没有这个存储桶",
        ),
        (
            same(json("404 Not Found", NO_ORG)),
            "no such organisation (organization name",
            "没有这个组织",
        ),
        (same(json("404 Not Found", NO_PATH)), "correct the path in url", "请改正 `url` 里的路径"),
        (
            same(json("401 Unauthorized", BAD_TOKEN)),
            "unauthorized access; put the token",
            "401，令牌不被接受",
        ),
        (
            (empty(), json("403 Forbidden", MAY_NOT)),
            "must not write to the bucket",
            "403，令牌无权写入存储桶",
        ),
        (same(answer("400 Bad Request", "", PLAIN)), "must begin with https", "`url` 应写 `https`"),
        (
            same(answer("200 OK", "content-type: text/html\r\n", PAGE)),
            "not answer like InfluxDB 2",
            "不像 InfluxDB 2",
        ),
        (
            same(answer("400 Bad Request", "", UNKNOWN_PATH)),
            "set kind = \"victoria\"",
            "或写 `kind = \"victoria\"`",
        ),
        (
            (json("404 Not Found", NO_PATH), answer("200 OK", "", PAGE)),
            "a page of something else (200)",
            "别的程序的页面",
        ),
    ];
    for ((list, write), en, zh) in cases {
        let fake =
            Fake::start(move |request| if lists(request) { list.clone() } else { write.clone() });
        let error = Server::open(&settings(&fake.url), "hub-1").err().unwrap();
        let [english, chinese] = said(&error);
        assert!(english.contains(en) && chinese.contains(zh), "{english}\n{chinese}");
        assert!(!english.contains('{') && english.lines().count() == 1, "{english}");
        let tried = try_server(&settings(&fake.url)).unwrap_err();
        assert_eq!(tried.to_string(), english);
    }
}

#[test]
fn what_is_no_victoriametrics_is_named_at_the_start() {
    let cases = [
        // InfluxDB shows its page at any path that it does not know.
        (
            answer("200 OK", "", PAGE),
            json("404 Not Found", NO_PATH),
            "set kind = \"influx\"",
            "`kind = \"influx\"`",
        ),
        (
            answer("200 OK", "", PAGE),
            answer("200 OK", "", PAGE),
            "set kind = \"influx\"",
            "`kind = \"influx\"`",
        ),
        (
            answer("404 Not Found", "", ""),
            answer("403 Forbidden", "", "no"),
            "allow /api/v1/export",
            "`/api/v1/export`",
        ),
        (
            answer("400 Bad Request", "", PLAIN),
            answer("400 Bad Request", "", PLAIN),
            "begin with https",
            "`https`",
        ),
        (
            answer("200 OK", "", "-inmemoryDataFlushInterval=\"1h0m0s\"\n"),
            taken(),
            "is 1h0m0s: gateways do not wait so long, 10 s at most",
            "最多 10 秒",
        ),
    ];
    for (flags, export, en, zh) in cases {
        let fake = Fake::start(move |request| {
            if request.line.starts_with("GET /flags") { flags.clone() } else { export.clone() }
        });
        let error = Server::open(&victoria(&fake.url), "hub-1").err().unwrap();
        let [english, chinese] = said(&error);
        assert!(english.contains(en) && chinese.contains(zh), "{english}\n{chinese}");
    }
    // One behind a proxy that shows no flags.
    let fake = Fake::start(|request| {
        let shown = request.line.starts_with("GET /api/v1/export?");
        if shown { answer("200 OK", "", "") } else { answer("404 Not Found", "", "no route") }
    });
    Server::open(&victoria(&fake.url), "hub-1").unwrap().check_readable().unwrap();
}

#[test]
fn a_refusal_of_every_reading_acknowledges_nothing_and_sets_nothing_aside() {
    for (status, text, en, whole) in [
        ("404 Not Found", NO_BUCKET, "create it, or correct bucket", true),
        ("404 Not Found", NO_ORG, "correct org", true),
        ("403 Forbidden", MAY_NOT, "let it write", true),
        ("401 Unauthorized", BAD_TOKEN, "token_file", true),
        ("200 OK", PAGE, "has stored nothing", true),
        ("422 Unprocessable Entity", CONFLICT, "already exists as type integer", false),
    ] {
        // It was right at the start: the bucket was deleted, or the token changed, while the hub ran.
        let fake = Fake::start(
            move |request| {
                if lists(request) { buckets(0) } else { json(status, text) }
            },
        );
        let mut server = Server::open(&settings(&fake.url), "hub-1").unwrap();
        match server.commit(&[batch(1, some(300))], at(20)) {
            Err(error) => {
                assert!(whole && error.to_string().contains(en), "{error}");
            }
            Ok(committed) => {
                assert!(!whole, "{committed:?}");
                assert_eq!((committed.delivered.len(), committed.refused.len()), (0, 0));
                let [(_, why)] = &committed.left[..] else { panic!("{committed:?}") };
                assert!(why.to_string().contains(en), "{why}");
            }
        }
    }
}

#[test]
fn a_token_that_may_only_write_serves_a_hub_that_only_ingests() {
    let fake = Fake::start(|request| {
        if lists(request) {
            empty()
        } else if request.body.is_empty() {
            json("400 Bad Request", NOTHING)
        } else {
            taken()
        }
    });
    let mut server = Server::open(&settings(&fake.url), "hub-1").unwrap();
    let committed = server.commit(&[batch(1, some(3))], at(20)).unwrap();
    assert_eq!((committed.new_readings, committed.delivered.len()), (3, 1));
    let [english, chinese] = said(&server.check_readable().unwrap_err());
    assert!(
        english.contains("--ingest-only") && chinese.contains("给它读权限"),
        "{english}\n{chinese}"
    );
    let (tried, ends) = try_server(&settings(&fake.url)).unwrap();
    assert_eq!(ends, None, "there is no TLS");
    assert!(tried.to_string().contains("enough for hanqing hub --ingest-only"), "{tried}");
    assert!(tried.within(Lang::Chinese).contains("可以写入，不能读取"), "{tried}");
}

/// A broker of MQTT, for example, closes with the request unread.
#[test]
fn whoever_closes_without_an_answer_may_be_at_the_wrong_port() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            stream.unwrap().peek(&mut [0]).unwrap();
        }
    });
    let [english, chinese] = said(&try_server(&settings(&url)).unwrap_err());
    assert!(
        english
            .ends_with("see whether url has the right port, and whether the server answers there"),
        "{english}"
    );
    assert!(chinese.contains("请检查 `url` 里的端口"), "{chinese}");
}

/// Only a write shows that a token may not write, and a trial writes nothing.
#[test]
fn a_trial_finds_a_token_that_may_only_read() {
    let fake =
        Fake::start(
            |request| {
                if lists(request) { buckets(0) } else { json("403 Forbidden", MAY_NOT) }
            },
        );
    let tried = try_server(&settings(&fake.url)).unwrap_err().to_string();
    assert!(tried.contains("must not write to the bucket"), "{tried}");
    assert!(fake.requests().iter().all(|request| request.body.is_empty()));
}
