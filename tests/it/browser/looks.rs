//! How all pages look: nothing of what axe-core checks is violated, nothing is cut on a phone, and pictures of all of
//! them.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::kit::Browser;
use super::office::{Office, POND, PUMP, office};
use crate::context::repository;

/// Widths of a phone, a desk and a wall.
const WIDTHS: [u32; 3] = [360, 1280, 3840];

/// axe-core, as tests/run installs it.
pub fn axe() -> String {
    let modules = std::env::var_os("HANQING_TEST_NODE_MODULES")
        .map_or_else(|| repository("tests/.node/node_modules"), PathBuf::from);
    let path = modules.join("axe-core/axe.min.js");
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run tests/run", path.display()))
}

/// Name and path of every page of an administrator.
fn pages() -> Vec<(&'static str, String)> {
    [
        ("morning", "/".to_owned()),
        ("morning-villages", "/?by=village".to_owned()),
        ("station", format!("/station/{POND}?range=event")),
        ("station-day", format!("/station/{POND}?range=24h")),
        ("station-year", format!("/station/{POND}?range=year")),
        ("station-pump", format!("/station/{PUMP}?range=event")),
        ("pumps", "/pumps?range=event".to_owned()),
        ("gateways", "/gateways".to_owned()),
        ("alarms", "/alarms".to_owned()),
        ("ledger", "/ledger".to_owned()),
        ("ledger-row", "/ledger/rows/1".to_owned()),
        ("ledger-items", "/ledger/enter?item=gasolin".to_owned()),
        ("ledger-enter", "/ledger/enter?item=area_affected".to_owned()),
        ("ledger-correct", "/ledger/rows/1/correct".to_owned()),
        ("ledger-review", "/ledger/review".to_owned()),
        ("ledger-import", "/ledger/import".to_owned()),
        ("report", "/report".to_owned()),
        ("report-figure", "/report/figure/electricity_used".to_owned()),
        ("people", "/people".to_owned()),
        ("audit", "/audit".to_owned()),
        ("problem", "/station/there-is-none".to_owned()),
    ]
    .into()
}

/// Those of whoever has not signed in.
fn open_pages(office: &Office) -> Vec<(&'static str, String)> {
    vec![("sign-in", "/sign-in".to_owned()), ("first", office.first(office.person("viewer")))]
}

/// Opens what is folded, so that all of a page is looked at.
pub fn unfold(browser: &Browser) {
    browser.value("document.querySelectorAll('details').forEach(one => { one.open = true; })");
}

/// What axe-core objects to on the page, all of its rules and best practices.
pub fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    browser.value(&format!("{axe}; null"));
    let found = browser.value(
        "axe.run(document, {resultTypes: ['violations']}).then(done => done.violations.flatMap(rule => \
         rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`)))",
    );
    let found = found.as_array().expect("a list").iter();
    found.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Colours and widths in which a page of this language is looked at: colours do not depend on words.
fn seen_as(lang: &str) -> Vec<(&'static str, u32)> {
    match lang {
        "en" => vec![("light", 360), ("dark", 1280)],
        _ => vec![("light", 360), ("light", 1280), ("dark", 360), ("dark", 1280)],
    }
}

#[test]
fn axe_objects_to_nothing_in_light_and_dark_and_both_languages() {
    let (office, _turn) = office();
    let axe = axe();
    let mut wrong = Vec::new();
    for lang in ["zh-CN", "en"] {
        let browser = office.browser(lang);
        let mut check = |name: &str, path: &str| {
            browser.go(path);
            unfold(&browser);
            for (colours, width) in seen_as(lang) {
                browser.colours(colours);
                browser.width(width);
                for one in violations(&browser, &axe) {
                    wrong.push(format!("{name} {lang} {colours} {width}: {one}"));
                }
            }
        };
        for (name, path) in open_pages(office) {
            check(name, &path);
        }
        office.sign_in(&browser, "administrator");
        for (name, path) in pages() {
            check(name, &path);
        }
    }
    let count = wrong.len();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count} violations: {wrong:#?}");
}

