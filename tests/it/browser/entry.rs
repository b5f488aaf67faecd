//! Rows of the ledger in the browser, in an office where each row has its second person: entered with the effect shown,
//! reviewed, corrected by two at once, withdrawn.

use serde_json::json;

use super::kit::Browser;
use super::looks::{CUT, axe, unfold, violations};
use crate::context::{Context, Process, wait_for};
use crate::visit::Visit;
use crate::workplace::kit::{PASSWORD, PERSONS, configure, signed_in};

/// A hub that wants two persons.
struct Office {
    context: Context,
    axe: String,
    _running: (Process, Process),
}

impl Office {
    fn open() -> Self {
        let context = Context::new();
        configure(&context, "");
        let config = std::fs::read_to_string(context.path("hub.toml")).unwrap();
        context.write("hub.toml", &config.replacen("\n[web]", "\ntwo_person = true\n[web]", 1));
        let running = crate::office::office(&context);
        wait_for("the page", || {
            let answer = Visit::to(context.page_port()).try_ask("GET", "/sign-in", &[], b"");
            match answer {
                Ok(answer) if answer.status == 200 => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
        Self { context, axe: axe(), _running: running }
    }

    /// A browser in which somebody of this role has signed in.
    fn signed_in(&self, role: &str) -> Browser {
        signed_in(&self.context, role);
        let [id, ..] = PERSONS.into_iter().find(|person| person[3] == role).unwrap();
        let base = format!("http://127.0.0.1:{}", self.context.page_port());
        let browser = Browser::open(&base, "zh-CN");
        browser.go("/sign-in?next=/ledger");
        browser.fill("main input[name=person]", id);
        browser.fill("main input[name=password]", PASSWORD);
        press(&browser, "main form button");
        browser
    }

    /// Nothing is wrong with how the page looks, on a phone and in the dark.
    fn look(&self, browser: &Browser, what: &str) {
        unfold(browser);
        for (colours, width) in [("light", 360), ("dark", 1280)] {
            browser.colours(colours);
            browser.width(width);
            assert_eq!(violations(browser, &self.axe), [""; 0], "{what}");
            assert_eq!(browser.value(CUT), json!([]), "{what}");
        }
    }
}

/// Presses something that leads to another page, and waits for it.
fn press(browser: &Browser, css: &str) {
    browser.value("document.body.dataset.old = '1'");
    browser.click(css);
    browser.until(
        "the next page",
        "document.readyState === 'complete' && document.body?.dataset.old === undefined",
    );
}

fn says(browser: &Browser, words: &str) {
    let shown = browser.text("main");
    assert!(shown.contains(words), "no {words} at {}: {shown}", browser.address());
}

const CHECK: &str = "main form[method=post] button:not([name])";
const SAVE: &str = "main button[value=save]";

/// Fills in a row of the item whose form is open.
fn fill(browser: &Browser, value: &str, days: [&str; 2], document: &str) {
    browser.fill("#field-value", value);
    browser.set("#field-from", days[0]);
    browser.set("#field-to", days[1]);
    browser.fill("#field-document", document);
}

#[test]
fn rows_are_entered_with_their_effect_corrected_reviewed_and_withdrawn() {
    let office = Office::open();
    let clerk = office.signed_in("recorder");
    says(&clerk, "没有这样的记录");

    // A name that the ledger does not have leads to those that are near.
    press(&clerk, "main a[href='/ledger/enter']");
    clerk.fill("#field-item", "抗旱时期");
    press(&clerk, "main form[action='/ledger/enter'] button");
    says(&clerk, "台账里没有“抗旱时期”这个项目");
    office.look(&clerk, "near names");
    press(&clerk, "main .choices a[href='/ledger/enter?item=drought_event']");
    fill(&clerk, "1", ["2022-08-01", "2022-11-15"], "抗旱工作总结");
    press(&clerk, CHECK);
    says(&clerk, "报告从此有了统计期：2022-08-01 至 2022-11-15");
    press(&clerk, SAVE);
    assert!(clerk.address().starts_with("/ledger/rows/1?notice=entered."), "{}", clerk.address());
    says(&clerk, "待复核");

    // Another person reviews it; her own she could not.
    let reviewer = office.signed_in("reviewer");
    reviewer.go("/ledger/review");
    office.look(&reviewer, "the queue");
    reviewer.click("input[name=row-1]");
    press(&reviewer, "main form[action='/ledger/review'] button");
    says(&reviewer, "复核了 1 条");

    // A slip, whose effect is shown before it is entered.
    clerk.go("/ledger/enter?item=gasoline");
    fill(&clerk, "约760", ["2022-08-05", ""], "加油票 1");
    press(&clerk, CHECK);
    says(&clerk, "“约”表示不是准数");
    clerk.fill("#field-value", "760");
    press(&clerk, CHECK);
    assert!(clerk.text(".effect thead").contains("复核后"), "{}", clerk.text("main"));
    assert!(clerk.text(".effect tbody").contains("760"), "{}", clerk.text("main"));
    office.look(&clerk, "a row before it is entered");
    press(&clerk, SAVE);
    assert!(clerk.address().starts_with("/ledger/rows/2?notice=entered."), "{}", clerk.address());

    // Two correct it: the second sees who was first, and nothing of his is entered.
    clerk.go("/ledger/rows/2/correct");
    reviewer.go("/ledger/rows/2/correct");
    for (browser, value) in [(&clerk, "670"), (&reviewer, "676")] {
        browser.fill("#field-value", value);
        browser.fill("#field-reason", "看错一位");
        press(browser, CHECK);
    }
    press(&reviewer, SAVE);
    let address = reviewer.address();
    assert!(address.starts_with("/ledger/rows/3?notice=corrected."), "{address}");
    press(&clerk, SAVE);
    says(&clerk, "水务站 吴某");
    says(&clerk, "别人先改了");
    office.look(&clerk, "who was first");
    press(&clerk, "main a[href='/ledger/rows/3']");
    assert_eq!(clerk.count(".history > li"), 2);
    office.look(&clerk, "a history");

    // The row is withdrawn, which another reviews; then neither counts.
    press(&clerk, "main a[href='/ledger/rows/3/withdraw']");
    clerk.fill("#field-reason", "登重了");
    press(&clerk, CHECK);
    press(&clerk, SAVE);
    let address = clerk.address();
    assert!(address.starts_with("/ledger/rows/4?notice=withdrawn."), "{address}");
    reviewer.go("/ledger/review");
    says(&reviewer, "作废：");
    reviewer.click("input[name=row-4]");
    press(&reviewer, "main form[action='/ledger/review'] button");
    clerk.go("/ledger");
    assert_eq!(clerk.count(".rows tbody tr"), 1);
    clerk.go("/ledger?state=withdrawn");
    says(&clerk, "第 4 条");
    office.look(&clerk, "the list");
    let mut audit = signed_in(&office.context, "administrator");
    let audit = audit.get("/audit?lang=zh").text();
    for deed in ["1: 抗旱期 1 次", "3: 汽油 676 L", "4: 汽油 676 L × 3: 登重了"] {
        assert!(audit.contains(deed), "no {deed} in {audit}");
    }
}
