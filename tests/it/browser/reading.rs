//! Pages for who has no pointer, no picture, or no script.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::kit::Browser;
use super::office::{POND, office};

/// What a screen reader gets: role and name of every node that is not passed over.
fn tree(browser: &Browser) -> Vec<(String, String)> {
    let told = browser.devtools("Accessibility.getFullAXTree", json!({}));
    let nodes = told["nodes"].as_array().unwrap().iter();
    let heard = nodes.filter(|node| node["ignored"] != true);
    let word = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    heard.map(|node| (word(&node["role"]), word(&node["name"]))).collect()
}

fn named<'a>(tree: &'a [(String, String)], role: &str) -> Vec<&'a str> {
    tree.iter().filter(|(r, _)| r == role).map(|(_, name)| name.as_str()).collect()
}

fn pages() -> [String; 5] {
    [
        "/".to_owned(),
        format!("/station/{POND}?range=event"),
        "/pumps?range=event".to_owned(),
        "/gateways".to_owned(),
        "/people".to_owned(),
    ]
}

#[test]
fn a_screen_reader_gets_landmarks_headings_and_names() {
    let (office, _turn) = office();
    let browser = office.signed_in("administrator", "en");
    for path in pages() {
        browser.go(&path);
        let tree = tree(&browser);
        for landmark in ["main", "banner", "navigation", "contentinfo"] {
            let there = tree.iter().filter(|(role, _)| role == landmark).count();
            assert!(there >= 1, "{path}: {landmark}: {tree:?}");
        }
        assert_eq!(named(&tree, "main").len(), 1, "{path}");
        for role in ["table", "img", "link", "button", "textbox", "combobox", "image", "region"] {
            let nameless = named(&tree, role).iter().filter(|name| name.trim().is_empty()).count();
            assert_eq!(nameless, 0, "{path}: a {role} without a name");
        }
        let levels = browser.value(
            "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(one => \
             one.getClientRects().length > 0).map(one => Number(one.tagName[1]))",
        );
        let levels: Vec<u64> =
            levels.as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{path}: {levels:?}");
        assert_eq!(levels.first(), Some(&1), "{path}: {levels:?}");
        let skipped = levels.windows(2).any(|two| two[1] > two[0] + 1);
        assert!(!skipped, "{path}: {levels:?}");
        let heads = browser.value(
            "[...document.querySelectorAll('table')].filter(one => \
             one.querySelectorAll('th').length === 0 || [...one.querySelectorAll('th')].some(th => !th.scope)).length",
        );
        assert_eq!(heads, 0, "{path}: tables whose heads say of what");
    }
}

#[test]
fn the_keyboard_reaches_everything_in_order_and_shows_where_it_is() {
    let (office, _turn) = office();
    let browser = office.signed_in("administrator", "zh-CN");
    for path in pages() {
        browser.go(&path);
        let reachable = browser.value(
            "(() => { const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), \
             select, textarea, summary, [tabindex=\"0\"]')].filter(one => !one.disabled && \
             one.getClientRects().length > 0 && one.tabIndex >= 0); \
             all.forEach((one, place) => { one.dataset.place = place; }); return all.length; })()",
        );
        let reachable = reachable.as_u64().unwrap();
        let mut last: i64 = -1;
        let mut seen = 0;
        for _ in 0..reachable.min(60) {
            browser.press("Tab");
            let at = browser.value(
                "(() => { const one = document.activeElement; const style = getComputedStyle(one); \
                 const box = one.getBoundingClientRect(); \
                 return {place: Number(one.dataset.place ?? -1), what: one.outerHTML.slice(0, 120), \
                 parts: one.type === 'date' || one.type === 'datetime-local', \
                 outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0, \
                 shadow: style.boxShadow !== 'none', \
                 inside: box.bottom > 0 && box.top < innerHeight && box.width > 0}; })()",
            );
            let place = at["place"].as_i64().unwrap();
            if place < 0 {
                break;
            }
            // A date has a stop for each of its parts, and one for its calendar, which shows the focus by itself.
            let again = at["parts"] == true && place == last;
            assert!(place > last || again, "{path}: out of order: {at}");
            let shown = at["outline"] == true || at["shadow"] == true || again;
            assert!(shown && at["inside"] == true, "{path}: focus is not visible: {at}");
            last = place;
            seen += 1;
        }
        assert!(seen > 5, "{path}: {seen} of {reachable}");
    }
}

#[test]
fn the_first_stop_leads_past_the_head() {
    let (office, _turn) = office();
    let browser = office.signed_in("viewer", "zh-CN");
    browser.go("/");
    browser.press("Tab");
    assert_eq!(browser.value("document.activeElement.className"), "skip");
    browser.press("Enter");
    browser.until("the main part to have the focus", "document.activeElement.id === 'main'");
}

#[test]
fn everything_can_be_read_and_done_without_scripts() {
    let (office, _turn) = office();
    let browser = office.browser("en");
    browser.scripts(false);
    browser.go("/");
    assert!(browser.address().starts_with("/sign-in"), "{}", browser.address());
    office.sign_in(&browser, "reviewer");
    let with = office.signed_in("reviewer", "en");
    let pages = pages();
    for path in pages.iter().filter(|path| *path != "/people") {
        browser.go(path);
        with.go(path);
        let words = |text: String| -> BTreeMap<String, usize> {
            let mut words = BTreeMap::new();
            for word in text.split_whitespace() {
                *words.entry(word.to_owned()).or_default() += 1;
            }
            words
        };
        let (plain, full) = (words(browser.text("main")), words(with.text("main")));
        let missing: Vec<&String> =
            full.keys().filter(|word| !plain.contains_key(*word)).take(10).collect();
        assert!(missing.len() < 10, "{path}: only with scripts: {missing:?}");
    }
    // The range picker is links, the filter a form, and the correction, too.
    browser.go(&format!("/station/{POND}"));
    browser.click("main .tabs a[href*='range=year']");
    assert!(browser.address().contains("range=year"), "{}", browser.address());
    assert!(browser.count("main form[action*='corrections']") > 0);
}
