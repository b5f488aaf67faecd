//! An officer's morning: she signs in, looks at what is worst, opens a station, reads a chart, corrects a span.

use serde_json::{Value, json};

use super::kit::Browser;
use super::office::{POND, PUMP, office};
use crate::form::Form;

/// Sources that no other test looks at the figures of.
const OTHER: &str = "pond-dongmen-2";

const THIRD: &str = "pond-xianping-1";

/// The form of a correction.
const FORM: &str = "main form[action$='/corrections']";

/// Fills in a field of a form, whichever way it chooses.
fn put(browser: &Browser, form: &str, name: &str, value: &str) {
    let told = browser.value(&format!(
        "(() => {{ const form = document.querySelector({form:?}); \
         form.closest('details')?.setAttribute('open', ''); \
         const all = [...form.querySelectorAll('[name={name}]')]; \
         const radio = all.find(one => one.type === 'radio' && one.value === {value:?}); \
         if (radio) {{ radio.click(); return radio.value; }} \
         all[0].value = {value:?}; \
         all[0].dispatchEvent(new Event('input', {{bubbles: true}})); \
         all[0].dispatchEvent(new Event('change', {{bubbles: true}})); return all[0].value; }})()"
    ));
    assert_eq!(told, value, "{name} of {form}");
}

/// Sends a form, and waits for the page that comes.
fn submit(browser: &Browser, form: &str) {
    browser.value("document.body.dataset.old = '1'");
    browser.click(&format!("{form} button:not([type=button])"));
    browser.until(
        "the next page",
        "document.readyState === 'complete' && document.body.dataset.old === undefined",
    );
}

#[test]
fn each_role_signs_in_and_sees_what_it_may_do() {
    let (office, _turn) = office();
    for (role, corrects, kinds, administers) in [
        ("viewer", false, 0, false),
        ("recorder", true, 1, false),
        ("reviewer", true, 3, false),
        ("administrator", true, 3, true),
    ] {
        let browser = office.signed_in(role, "en");
        assert_eq!(browser.address(), "/", "{role}");
        browser.go(&format!("/station/{POND}?range=event"));
        assert_eq!(browser.count(FORM) > 0, corrects, "{role}");
        let offered = browser.value(&format!(
            "[...document.querySelectorAll(\"{FORM} [name=kind]\")].flatMap(one => \
             one.options ? [...one.options] : [one]).length"
        ));
        assert_eq!(offered, kinds, "{role}: kinds of corrections");
        assert_eq!(browser.count("nav a[href='/people']") > 0, administers, "{role}");
        browser.go("/gateways");
        let forms = browser.count("main form[action^='/gateways/']");
        assert_eq!(forms > 0, administers, "{role}: what is done to gateways");
        browser.go("/people");
        let shown = browser.count("main form[action^='/people/']");
        assert_eq!(shown > 0, administers, "{role}: persons");
    }
}

#[test]
fn signing_out_ends_it() {
    let (office, _turn) = office();
    let browser = office.signed_in("viewer", "zh-CN");
    browser.go(&format!("/station/{POND}?range=30d"));
    submit(&browser, ".who form");
    assert!(browser.address().starts_with("/sign-in"), "{}", browser.address());
    browser.go(&format!("/station/{POND}?range=30d"));
    assert!(browser.address().starts_with("/sign-in?next="), "{}", browser.address());
    // Whoever signs in there comes to where she wanted.
    browser.fill("main input[name=person]", office.person("viewer"));
    browser.fill("main input[name=password]", crate::workplace::kit::PASSWORD);
    submit(&browser, "main form");
    assert_eq!(browser.address(), format!("/station/{POND}?range=30d"));
}

#[test]
fn a_language_is_chosen_and_kept() {
    let (office, _turn) = office();
    let browser = office.signed_in("viewer", "zh-CN");
    let lang = "document.documentElement.lang";
    assert!(browser.value(lang).as_str().unwrap().starts_with("zh"));
    browser.click(".who a[href*='lang=en']");
    browser.until("English", &format!("{lang} === 'en'"));
    browser.go("/pumps");
    assert_eq!(browser.value(lang), "en");
    let chinese = browser.value(
        "[...document.querySelectorAll('main h1, main h2, nav a')].filter(one => \
         /[\\u4e00-\\u9fff]/.test(one.innerText)).map(one => one.innerText)",
    );
    assert_eq!(chinese, json!([]));
    browser.click(".who a[href*='lang=zh']");
    browser.until("Chinese", &format!("{lang}.startsWith('zh')"));
}

