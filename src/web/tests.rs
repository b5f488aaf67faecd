//! Tests of the page over a real socket.

use super::*;
use crate::core::Reason;
use crate::water::{StationKind, Status};
use crate::web::{GatewayRow, LostRow, SourceRow, Totals};
use jiff::tz::TimeZone;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn row(
    name: &str,
    village: &str,
    status: Option<Status>,
    level: Option<f64>,
    age_s: Option<i64>,
) -> SourceRow {
    let now = sample_now();
    SourceRow {
        id: format!("pond-{}", name.len()).parse().unwrap(),
        name: name.into(),
        kind: StationKind::Pond,
        village: village.into(),
        level_m: level,
        storage_m3: level.map(|l| l * 4200.0),
        share_of_normal: level.map(|l| l / 3.0),
        status,
        trend_m_per_day: level.map(|l| 0.02 - l / 40.0),
        observed_at: age_s.and_then(|age| now.checked_sub(jiff::Span::new().seconds(age)).ok()),
        age_s,
        note: Text::default(),
        spark: (0..30)
            .map(|d| level.map(|l| l + f64::from(30 - d) * 0.03).filter(|_| !(12..15).contains(&d)))
            .collect(),
    }
}

fn sample_now() -> jiff::Timestamp {
    "2022-09-14T23:05:07Z".parse().unwrap()
}

fn sample() -> Overview {
    let mut broken = row("沙坪塘", "仙坪村", None, None, Some(200_000));
    broken.note = Reason::Sentinel.name();
    let mut channel = row("黄水河", "黄水村", Some(Status::Dry), Some(0.0), Some(250));
    (channel.kind, channel.storage_m3, channel.share_of_normal) =
        (StationKind::Channel, None, None);
    let mut new = row("岭下饮水池", "岭下村", None, None, None);
    new.spark.clear();
    Overview {
        township: "示例乡".into(),
        now: sample_now(),
        simulated: true,
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        sources: vec![
            row("东门大塘", "东门村", Some(Status::Normal), Some(2.94), Some(40)),
            row("上坑塘", "东门村", Some(Status::Low), Some(2.1), Some(40)),
            row("门口塘", "东门村", Some(Status::Dry), Some(0.02), Some(300)),
            row("仙坪水库", "仙坪村", Some(Status::Warn), Some(1.61), Some(100)),
            broken,
            row("乔坑水库", "乔坑村", Some(Status::Guard), Some(0.92), Some(3500)),
            row(
                "李坊<script>alert(1)</script>",
                "李坊村",
                Some(Status::Normal),
                Some(0.8),
                Some(9000),
            ),
            channel,
            new,
        ],
        gateways: vec![
            GatewayRow {
                id: "gw-east".into(),
                online: true,
                last_seen: Some(sample_now()),
                epoch: "3f9a".into(),
                committed_to: 15_120,
                gaps: vec![],
                clock_unset: false,
                lost: vec![],
                ..GatewayRow::default()
            },
            GatewayRow {
                id: "gw-west".into(),
                online: false,
                last_seen: Some("2022-09-12T08:00:00Z".parse().unwrap()),
                epoch: "77b0".into(),
                committed_to: 9_004,
                gaps: vec!["9005–9016".into(), "9130".into()],
                clock_unset: true,
                lost: vec![LostRow {
                    from: "2022-08-01T00:00:00Z".parse().unwrap(),
                    to: "2022-08-02T12:55:00Z".parse().unwrap(),
                    readings: Some(1290),
                    why: Text::both(
                        "本地缓存已满，抽稀为每小时一个",
                        "full, thinned to one an hour",
                    ),
                }],
                more_gaps: 1380,
                notes: vec![Text::both("隔离区已满", "its quarantine is full")],
            },
        ],
        problems: vec![crate::locales::hub::broker_unreachable("12:00")],
        notes: vec![Text::both("有 2 个测站没有登记", "2 stations are not in the file")],
        totals: Totals {
            readings: 1_284_310,
            sources_dry: 2,
            energy_kwh: Some(18_402.4),
            pumps_ran: 31,
        },
    }
}

