//! Tests of the templates of all pages.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The labels of the templates as they are declared: a line that begins with a quote declares one.
const DECLARED: [(&str, &str); 10] = [
    ("page", include_str!("../locales/page_labels.rs")),
    ("morning", include_str!("../locales/page_morning_labels.rs")),
    ("station", include_str!("../locales/page_station_labels.rs")),
    ("pumps", include_str!("../locales/page_pumps_labels.rs")),
    ("alarms", include_str!("../locales/page_alarms_labels.rs")),
    ("gateways", include_str!("../locales/page_gateways_labels.rs")),
    ("people", include_str!("../locales/page_people_labels.rs")),
    ("upload", include_str!("../locales/page_ledger_labels.rs")),
    ("rows", include_str!("../locales/page_rows_labels.rs")),
    ("report_page", include_str!("../locales/page_report_labels.rs")),
];

/// Names of labels, each with the names of its arguments.
type Names = BTreeMap<String, BTreeSet<String>>;

/// The labels that the templates use: `t("module.name", argument=value)`.
fn used() -> Names {
    let mut names = Names::new();
    for (template, text) in SOURCES {
        let mut rest = text;
        while let Some(start) = rest.find("t(\"") {
            let before = rest[..start].chars().next_back();
            rest = &rest[start + 3..];
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let (name, after) = rest.split_once('"').unwrap();
            let (arguments, _) = after.split_once(')').unwrap();
            let arguments = arguments.split(',').filter_map(|argument| argument.split_once('='));
            let arguments: BTreeSet<String> =
                arguments.map(|(name, _)| name.trim().to_owned()).collect();
            let known = names.entry(name.to_owned()).or_insert_with(|| arguments.clone());
            assert_eq!(*known, arguments, "{name} in {template} has other arguments elsewhere");
        }
    }
    names
}

#[test]
fn each_label_is_used_with_its_arguments_and_no_other() {
    let mut declared = Names::new();
    for (module, text) in DECLARED {
        let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix('"'));
        for (own_name, _) in lines.filter_map(|line| line.split_once('"')) {
            let name = format!("{module}.{own_name}");
            let label = locales::find(&name).unwrap();
            let arguments = label.placeholders().map(str::to_owned).collect();
            declared.insert(name, arguments);
        }
    }
    let used = used();
    let unused: Vec<_> = declared.iter().filter(|(name, _)| !used.contains_key(*name)).collect();
    assert!(unused.is_empty(), "labels that no template uses: {unused:?}");
    for (name, arguments) in &used {
        assert_eq!(declared.get(name), Some(arguments), "the label {name}");
    }
}

fn visitor(lang: Lang) -> Visitor {
    Visitor {
        lang,
        chooses: false,
        page: "/station/a?range=7d&from=<b>".into(),
        address: None,
        account: None,
        program: None,
        form_token: String::new(),
        reads: true,
    }
}

fn shown(township: &str) -> Shown {
    Shown {
        township: township.into(),
        now: Timestamp::UNIX_EPOCH,
        simulated: true,
        zone: TimeZone::UTC,
        alarms: 0,
    }
}

async fn body(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn every_template_compiles() {
    let templates = Templates::new();
    for (name, _) in SOURCES {
        assert!(templates.environment.get_template(name).is_ok(), "{name}");
    }
}

#[test]
fn no_template_has_style_script_or_handlers_in_it() {
    for (name, text) in SOURCES {
        for banned in
            [" style=", "<style", "javascript:", " onclick", " onload", " onerror", " onsubmit"]
        {
            assert!(!text.contains(banned), "{banned} in {name}");
        }
        for script in text.match_indices("<script").map(|(at, _)| &text[at..]) {
            assert!(script.starts_with("<script src=\"{{ f."), "a script in {name}");
        }
    }
}

#[tokio::test]
async fn a_problem_is_a_page_and_escapes_what_it_says() {
    let templates = Templates::new();
    for lang in Lang::ALL {
        let evil = Text::verbatim("<b>\"");
        let shown = shown("<i>乡");
        let response = templates.problem(
            &visitor(lang),
            &shown,
            StatusCode::FORBIDDEN,
            evil.clone(),
            vec![evil],
        );
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.headers()[header::CONTENT_LANGUAGE], lang.tag());
        let page = body(response).await;
        assert!(!page.contains("<b>\"") && !page.contains("<i>乡"), "{page}");
        assert!(page.contains("<h1>&lt;b&gt;&quot;</h1>"), "{page}");
        assert!(page.contains(&format!("<html lang=\"{}\">", lang.tag())), "{page}");
        assert!(page.contains("data-simulated"), "{page}");
    }
}

#[tokio::test]
async fn the_frame_shows_what_a_visitor_may() {
    let templates = Templates::new();
    let frame = |visitor: &Visitor| {
        templates.problem(visitor, &shown("乡"), StatusCode::OK, Text::default(), Vec::new())
    };
    let nobody = Visitor { reads: false, ..visitor(Lang::English) };
    let page = body(frame(&nobody)).await;
    assert!(!page.contains("\"/pumps\"") && !page.contains("/report/"), "{page}");
    let next = "next=&#x2f;station&#x2f;a%3Frange%3D7d%26from%3D%3Cb%3E\"";
    assert!(page.contains(next) && !page.contains("<b>"), "{page}");
    assert!(page.contains("a?range=7d&amp;from=&lt;b&gt;&amp;lang=zh\""), "{page}");
    let account =
        |role| crate::users::Account { id: "a".into(), name: "水利站 <张>".into(), role };
    for (role, administers) in [(Role::Viewer, false), (Role::Administrator, true)] {
        let visitor = Visitor {
            account: Some(account(role)),
            form_token: "token".into(),
            ..visitor(Lang::English)
        };
        let page = body(frame(&visitor)).await;
        assert_eq!(page.contains("\"/people\""), administers, "{page}");
        assert!(page.contains("水利站 &lt;张&gt;") && page.contains("value=\"token\""), "{page}");
        assert!(page.contains("action=\"/sign-out\""), "{page}");
    }
}

#[test]
fn a_label_that_is_unknown_does_not_render() {
    let mut templates = Templates::new();
    templates.environment.add_template("wrong", "{{ t('page.no-such-label') }}").unwrap();
    let template = templates.environment.get_template("wrong").unwrap();
    let error = template.render(context! {}).unwrap_err();
    assert!(error.to_string().contains("no-such-label"), "{error}");
}