#[test]
fn the_morning_is_filtered_and_leads_to_a_station() {
    let (office, _turn) = office();
    let browser = office.signed_in("viewer", "en");
    let rows = "document.querySelectorAll('main table.sources a[href^=\"/station/\"]').length";
    let all = browser.value(rows).as_u64().unwrap();
    assert!(all > 20, "{all} sources");
    browser.click("#filter > summary");
    browser.value(
        "(() => { const kind = document.querySelector('#filter select[name=kind]'); kind.value = 'reservoir'; })()",
    );
    browser.click("#filter form button");
    browser.until("fewer sources", &format!("{rows} > 0 && {rows} < {all}"));
    assert!(browser.address().contains("kind=reservoir"), "{}", browser.address());
    browser.go("/?by=village");
    assert!(browser.count("tr.group") > 3);
    // The worst first: no source behind another is in a worse state.
    browser.go("/");
    let states = browser.value(
        "[...document.querySelectorAll('main table.sources td[class*=\"s-\"]')].map(one => \
         ['dry', 'guard', 'warn', 'low', 'normal', 'none'].findIndex(id => one.classList.contains(`s-${id}`)))",
    );
    let states: Vec<i64> = states.as_array().unwrap().iter().filter_map(|n| n.as_i64()).collect();
    let known: Vec<i64> = states.iter().copied().filter(|rank| *rank < 5).collect();
    assert!(known.is_sorted(), "{states:?}");
    browser.click("main table.sources a[href^='/station/']");
    assert!(browser.address().starts_with("/station/"), "{}", browser.address());
    assert_eq!(browser.count("main h1"), 1);
}

/// The value of the first chart that its reader is told.
const TOLD: &str = "document.querySelector('main .chart-figure .chart-value').textContent";

/// Where that chart takes pointer and keys.
const FRAME: &str = "main .chart-figure [data-frame]";

#[test]
fn a_chart_is_read_by_range_pointer_touch_and_keyboard() {
    let (office, _turn) = office();
    let browser = office.signed_in("viewer", "en");
    browser.go(&format!("/station/{POND}"));
    for range in ["24h", "30d", "event", "year", "7d"] {
        browser.click(&format!("main .tabs a[href*='range={range}']"));
        browser.until(range, &format!("location.search.includes('range={range}')"));
        let here = browser.count(&format!("main .tabs a[aria-current][href*='range={range}']"));
        assert_eq!(here, 1, "{range}");
    }
    browser.set("main .range-own input[name=from]", "2022-09-01");
    browser.set("main .range-own input[name=to]", "2022-09-30");
    submit(&browser, "main .range-own");
    assert!(browser.address().contains("range=own&from=2022-09-01"), "{}", browser.address());

    let told = |what: &str, before: &Value| {
        browser.until(what, &format!("{TOLD} !== '' && {TOLD} !== {before}"));
        browser.value(TOLD)
    };
    browser.until("the script", "document.querySelector('[data-started]') !== null");
    assert_eq!(browser.value(TOLD), "");
    browser.hover(FRAME, 0.3, 0.5);
    let early = told("a value under the pointer", &json!(""));
    browser.hover(FRAME, 0.8, 0.5);
    let late = told("another value", &early);
    assert!(late.as_str().unwrap().contains(" m"), "{late}");
    browser.hover("main h1", 0.5, 0.5);
    browser.until("nothing", &format!("{TOLD} === ''"));
    browser.devtools("Emulation.setTouchEmulationEnabled", json!({"enabled": true}));
    browser.touch(FRAME, 0.5, 0.5);
    let touched = told("a value under the finger", &json!(""));
    browser.value(&format!("document.querySelector('{FRAME}').focus()"));
    browser.press("End");
    let end = told("the last value", &touched);
    browser.press("ArrowLeft");
    let before = told("the one before", &end);
    browser.press("Home");
    told("the first value", &before);
}

