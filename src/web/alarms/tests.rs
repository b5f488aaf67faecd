//! The page of the alarms, asked for as browsers do.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::alarm::{Acknowledged, Alarm, Cleared, Key, Occasion};
use crate::core::Role;
use crate::locales::{Lang, alarm as alarm_words};
use crate::support::lock;
use crate::web::model::Overview;
use crate::web::test_kit::Kit;
use crate::web::workplace::Ask;

fn at(minute: i64) -> Timestamp {
    let begin: Timestamp = "2026-08-01T00:00:00Z".parse().unwrap();
    begin + jiff::SignedDuration::from_mins(minute)
}

fn alarm(id: i64, kind: Kind, subject: &str) -> Alarm {
    Alarm {
        id,
        key: Key { kind, subject: subject.parse().unwrap() },
        name: Text::verbatim("大塘 <b>"),
        said: Text::both("水位 101.90 m", "level 101.90 m"),
        value: Some(101.9),
        limit: Some(102.0),
        raised_at: at(id),
        told: None,
        acknowledged: None,
        escalated_at: None,
        cleared: None,
        clear_told: None,
    }
}

fn facts() -> AlarmsFacts {
    let note = "在去的路上 <i>".to_owned();
    let acknowledged = Acknowledged { by: "水利站 陈".into(), at: at(9), note };
    let sent = |channel: &str, state, why: &str| {
        let why = Text::verbatim(why);
        SentShown { of: Occasion::Raised, channel: channel.into(), state, why }
    };
    AlarmsFacts {
        open: vec![
            AlarmShown {
                alarm: alarm(3, Kind::Dry, "station/pond-1"),
                sent: vec![
                    sent("值班群", SentState::Sent(at(4)), ""),
                    sent("日志", SentState::Sent(at(4)), ""),
                    sent("短信", SentState::Waiting, "no route"),
                    SentShown {
                        why: alarm_words::given_up(3_u64, "550"),
                        ..sent("邮件", SentState::GivenUp, "")
                    },
                ],
            },
            AlarmShown {
                alarm: Alarm {
                    acknowledged: Some(acknowledged),
                    escalated_at: Some(at(8)),
                    ..alarm(2, Kind::GatewaySilent, "gateway/gw-1")
                },
                sent: Vec::new(),
            },
        ],
        history: vec![AlarmShown {
            alarm: Alarm {
                cleared: Some(Cleared { at: at(60), said: Text::default(), removed: false }),
                ..alarm(1, Kind::BelowAssured, "station/pond-2")
            },
            sent: vec![sent("", SentState::Sent(at(2)), "")],
        }],
        next: Some(1),
        channels: vec![
            ChannelShown {
                name: "值班群".into(),
                kind: "wecom",
                receipts: true,
                urgent_only: false,
                escalation: false,
                last_sent: Some(at(4)),
                failing: None,
                waiting: 0,
            },
            ChannelShown {
                name: "短信".into(),
                kind: "webhook",
                receipts: true,
                urgent_only: true,
                escalation: true,
                last_sent: None,
                failing: Some((at(5), Text::verbatim("no route"))),
                waiting: 2,
            },
            ChannelShown {
                name: "日志".into(),
                kind: "syslog",
                receipts: false,
                urgent_only: false,
                escalation: false,
                last_sent: Some(at(4)),
                failing: None,
                waiting: 0,
            },
        ],
        incomplete: Text::verbatim("disk full"),
    }
}