/// What is cut on the page, or makes it scroll sideways.
pub const CUT: &str = "(() => { const cut = []; const page = document.scrollingElement; \
    if (page.scrollWidth > innerWidth) { cut.push(`the page is ${page.scrollWidth} wide`); } \
    document.querySelectorAll('td, th, .card, .tile, dd, button, .pill').forEach(one => { \
      const shown = one.getClientRects().length > 0 && !one.closest('.visually-hidden'); \
      if (!shown) { return; } \
      const at = one.getBoundingClientRect(); \
      const style = getComputedStyle(one); \
      const hides = style.overflowX !== 'visible' && style.overflowX !== 'auto'; \
      const scrolls = one.closest('.scroll') !== null; \
      if ((hides && one.scrollWidth > one.clientWidth + 1) || (!scrolls && at.right > innerWidth + 1)) { \
        cut.push(`${one.tagName}.${one.className}: ${one.innerText.slice(0, 60)}`); } }); \
    return cut.slice(0, 10); })()";

#[test]
fn nothing_is_cut_on_a_phone() {
    let (office, _turn) = office();
    let mut wrong = Vec::new();
    for lang in ["zh-CN", "en"] {
        let browser = office.browser(lang);
        let mut check = |name: &str, path: &str| {
            browser.go(path);
            unfold(&browser);
            for width in [360, 640, 1280] {
                browser.width(width);
                let cut = browser.value(CUT);
                if cut != json!([]) {
                    wrong.push(format!("{name} {lang} {width}: {cut}"));
                }
            }
        };
        for (name, path) in open_pages(office) {
            check(name, &path);
        }
        office.sign_in(&browser, "administrator");
        for (name, path) in pages() {
            check(name, &path);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_moves_for_who_does_not_want_it() {
    let (office, _turn) = office();
    let browser = office.signed_in("viewer", "zh-CN");
    let reduced = json!([{"name": "prefers-reduced-motion", "value": "reduce"}]);
    browser.devtools("Emulation.setEmulatedMedia", json!({"features": reduced}));
    for (name, path) in pages().into_iter().filter(|(name, _)| !["people", "audit"].contains(name))
    {
        browser.go(&path);
        let moving = browser.value(
            "[...document.querySelectorAll('*')].filter(one => { const style = getComputedStyle(one); \
             return parseFloat(style.animationDuration) > 0.01 || parseFloat(style.transitionDuration) > 0.01; \
             }).map(one => one.tagName + '.' + one.className).slice(0, 5)",
        );
        assert_eq!(moving, json!([]), "{name}");
    }
}

#[test]
fn pages_can_be_printed() {
    let (office, _turn) = office();
    let browser = office.signed_in("viewer", "zh-CN");
    for (name, path) in pages().into_iter().filter(|(name, _)| !["people", "audit"].contains(name))
    {
        browser.go(&path);
        browser.devtools("Emulation.setEmulatedMedia", json!({"media": "print"}));
        let shown = browser.value(
            "[...document.querySelectorAll('nav, .who, form, footer')].filter(one => \
             one.getClientRects().length > 0).map(one => one.outerHTML.slice(0, 80))",
        );
        assert_eq!(shown, json!([]), "{name}: what nobody wants on paper");
        browser.devtools("Emulation.setEmulatedMedia", json!({"media": ""}));
    }
}

/// Where pictures go.
fn folder() -> PathBuf {
    let wanted = std::env::var_os("HANQING_SCREENSHOTS");
    wanted.map_or_else(|| repository("target/screenshots"), |folder| repository("").join(folder))
}

#[test]
fn all_pages_have_their_pictures_taken() {
    let (office, _turn) = office();
    let folder = folder();
    std::fs::create_dir_all(&folder).unwrap();
    for (lang, short) in [("zh-CN", "zh"), ("en", "en")] {
        let browser = office.browser(lang);
        let take = |name: &str, path: &str| {
            browser.go(path);
            for colours in ["light", "dark"] {
                browser.colours(colours);
                for width in WIDTHS {
                    browser.width(width);
                    let picture = browser.picture();
                    assert!(picture.starts_with(b"\x89PNG"), "{name} {width}");
                    let shade = if colours == "dark" { "-dark" } else { "" };
                    let file = folder.join(format!("{name}-{short}-{width}{shade}.png"));
                    std::fs::write(file, picture).unwrap();
                }
            }
        };
        for (name, path) in open_pages(office) {
            take(name, &path);
        }
        office.sign_in(&browser, "administrator");
        for (name, path) in pages() {
            take(name, &path);
        }
    }
}