struct Served {
    address: std::net::SocketAddr,
    state: watch::Sender<Arc<Overview>>,
    shutdown: CancellationToken,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn served(overview: Overview) -> Served {
    served_in(Lang::Chinese, overview).await
}

/// A page whose office has configured that language.
async fn served_in(configured: Lang, overview: Overview) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (state, receiver) = watch::channel(Arc::new(overview));
    let shutdown = CancellationToken::new();
    let draw = |series: Series, (from, to): (Timestamp, Timestamp), points: u32| async move {
        anyhow::ensure!(points != 13, "the disk is gone");
        Ok(serde_json::json!([series.to_string(), from, to, points]))
    };
    let router = pages(receiver)
        .merge(operation(
            || Some("# EOF\n".into()),
            || Health {
                problems: vec![crate::locales::hub::broker_unreachable("noon")],
                warnings: vec![crate::locales::hub::messages_dropped(7)],
                last_commit: Some(sample_now()),
            },
        ))
        .merge(charts(draw))
        .merge(documents(|name, lang| async move {
            match name.as_str() {
                "drought-relief.docx" => Ok(Some(format!("a document in {lang}").into_bytes())),
                "no-period.docx" => anyhow::bail!("no period: enter the drought event"),
                _ => Ok(None),
            }
        }));
    let task = tokio::spawn(serve(listener, secured(router, configured), shutdown.clone()));
    Served { address, state, shutdown, task }
}

impl Served {
    /// Head and body of the answer.
    async fn get(&self, path: &str) -> (String, String) {
        self.get_with(path, "").await
    }

    /// The same for a request with further headers, each line with its end.
    async fn get_with(&self, path: &str, headers: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: hub\r\n{headers}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }
}

#[tokio::test]
async fn the_documents_of_a_report_are_a_click_away() {
    let served = served(sample()).await;
    let (_, page) = served.get("/").await;
    assert!(page.contains("href=\"/report/drought-relief.docx\""));
    let (head, body) = served.get("/report/drought-relief.docx").await;
    assert!(head.starts_with("http/1.1 200") && head.contains("wordprocessingml"), "{head}");
    assert_eq!(body, "a document in zh");
    let english = served.get_with("/report/drought-relief.docx", "Cookie: lang=en\r\n").await;
    assert_eq!(english.1, "a document in en");
    let (head, _) = served.get("/report/other.docx").await;
    assert!(head.starts_with("http/1.1 404"), "{head}");
    let (head, body) = served.get("/report/no-period.docx").await;
    assert!(
        head.starts_with("http/1.1 409") && body.contains("enter the drought event"),
        "{head}{body}"
    );
}

