//! Readings survive a server that refuses, is busy, or breaks.

mod answer_tests;
mod cause_tests;
mod gateway_tests;
mod owner_tests;
mod pass_tests;
mod reading_tests;
mod synced_tests;
mod test_fake;
mod tls_tests;

use std::time::Duration;

use self::test_fake::{Fake, Reply, Request, answer, taken};
use super::*;
use crate::core::{Flag, Reading, Reason, Series};
use crate::locales::{Lang, within};
use crate::store::tests::{at, batch, born, gateway, good, missing, series};
use crate::wire::GatewayState;

/// InfluxDB's answer about its buckets.
pub fn buckets(seconds: i32) -> Reply {
    let rules = format!(r#"[{{"type":"expire","everySeconds":{seconds}}}]"#);
    answer(
        "200 OK",
        "content-type: application/json\r\n",
        &format!(
            r#"{{"links":{{"self":"/api/v2/buckets"}},"buckets":[{{"id":"1","name":"hanqing","orgID":"2","retentionRules":{rules}}}]}}"#
        ),
    )
}

/// An InfluxDB whose answers to writes are `writes`.
fn influx(mut writes: impl FnMut(&Request) -> Reply + Send + 'static) -> Fake {
    Fake::start(move |request| {
        if request.line.starts_with("GET /api/v2/buckets?") { buckets(0) } else { writes(request) }
    })
}

pub fn settings(url: &str) -> ServerSettings {
    let text = format!(
        "kind = \"influx\"\nurl = \"{url}\"\norg = \"county\"\nbucket = \"hanqing\"\ntimeout_s = 1"
    );
    toml::from_str(&text).unwrap()
}

fn open(fake: &Fake) -> Server {
    Server::open(&settings(&fake.url), "hub-1").unwrap()
}

fn some(count: i64) -> Vec<Reading> {
    (0..count).map(|i| good("pond-1/level", i, 98.0 + i as f64 / 100.0)).collect()
}

fn writes(fake: &Fake, measurement: &str) -> Vec<Request> {
    let mut all = fake.requests();
    let start = format!("{measurement},");
    all.retain(|request| request.body.starts_with(&start));
    all
}

#[test]
fn readings_are_written_before_the_record_of_their_batch() {
    let fake = influx(|_| taken());
    let mut server = open(&fake);
    let batches = [batch(1, some(3)), batch(2, vec![missing("pond-2/level", 9, Reason::Crc)])];
    let committed = server.commit(&batches, at(20)).unwrap();
    assert_eq!((committed.new_readings, committed.refused.len()), (4, 0));
    let set = committed.delivered.values().next().unwrap();
    assert_eq!(set.iter().collect::<Vec<_>>(), [(1, 2)]);
    server.birth(&gateway("gw-1"), &born("pump-1/energy_total", None, None), at(20)).unwrap();
    let status = Status::new(GatewayState::Online, at(1));
    server.status(&gateway("gw-1"), &status, at(20)).unwrap();

    let requests = fake.requests();
    let kinds: Vec<&str> =
        requests[1..].iter().map(|request| request.body.split(',').next().unwrap()).collect();
    assert_eq!(kinds, ["hanqing", "hanqing_batch", "hanqing_series", "hanqing_gateway"]);
    assert!(requests[1].line.starts_with("POST /api/v2/write?"), "{}", requests[1].line);
    for part in ["precision=ms", "org=county", "bucket=hanqing"] {
        assert!(requests[1].line.contains(part), "{}", requests[1].line);
    }
    assert_eq!(requests[1].body.lines().count(), 4);
    // No two records of a hub have the same time, so that none replaces another.
    let times: Vec<&str> = requests[2..]
        .iter()
        .flat_map(|request| request.body.lines())
        .map(|line| line.rsplit(' ').next().unwrap())
        .collect();
    let mut once = times.clone();
    once.dedup();
    assert_eq!(times, once);
}

#[test]
fn a_poisonous_reading_is_found_by_halving_and_the_rest_goes_on() {
    for refusal in ["400 Bad Request", "413 Payload Too Large", "422 Unprocessable Entity"] {
        let fake = influx(move |request| {
            if request.body.contains("pond-7") {
                answer(refusal, "", r#"{"message":"partial write: dropped=1"}"#)
            } else {
                taken()
            }
        });
        let mut server = open(&fake);
        let mut readings = some(40);
        readings.insert(11, good("pond-7/level", 3, 1.0));
        readings.push(good("pond-7/level", 4, 2.0));
        let committed = server.commit(&[batch(1, readings), batch(2, some(3))], at(20)).unwrap();
        let [refused] = committed.refused.as_slice() else {
            panic!("{:?}", committed.refused);
        };
        assert_eq!(
            refused.batch.readings,
            [good("pond-7/level", 3, 1.0), good("pond-7/level", 4, 2.0)]
        );
        assert!(refused.problem.to_string().contains("partial write"), "{}", refused.problem);
        // Its batch counts as committed: otherwise it would be sent forever.
        assert_eq!(
            committed.delivered.values().next().unwrap().iter().collect::<Vec<_>>(),
            [(1, 2)]
        );
        assert_eq!(committed.new_readings, 43);
        let alone = writes(&fake, "hanqing").len();
        assert!(alone < 30, "{alone} requests");
    }
}

#[test]
fn a_busy_server_says_when_to_come_again() {
    for (status, header, wait) in [
        ("429 Too Many Requests", "Retry-After: 7\r\n", Some(7)),
        ("503 Service Unavailable", "retry-after: Mon, 01 Aug 2022 00:20:30 GMT\r\n", Some(30)),
        ("503 Service Unavailable", "retry-after: Sun, 31 Jul 2022 00:00:00 GMT\r\n", Some(0)),
        ("429 Too Many Requests", "Retry-After: 86400\r\n", Some(300)),
        ("503 Service Unavailable", "Retry-After: soon\r\n", None),
        ("504 Gateway Timeout", "", None),
    ] {
        let fake = influx(move |_| answer(status, header, "busy"));
        let mut server = open(&fake);
        let error = server.commit(&[batch(1, some(1))], at(20)).unwrap_err();
        assert_eq!(error.retry_after(), wait.map(Duration::from_secs), "{status} {header}");
        assert!(error.to_string().contains("busy"), "{error}");
        assert_eq!(writes(&fake, "hanqing_batch").len(), 0);
    }
}

#[test]
fn a_server_that_breaks_off_has_accepted_nothing_for_sure() {
    let broken: [fn() -> Reply; 4] = [
        || Reply::Silence,
        || Reply::Half(String::new()),
        || Reply::Half("HTTP/1.1 20".into()),
        || Reply::Answer("SSH-2.0-OpenSSH_9.2\r\n\r\n".into()),
    ];
    for reply in broken {
        let mut broke = false;
        let fake =
            influx(move |_| if std::mem::replace(&mut broke, true) { taken() } else { reply() });
        let mut server = open(&fake);
        let batches = [batch(1, some(3))];
        let error = server.commit(&batches, at(20)).unwrap_err();
        assert!(matches!(error, StoreError::Server { .. }), "{error}");
        assert_eq!(writes(&fake, "hanqing_batch").len(), 0, "{error}");
        assert_eq!(server.commit(&batches, at(21)).unwrap().new_readings, 3);
    }
}

#[test]
fn a_server_that_is_unreachable_at_the_start_is_checked_when_it_comes() {
    let mut away = true;
    let fake = Fake::start(move |request| {
        if std::mem::take(&mut away) {
            answer("503 Service Unavailable", "", "starting")
        } else if request.line.starts_with("GET") {
            buckets(0)
        } else {
            taken()
        }
    });
    let mut server = open(&fake);
    assert_eq!(server.commit(&[batch(1, some(1))], at(20)).unwrap().new_readings, 1);
    let bad = ServerSettings { url: "ftp://127.0.0.1".into(), ..settings(&fake.url) };
    assert!(Server::open(&bad, "hub-1").is_err());
    assert!(Server::open(&settings(&fake.url), "a hub").is_err());
}

#[test]
fn a_server_that_is_not_there_is_said_in_both_languages() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut server = Server::open(&settings(&url), "hub-1").unwrap();
    let error = server.commit(&[batch(1, some(1))], at(20)).unwrap_err();
    let refused = "connection refused; see whether it runs, and whether url has the right port";
    assert_eq!(error.to_string(), format!("the server {url}: {refused}"));
    let said = within(Lang::Chinese, || error.to_string());
    let refused = "对方拒绝连接；请检查服务器是否在运行，`url` 里的端口是否写对";
    assert_eq!(said, format!("服务器 {url}：{refused}"));
}

#[test]
fn the_token_is_sent_and_shown_to_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    std::fs::write(&file, "s3cret==\n").unwrap();
    let fake = influx(|_| answer("401 Unauthorized", "", "no"));
    let settings = ServerSettings { token_file: Some(file.clone()), ..settings(&fake.url) };
    let mut server = Server::open(&settings, "hub-1").unwrap();
    let error = format!("{:?}", server.commit(&[batch(1, some(1))], at(20)).unwrap_err());
    assert!(!error.contains("s3cret") && error.contains("token_file"), "{error}");
    let requests = fake.requests();
    let sent =
        |request: &Request| request.headers.contains(&"authorization: token s3cret==".to_owned());
    assert!(requests.len() == 2 && requests.iter().all(sent), "{requests:?}");
    std::fs::write(&file, "two words").unwrap();
    assert!(Server::open(&settings, "hub-1").is_err());
}