#[test]
fn a_reviewer_corrects_a_span_and_figures_follow_and_come_back() {
    let (office, _turn) = office();
    let browser = office.signed_in("reviewer", "en");
    let page = format!("/station/{OTHER}?range=own&from=2022-08-01&to=2022-09-30");
    browser.go(&page);
    let summary = "document.querySelector('main .chart-plot desc').textContent";
    let before = browser.value(summary);
    let correct = |kind: &str, by: &str, reason: &str| {
        browser.go(&page);
        put(&browser, FORM, "kind", kind);
        put(&browser, FORM, "parameter", "level");
        put(&browser, FORM, "from", "2022-09-20T00:00");
        put(&browser, FORM, "to", "2022-10-01T00:00");
        if !by.is_empty() {
            put(&browser, FORM, "by", by);
        }
        put(&browser, FORM, "reason", reason);
        submit(&browser, FORM);
        assert!(browser.address().contains("notice=corrected"), "{}", browser.text("main"));
        browser.go(&page);
    };
    correct("wrong", "", "The sensor hung on a branch <b>here</b>");
    let without = browser.value(summary);
    assert_ne!(without, before, "the figures follow");
    let listed = browser.text("main");
    assert!(listed.contains("The sensor hung on a branch <b>here</b>"), "{listed}");
    let raw = "document.querySelector('main .chart-plot .c-raw') !== null";
    assert_eq!(browser.value(raw), true, "what came stays to be seen");

    let withdraw = "main form[action$='/withdraw']";
    put(&browser, withdraw, "reason", "It was the right station after all");
    submit(&browser, withdraw);
    assert!(browser.address().contains("notice=withdrawn"), "{}", browser.text("main"));
    browser.go(&page);
    assert_eq!(browser.value(summary), before, "as it was");
    let listed = browser.text("main");
    assert!(listed.contains("It was the right station after all"), "{listed}");

    correct("shift", "0.25", "The gauge was set anew");
    assert_ne!(browser.value(summary), before);
    put(&browser, withdraw, "reason", "Only tried");
    submit(&browser, withdraw);
    browser.go(&page);
    assert_eq!(browser.value(summary), before);
}

#[test]
fn what_somebody_else_does_is_seen_without_loading_the_page_anew() {
    let (office, _turn) = office();
    let browser = office.signed_in("viewer", "en");
    browser.value("document.body.dataset.old = '1'");
    let row = format!(
        "document.querySelector('main table.sources a[href=\"/station/{THIRD}\"]').closest('tr').innerText"
    );
    let before = browser.value(&row);

    let mut reviewer = office.visit("reviewer");
    let station = format!("/station/{THIRD}");
    let page = reviewer.get(&station).text();
    let form = Form::of(&page, "/corrections").unwrap_or_else(|| panic!("no form: {page}"));
    let form = form.fill("kind", "shift").fill("parameter", "level").fill("by", "0.31");
    let form = form.fill("from", "2022-11-01T00:00").fill("to", "2022-11-30T00:00");
    let answer = form.fill("reason", "The gauge was set anew").send(&mut reviewer);
    assert_eq!(answer.status, 303, "{}", answer.text());
    browser.until("the new level", &format!("{row} !== {before}"));
    assert_eq!(browser.value("document.body.dataset.old"), "1", "the page was not loaded anew");

    let page = reviewer.get(&station).text();
    let form = Form::of(&page, "/withdraw").unwrap_or_else(|| panic!("no form: {page}"));
    assert_eq!(form.fill("reason", "Only tried").send(&mut reviewer).status, 303);
    browser.until("the old level", &format!("{row} === {before}"));
}

#[test]
fn a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed() {
    let (office, _turn) = office();
    let browser = office.signed_in("reviewer", "en");
    browser.go(&format!("/station/{POND}?range=event"));
    put(&browser, FORM, "from", "2022-09-10T00:00");
    put(&browser, FORM, "to", "2022-09-01T00:00");
    put(&browser, FORM, "reason", "kept");
    submit(&browser, FORM);
    assert_eq!(
        browser.value(&format!("document.querySelector(\"{FORM} [name=reason]\").value")),
        "kept"
    );
    let tied = browser.count(&format!("{FORM} [role=alert] a[href='#field-to']"));
    assert_eq!(tied, 1, "what is wrong leads to its field: {}", browser.text("main"));
}

#[test]
fn pumps_and_gateways_show_what_they_did() {
    let (office, _turn) = office();
    let browser = office.signed_in("viewer", "en");
    browser.go("/pumps?range=event");
    assert!(browser.count(&format!("main a[href^='/station/{PUMP}']")) > 0);
    assert!(browser.text("main").contains("kWh"));
    browser.go("/gateways");
    assert!(browser.count("main h2, main h3") > 1, "{}", browser.text("main"));
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_no_script_complains() {
    let (office, _turn) = office();
    let browser = office.signed_in("administrator", "zh-CN");
    let station = format!("/station/{POND}?range=event");
    let others =
        ["/", "/pumps", "/alarms", "/gateways", "/ledger", "/ledger/enter", "/report", "/people"];
    for path in others.into_iter().chain([station.as_str()]) {
        browser.go(path);
        let elsewhere = browser.value(
            "performance.getEntriesByType('resource').map(one => one.name).filter(name => \
             !name.startsWith(location.origin + '/'))",
        );
        assert_eq!(elsewhere, json!([]), "{path}");
        // Styles and scripts are there: nothing of them is refused by the policy.
        let there = browser.value(
            "document.styleSheets.length > 0 && [...document.scripts].every(one => one.src !== '') && \
             getComputedStyle(document.querySelector('.visually-hidden, .skip')).position === 'absolute'",
        );
        assert_eq!(there, true, "{path}");
    }
}
