//! A clerk hands in her file in the browser, sees what was understood, and confirms.

use serde_json::json;

use super::looks::{CUT, axe, unfold, violations};
use super::office::office;

/// Rows of a year that no figure of the demo is of.
const ROWS: &str = "项目,数量,单位,起始日期,截止日期,依据\n\
                    汽油,760,升,2019-08-03,2019-08-03,加油票 1\n\
                    汽油,590,升,2019-08-04,2019-08-04,加油票 2\n";

#[test]
fn a_clerk_hands_in_her_file_answers_and_confirms() {
    let (office, _turn) = office();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("8月 台账.csv");
    std::fs::write(&file, ROWS.replace("汽油,590", "机油,590")).unwrap();
    let axe = axe();
    let browser = office.signed_in("recorder", "en");
    let look = |what: &str| {
        unfold(&browser);
        for (colours, width) in [("light", 360), ("dark", 1280)] {
            browser.colours(colours);
            browser.width(width);
            assert_eq!(violations(&browser, &axe), [""; 0], "{what}");
            assert_eq!(browser.value(CUT), json!([]), "{what}");
        }
    };
    browser.click("nav a[href='/ledger']");
    browser.click("main a[href='/ledger/import']");
    browser.choose("#field-file", &file);
    browser.click("form[action='/ledger/import'] button");
    browser.until("problems", "document.querySelector('.problems') !== null");
    assert!(browser.text(".problems").contains("机油"), "{}", browser.text("main"));
    assert_eq!(browser.count("form[action='/ledger/import/enter']"), 0);
    look("what is wrong");
    browser.fill("#field-meanings", "机油=汽油");
    browser.click("form[action='/ledger/import'] button");
    browser.until("a button", "document.querySelector('form[action$=\"/enter\"]') !== null");
    assert!(browser.text("main").contains("1350 L"), "{}", browser.text("main"));
    assert!(browser.text("main h2").contains("8月 台账.csv"), "{}", browser.text("main"));
    look("what was understood");
    browser.click("form[action='/ledger/import/enter'] button");
    browser.until("the end", "document.querySelector('main [role=status]') !== null");
    assert!(browser.text("main [role=status]").contains("Rows entered: 2"));
    look("what was entered");
    browser.choose("#field-file", &file);
    browser.fill("#field-meanings", "机油=汽油");
    browser.click("form[action='/ledger/import'] button");
    browser.until("the file again", "document.querySelector('#understood') !== null");
    assert!(
        browser.text("main").contains("rows that the ledger has: 2"),
        "{}",
        browser.text("main")
    );
}
