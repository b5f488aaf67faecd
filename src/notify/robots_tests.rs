//! What is sent to robots.

use super::*;

const NOW: Timestamp = Timestamp::constant(1_700_000_000, 0);

fn robot(kind: ChannelKind) -> Robot {
    let network = "127.0.0.0/8".parse().unwrap();
    let http = Http::at("http://127.0.0.1/", &[network], Duration::from_secs(1));
    Robot { http, kind, secret: None, keyword: String::new() }
}

fn said(title: &str, lines: &[&str]) -> Said {
    Said {
        id: "raised-7".into(),
        title: title.into(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        link: Some(("打开".into(), "https://hub.lan/alarms".into())),
    }
}

/// The words of a message, wherever its robot has them.
fn text_of(body: &Value) -> String {
    let markdown = &body["markdown"];
    for text in [&markdown["content"], &markdown["text"]] {
        if let Some(text) = text.as_str() {
            return text.into();
        }
    }
    let post = &body["content"]["post"]["zh_cn"];
    let lines = post["content"].as_array().unwrap();
    let lines = lines.iter().filter_map(|line| line[0]["text"].as_str());
    [post["title"].as_str().unwrap()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

const ALL: [ChannelKind; 3] = [ChannelKind::Wecom, ChannelKind::Dingtalk, ChannelKind::Feishu];

#[test]
fn each_has_the_form_of_its_documents() {
    let said = said("旱情报警：石门水库", &["水位 212.30 m，低于旱保", "8月1日 22:00"]);
    let body = |kind| robot(kind).request(&said, NOW).1;
    let wecom = body(ChannelKind::Wecom);
    assert_eq!(wecom["msgtype"], "markdown");
    assert_eq!(
        wecom["markdown"]["content"],
        "**旱情报警：石门水库**\n> 水位 212.30 m，低于旱保\n> 8月1日 22:00\n[打开](https://hub.lan/alarms)"
    );
    let dingtalk = body(ChannelKind::Dingtalk);
    assert_eq!(dingtalk["markdown"]["title"], "旱情报警：石门水库");
    assert_eq!(dingtalk["at"]["isAtAll"], false);
    let feishu = body(ChannelKind::Feishu);
    let link = json!({ "tag": "a", "text": "打开", "href": "https://hub.lan/alarms" });
    assert_eq!(feishu["msg_type"], "post");
    assert_eq!(feishu["content"]["post"]["zh_cn"]["content"][2][0], link);
}

#[test]
fn a_name_is_no_link_and_no_mention() {
    let names = [
        "[x](http://evil.example)",
        "<at id=all></at>",
        "<at user_id=\"all\">所有人</at>",
        "<@all>",
        "@所有人",
        "<font color=\"warning\">x</font>",
        "![x](https://evil.example/p.png)",
        "**x** `y` _z_ ~~w~~ # h",
        "&lt;at id=all&gt;",
        "x\n> y\n# z\u{202e}\u{7}",
    ];
    for kind in ALL {
        for name in names {
            let mut said = said(name, &[name]);
            said.link = None;
            let text = text_of(&robot(kind).request(&said, NOW).1);
            for sign in
                ["](", "://", "<", "@", "`", "_", "~~", "&", "![", "\u{202e}", "\u{7}", "# "]
            {
                assert!(!text.contains(sign), "{kind:?}: {sign} in {text}");
            }
            let bold = text.matches("**").count();
            assert!(bold == if kind == ChannelKind::Feishu { 0 } else { 2 }, "{text}");
            assert!(text.lines().filter(|line| !line.is_empty()).count() == 2, "{text:?}");
        }
    }
}

#[test]
fn a_long_text_is_cut_at_a_character_and_keeps_its_link() {
    let line = "水".repeat(400);
    let lines: Vec<&str> = std::iter::repeat_n(line.as_str(), 30).collect();
    for kind in ALL {
        let body = robot(kind).request(&said(&line, &lines), NOW).1;
        let text = text_of(&body);
        assert!(text.len() <= TEXT_MAX + TITLE_MAX + 64, "{kind:?}: {}", text.len());
        assert!(body.to_string().contains("https://hub.lan/alarms"), "{kind:?}");
        if kind == ChannelKind::Wecom {
            assert!((TEXT_MAX - 4..=TEXT_MAX).contains(&text.len()), "{}", text.len());
        }
    }
}

#[test]
fn signature_and_keyword_stand_where_they_are_asked_for() {
    let said = said("旱情", &["x"]);
    let with = |kind| {
        let secret = Some(Secret::new("SECd1f0c4"));
        Robot { secret, keyword: "报警".into(), ..robot(kind) }.request(&said, NOW)
    };
    let (query, body) = with(ChannelKind::Dingtalk);
    assert_eq!(query[0], ("timestamp", "1700000000000".into()));
    let sign = secret::of_dingtalk(&Secret::new("SECd1f0c4"), 1_700_000_000_000);
    assert_eq!(query[1], ("sign", sign));
    assert_eq!(body["markdown"]["title"], "报警 旱情");
    assert!(text_of(&body).starts_with("**报警 旱情**"));
    let (query, body) = with(ChannelKind::Feishu);
    assert!(query.is_empty());
    let sign = secret::of_feishu(&Secret::new("SECd1f0c4"), 1_700_000_000);
    assert_eq!((&body["timestamp"], &body["sign"]), (&"1700000000".into(), &sign.into()));
    assert!(text_of(&body).starts_with("报警 旱情"));
}