fn kit() -> Kit {
    let mut kit = Kit::new();
    kit.overview.send_replace(Arc::new(Overview { now: at(100), ..Overview::default() }));
    let asked = kit.asked.clone();
    kit.workplace.alarms = Ask::new(move |what: AlarmsAsked| {
        let answer = match &what {
            AlarmsAsked::Show(_) => Ok(AlarmsAnswer::Shown(Box::new(facts()))),
            AlarmsAsked::Acknowledge { id: 3, .. } => {
                Ok(AlarmsAnswer::Acknowledged(Ok(Box::new(alarm(3, Kind::Dry, "station/pond-1")))))
            }
            AlarmsAsked::Acknowledge { .. } => {
                Ok(AlarmsAnswer::Acknowledged(Err(words::no_open_alarm(7))))
            }
            AlarmsAsked::Test { channel, .. } if channel == "值班群" => {
                Ok(AlarmsAnswer::Tested(Ok(words::test_arrived("值班群"))))
            }
            AlarmsAsked::Test { .. } => {
                Ok(AlarmsAnswer::Tested(Err(Text::verbatim("certificate has expired"))))
            }
        };
        lock(&asked).push(format!("{what:?}"));
        async { answer }
    });
    kit
}

#[tokio::test]
async fn the_page_says_what_is_open_who_knows_and_what_did_not_arrive() {
    let kit = kit();
    let viewer = kit.session(Role::Viewer).await;
    let page = kit.get("/alarms", Some(&viewer)).await.body;
    for part in [
        "大塘 &lt;b&gt;",
        "href=\"&#x2f;station&#x2f;pond-1\"",
        "href=\"&#x2f;gateways#g-gw-1\"",
        "水位 101.90 m",
        "水利站 陈",
        "在去的路上 &lt;i&gt;",
        "发生：值班群 8月1日 00:04 已送达",
        "发生：日志 8月1日 00:04 已发出，没有回执",
        "发得出，没有回执",
        "发生：短信 没有送达，会再试：no route",
        "邮件 没有送达，不再试：3 天没有发成：550",
        "仍无人确认，已升级",
        "发生：8月1日 00:02 交付发送，结果已不在近期的通知里",
        "企业微信群机器人",
        "送不到",
        "disk full",
        "确认报警要有录入以上的角色",
        "测试渠道要有管理员的角色",
        "before=1",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(page.find("alarm-3").unwrap() < page.find("alarm-2").unwrap(), "as the hub sorts them");
    for part in ["/alarms/acknowledge", "/alarms/test"] {
        assert!(!page.contains(part), "{part}");
    }
    let english = kit.get("/alarms?lang=en", Some(&viewer)).await.body;
    for part in [
        "level 101.90 m",
        "raised: 短信 has not arrived, is tried again: no route",
        "raised: 邮件 has not arrived, given up: not delivered within 3 days: 550",
        "WeCom robot",
    ] {
        assert!(english.contains(part), "{part}");
    }
    let part = kit.get("/alarms?part=1", Some(&viewer)).await.body;
    assert!(part.contains("水位 101.90 m") && !part.contains("<html"), "{part}");
}

#[tokio::test]
async fn whoever_records_acknowledges_and_the_record_has_who_it_was() {
    let kit = kit();
    let recorder = kit.session(Role::Recorder).await;
    let page = kit.get("/alarms", Some(&recorder)).await.body;
    assert!(page.contains("/alarms/acknowledge") && !page.contains("/alarms/test"), "{page}");
    let done = kit.post("/alarms/acknowledge", Some(&recorder), "alarm=3&note=+going+").await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.body.contains("已确认：大塘 &lt;b&gt; 干涸"), "{}", done.body);
    let asked = lock(&kit.asked).clone();
    assert!(asked.iter().any(|one| one.contains("id: 3") && one.contains("note: \"going\"")));
    let record = kit.users.audit(None, 10).await.unwrap();
    let noted = record.iter().find(|row| row.deed == Deed::AlarmAcknowledged).unwrap();
    assert_eq!(noted.by, "recorder");
    let long = format!("alarm=3&note={}", "x".repeat(NOTE_MAX + 1));
    for (fields, says) in [
        ("alarm=7", "没有编号为 7 的未解除报警"),
        ("alarm=", "请选一条报警"),
        (long.as_str(), "最多 300 个字"),
        ("alarm=3&note=%E2%80%AE", "看不见的字符"),
    ] {
        let answer = kit.post("/alarms/acknowledge", Some(&recorder), fields).await;
        assert!(answer.status.is_client_error(), "{fields}");
        assert!(answer.body.contains(says), "{fields}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_administrator_tries_a_channel_and_reads_why_nothing_arrived() {
    let kit = kit();
    let administrator = kit.session(Role::Administrator).await;
    let works =
        kit.post("/alarms/test", Some(&administrator), "channel=%E5%80%BC%E7%8F%AD%E7%BE%A4").await;
    assert!(works.body.contains("测试消息已送达：值班群"), "{}", works.body);
    let fails = kit.post("/alarms/test", Some(&administrator), "channel=sms").await;
    assert_eq!(fails.status, StatusCode::CONFLICT);
    assert!(fails.body.contains("certificate has expired"), "{}", fails.body);
    let record = kit.users.audit(None, 10).await.unwrap();
    let tested = record.iter().filter(|row| row.deed == Deed::AlarmTested);
    let tested: Vec<&str> = tested.map(|row| row.detail.as_str()).collect();
    assert_eq!(tested, ["sms: certificate has expired", "值班群"], "it may have gone out");
    let recorder = kit.session(Role::Recorder).await;
    let refused = kit.post("/alarms/test", Some(&recorder), "channel=sms").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("管理"), "it says who may: {}", refused.body);
}

#[tokio::test]
async fn the_history_is_chosen_by_station_and_kind_and_a_wrong_choice_is_told() {
    let kit = kit();
    let viewer = kit.session(Role::Viewer).await;
    let path = "/alarms?station=pond-1&kind=dry&before=77";
    let page = kit.get(path, Some(&viewer)).await;
    assert!(page.body.contains("before=1&amp;station=pond-1&amp;kind=dry"), "{}", page.body);
    let asked = lock(&kit.asked).pop().unwrap();
    for part in ["before: Some(77)", "pond-1", "Dry"] {
        assert!(asked.contains(part), "{asked}");
    }
    for path in ["/alarms?station=%3Cscript%3E", "/alarms?kind=wet", "/alarms?before=x"] {
        let answer = kit.get(path, Some(&viewer)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(!answer.body.contains("<script>"), "{path}");
    }
}

/// The row of an alarm among those that are open.
fn row_of(alarm: Alarm) -> view::Row {
    let facts = AlarmsFacts {
        open: vec![AlarmShown { alarm, sent: Vec::new() }],
        ..AlarmsFacts::default()
    };
    let shown = crate::web::model::Shown {
        township: String::new(),
        now: at(0),
        simulated: false,
        zone: jiff::tz::TimeZone::UTC,
        alarms: 0,
    };
    view::page(&facts, &HistoryAsked::default(), &shown, None).open.remove(0)
}

#[test]
fn the_end_of_an_alarm_is_a_time_and_says_where_nobody_watches_any_longer() {
    let ended = |removed| {
        let cleared = Some(Cleared { at: at(10 * 60), said: Text::default(), removed });
        row_of(Alarm { cleared, ..alarm(1, Kind::Dry, "station/pond-1") }).cleared
    };
    let both = |text: Text| Lang::ALL.map(|lang| text.within(lang));
    let [zh, en] = both(ended(false));
    let removed = [format!("{zh}（不再监测）"), format!("{en}, no longer watched")];
    assert_eq!(both(ended(true)), removed);
    assert!(zh.ends_with("10:00") && en.ends_with("10:00"), "{zh} {en}");
}

#[test]
fn what_an_alarm_is_of_leads_to_its_page() {
    let of = |kind, subject: &str| row_of(alarm(1, kind, subject));
    assert_eq!(of(Kind::Dry, "station/pond-1").link, "/station/pond-1");
    let device = of(Kind::DeviceUnreachable, "device/gw-1/3/rs485");
    assert_eq!((device.link.as_str(), device.state), ("/gateways#g-gw-1", "low"));
    let hub = of(Kind::IntakeStopped, "hub/broker");
    assert_eq!((hub.link.as_str(), hub.state), ("", "alert"));
}