#[test]
fn readings_that_victoriametrics_would_drop_silently_are_refused() {
    let fake = Fake::start(|request| {
        if request.line.starts_with("GET /flags") {
            answer("200 OK", "", "-httpListenAddr=\":8428\"\n-retentionPeriod=\"30d\"\n")
        } else {
            taken()
        }
    });
    let settings = ServerSettings {
        kind: ServerKind::Victoria,
        org: None,
        bucket: None,
        ..settings(&fake.url)
    };
    let mut server = Server::open(&settings, "hub-1").unwrap();
    let day = 24 * 60;
    let name = Series::new("pond-1".parse().unwrap(), crate::core::Parameter::Level);
    let readings = [-31 * day, -29 * day, 0, day, 3 * day].map(|m| good(&name.to_string(), m, 1.0));
    let committed = server.commit(&[batch(1, readings.to_vec())], at(0)).unwrap();
    assert_eq!(committed.new_readings, 3);
    assert_eq!(committed.refused[0].batch.readings, [readings[0].clone(), readings[4].clone()]);
    let problem = committed.refused[0].problem.to_string();
    assert!(problem.contains("30 days"), "{problem}");
    let failed = Reading {
        flag: Flag::Fail,
        reason: Some(Reason::Spike),
        ..good("pond-1/level", 5, f64::INFINITY)
    };
    let committed = server.commit(&[batch(2, vec![failed])], at(0)).unwrap();
    assert_eq!((committed.new_readings, committed.refused.len()), (0, 1));
    assert_eq!(series("pond-1/level"), name);
}

#[test]
fn large_commits_are_split_into_bodies_that_a_server_accepts() {
    let fake = influx(|_| taken());
    let mut server = open(&fake);
    let batches: Vec<Batch> = (1..=130).map(|seq| batch(seq, some(100))).collect();
    assert_eq!(server.commit(&batches, at(20)).unwrap().new_readings, 13_000);
    let bodies = writes(&fake, "hanqing");
    let lines: usize = bodies.iter().map(|request| request.body.lines().count()).sum();
    assert_eq!((bodies.len(), lines), (3, 13_000));
    assert!(bodies.iter().all(|request| request.body.ends_with('\n')));
}