#[tokio::test]
async fn the_page_shows_each_source_without_script_and_escapes_names() {
    let served = served(sample()).await;
    let (head, body) = served.get("/").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for words in [
        "示例乡",
        "2022年9月15日 07:05:07 +08:00",
        "模拟时间",
        "东门大塘",
        "旱警",
        "↓ 落",
        "↑ 涨",
        "→ 平",
        "断流",
        "传感器无效值",
        "自 9月12日 23:31 起无数据",
        "尚无数据",
        "9005–9016、9130……另有 1\u{2009}380 处",
        "隔离区已满",
        "有 2 个测站没有登记",
        "18\u{2009}402",
        "1\u{2009}284\u{2009}310",
    ] {
        assert!(body.contains(words), "{words} is not in the page");
    }
    assert!(body.contains("李坊&lt;script&gt;"));
    assert!(!body.contains("<script>alert"));
    if let Ok(path) = std::env::var("HANQING_PAGE_OUT") {
        std::fs::write(path, body).unwrap();
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let served = served(sample()).await;
    for path in ["/", "/sources.fragment", "/api/overview", "/health", "/nowhere"] {
        let (head, _) = served.get(path).await;
        for line in [
            "default-src 'none'",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "no-store",
        ] {
            assert!(head.contains(line), "{path} lacks {line}: {head}");
        }
    }
    assert!(served.get("/nowhere").await.0.starts_with("http/1.1 404"));
    assert!(!served.get("/").await.1.contains("http://"), "nothing is loaded from elsewhere");
}

#[tokio::test]
async fn fragment_and_json_follow_the_state() {
    let served = served(sample()).await;
    assert!(served.get("/sources.fragment").await.1.contains("东门大塘"));
    served
        .state
        .send_replace(Arc::new(Overview { township: "新乡".into(), ..Overview::default() }));
    let (_, body) = served.get("/sources.fragment").await;
    assert!(body.contains("新乡") && body.contains("还没有水源") && !body.contains("<html"));
    let (head, body) = served.get("/api/overview").await;
    assert!(head.contains("application/json"));
    let json: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(json["township"], "新乡");
    assert_eq!(
        json["totals"]["energy_kwh"],
        serde_json::Value::Null,
        "nothing measured is not zero"
    );
}

#[tokio::test]
async fn stops_when_told() {
    let served = served(sample()).await;
    assert!(served.get("/").await.0.starts_with("http/1.1 200"));
    served.shutdown.cancel();
    served.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test]
async fn who_looks_after_a_hub_finds_metrics_and_what_is_wrong() {
    let served = served(sample()).await;
    let (head, body) = served.get("/metrics").await;
    assert!(head.contains("application/openmetrics-text") && body == "# EOF\n", "{head}");
    let (head, body) = served.get("/health").await;
    assert!(head.starts_with("http/1.1 503"), "{head}");
    assert_eq!(
        body,
        concat!(
            r#"{"last_commit":"2022-09-14T23:05:07Z","problems":["the broker has been unreachable since noon"],"#,
            r#""status":"failing","#,
            r#""warnings":["since the start: messages dropped: 7; it sends faster than they are stored, and sends them again"]}"#
        )
    );
}

#[tokio::test]
async fn what_is_wrong_with_the_hub_stands_at_the_head_of_its_page() {
    let served = served(sample()).await;
    for path in ["/", "/sources.fragment"] {
        let (_, body) = served.get(path).await;
        let told = body.find("消息服务器自 12:00 起连不上").unwrap();
        assert!(told < body.find("class=\"tiles").unwrap() && body.contains("role=\"alert\""));
    }
    let (_, body) = served.get("/?lang=en").await;
    assert!(body.contains("the broker has been unreachable since 12:00"), "{body}");
    let (_, body) = served.get("/api/overview").await;
    assert!(body.contains(r#""problems":["消息服务器自 12:00 起连不上"]"#), "{body}");
    // Nothing of it once it is over.
    served.state.send_modify(|overview| Arc::make_mut(overview).problems.clear());
    let (_, body) = served.get("/").await;
    assert!(!body.contains("起连不上") && !body.contains("role=\"alert\""), "{body}");
}

#[tokio::test]
async fn a_chart_is_asked_for_by_series_and_span() {
    let served = served(sample()).await;
    let span = "from=2022-01-01T00:00:00Z&to=2023-01-01T00:00:00Z";
    let (head, body) = served.get(&format!("/api/chart/pond-1/level?{span}")).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert_eq!(body, r#"["pond-1/level","2022-01-01T00:00:00Z","2023-01-01T00:00:00Z",1000]"#);
    for (path, status) in [
        (format!("/api/chart/pond-1/levle?{span}"), 400),
        (format!("/api/chart/pond-1/level?{span}&points=0"), 400),
        (format!("/api/chart/pond-1/level?{span}&points=10001"), 400),
        ("/api/chart/pond-1/level".into(), 400),
        ("/api/chart/pond-1/level?from=yesterday&to=today".into(), 400),
        (format!("/api/chart/pond-1/level?{span}&points=13"), 500),
    ] {
        let (head, _) = served.get(&path).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{path}: {head}");
    }
}

/// What a person reads or hears of a page: its texts and the attributes that hold words, without style and script.
fn words_of(page: &str) -> String {
    let mut words = String::new();
    let mut rest = page;
    while let Some((text, tag)) = rest.split_once('<') {
        words.push_str(text);
        words.push(' ');
        let end = match tag.split(['>', ' ']).next() {
            Some("style") => "</style>",
            Some("script") => "</script>",
            _ => ">",
        };
        let (tag, after) = tag.split_once(end).unwrap();
        for name in [" aria-label=\"", " title=\""] {
            if let Some((_, value)) = tag.split_once(name) {
                words.push_str(value.split('"').next().unwrap());
                words.push(' ');
            }
        }
        rest = after;
    }
    words + rest
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

/// The sample without markup in a name, and nothing at all: every branch of the templates.
fn samples() -> [Overview; 2] {
    let mut sample = sample();
    for row in &mut sample.sources {
        row.name = row.name.replace("<script>alert(1)</script>", "塘");
    }
    [sample, Overview::default()]
}

#[tokio::test]
async fn an_english_page_has_no_chinese_but_names() {
    for overview in samples() {
        let mut names = vec![overview.township.clone(), "中文".into()];
        names.extend(overview.sources.iter().flat_map(|s| [s.name.clone(), s.village.clone()]));
        let served = served(overview).await;
        for path in ["/", "/sources.fragment"] {
            let (head, page) = served.get_with(path, "Accept-Language: en-GB,en;q=0.9\r\n").await;
            assert!(head.contains("content-language: en\r\n"), "{head}");
            let words = names.iter().filter(|name| !name.is_empty());
            let words = words.fold(page, |page, name| page.replace(name.as_str(), ""));
            let chinese: String = words.chars().filter(|c| is_chinese(*c)).collect();
            assert_eq!(chinese, "", "{path}: {}", words_of(&words));
        }
    }
}

#[tokio::test]
async fn a_chinese_page_has_no_english_but_names_and_units() {
    // Ids of the sample, units, products, a file, and the name of the other language.
    let known =
        ["pond", "gw", "east", "west", "kWh", "cm", "Word", "Excel", "township", "toml", "English"];
    for overview in samples() {
        let served = served(overview).await;
        for path in ["/", "/sources.fragment"] {
            let (head, page) = served.get(path).await;
            assert!(head.contains("content-language: zh-cn\r\n"), "{head}");
            let words = words_of(&page);
            let english: Vec<&str> = words
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic()))
                .filter(|word| !known.contains(word))
                .collect();
            assert_eq!(english, [""; 0], "{path}: {words}");
        }
    }
}

#[tokio::test]
async fn an_english_page_says_the_same() {
    let served = served_in(Lang::English, sample()).await;
    let (_, page) = served.get("/").await;
    assert!(page.contains("<html lang=\"en\">"));
    assert!(page.contains("\"sources.fragment?lang=en\""));
    for words in [
        "15 Sep 2022 07:05:07 +08:00",
        "simulated time",
        "drought warning",
        "↓ falling",
        "no flow",
        "no data since 12 Sep 23:31",
        "no data yet",
        "40 s ago",
        "missing: 9005–9016, 9130 … and 1\u{2009}380 more",
        "its quarantine is full",
        "2 stations are not in the file",
        "1 Aug 08:00 to 2 Aug 20:55, 1\u{2009}290 readings (full, thinned to one an hour)",
        "clock not set",
        "3 sources",
        "1 source<",
        "98% of the storage at normal level",
        "30-day levels, ",
        "31 <small>pumps",
    ] {
        assert!(page.contains(words), "{words} is not in the page");
    }
    if let Ok(path) = std::env::var("HANQING_PAGE_EN_OUT") {
        std::fs::write(path, page).unwrap();
    }
}

#[tokio::test]
async fn the_switch_is_a_link_whose_choice_is_kept() {
    let served = served(sample()).await;
    let (head, page) = served.get("/").await;
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("href=\"?lang=en\""));
    assert!(!head.contains("set-cookie"), "nothing was chosen: {head}");
    assert!(head.contains("vary: accept-language, cookie\r\n"), "{head}");

    let (head, page) = served.get_with("/?lang=en", "Accept-Language: zh\r\n").await;
    let cookie = "set-cookie: lang=en; path=/; max-age=31536000; samesite=lax; httponly\r\n";
    assert!(head.contains(cookie), "{head}");
    assert!(page.contains("<html lang=\"en\">") && page.contains("href=\"?lang=zh\""));

    let kept = "Accept-Language: zh\r\nCookie: theme=dark; lang=en\r\n";
    let (head, page) = served.get_with("/", kept).await;
    assert!(page.contains("Water sources") && !head.contains("set-cookie"), "{head}");
    // A page that stands open goes on in its language, and takes no choice back that was made since.
    let (head, part) = served.get_with("/sources.fragment?lang=zh", kept).await;
    assert!(part.contains("水源与旱情") && !head.contains("set-cookie"), "{head}");
    let (head, page) = served.get("/?lang=fr").await;
    assert!(page.contains("水源与旱情") && !head.contains("set-cookie"), "{head}");
}

#[tokio::test]
async fn the_office_decides_for_those_who_ask_for_no_language_spoken_here() {
    let served = served_in(Lang::English, sample()).await;
    for (headers, words) in [
        ("", "Water sources"),
        ("Accept-Language: fr\r\n", "Water sources"),
        ("Accept-Language: ;;q=,\r\n", "Water sources"),
        ("Accept-Language: fr, zh;q=0.1\r\n", "水源与旱情"),
        ("Accept-Language: fr\r\nAccept-Language: zh\r\n", "水源与旱情"),
    ] {
        assert!(served.get_with("/", headers).await.1.contains(words), "{headers}");
    }
}

#[tokio::test]
async fn answers_without_a_page_are_in_the_language_of_the_reader() {
    let served = served(sample()).await;
    for (path, zh, en) in [
        ("/nowhere", "404：没有这个页面\n", "404: no such page\n"),
        ("/report/other.docx", "404：没有这个文档\n", "404: no such document\n"),
        ("/report/%ff.docx", "404：没有这个文档\n", "404: no such document\n"),
    ] {
        assert_eq!(served.get(path).await.1, zh, "{path}");
        let (head, body) = served.get_with(path, "Accept-Language: en\r\n").await;
        assert_eq!(body, en, "{path}");
        assert!(
            head.starts_with("http/1.1 404") && head.contains("vary: accept-language"),
            "{head}"
        );
    }
}

#[tokio::test]
async fn json_is_the_same_for_every_reader() {
    let served = served(sample()).await;
    let zh = served.get_with("/api/overview", "Accept-Language: zh\r\n").await;
    let en = served.get_with("/api/overview?lang=en", "Accept-Language: en\r\n").await;
    assert_eq!(zh.1, en.1);
    assert!(en.1.contains("\"note\":\"传感器无效值\"") && !en.0.contains("set-cookie"));
    assert!(en.1.contains("\"why\":\"本地缓存已满，抽稀为每小时一个\""));
    let health = "Accept-Language: zh\r\n";
    assert_eq!(served.get("/health").await.1, served.get_with("/health", health).await.1);
}
