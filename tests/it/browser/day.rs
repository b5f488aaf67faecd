//! A day in the office: rows are entered, corrected, handed in and reviewed, a figure is explained, the report is
//! issued and read, an alarm is noted, each by whoever may.
//!
//! It is done over a copy of the demo's data, by a hub of its own for which two persons have to see each row.

use std::path::Path;
use std::process::Stdio;

use hanqing::core::Reading;
use hanqing::wire::{Batch, Epoch};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use rust_xlsxwriter::Workbook;
use serde_json::json;

use super::kit::Browser;
use super::looks::unfold;
use super::office::{POND, office};
use crate::clerk::read;
use crate::context::{Context, Process, hanqing, outcome, wait_for};
use crate::hostile::scene::tail;
use crate::peers::{mosquitto, publish};
use crate::visit::Visit;
use crate::workplace::kit::{PASSWORD, choose, link_by};

/// The gateway that the pond is read by in the demo, and a level below its 旱保 in each month.
const GATEWAY: &str = "gw-dongmen";
const LOW: f64 = 217.4;

/// Whoever works there beside the persons of the demo: id, name, office, role.
const MORE: [[&str; 4]; 3] = [
    ["wu", "吴某", "水务站", "reviewer"],
    ["sun", "孙某", "民政办", "reviewer"],
    ["zhao", "赵某", "党政办", "administrator"],
];

/// Findings that a report may have at most: more would be no day's work.
const FINDINGS_MAX: usize = 60;

/// The office of the day.
struct Day {
    context: Context,
    base: String,
    _broker: Process,
    _hub: Process,
}

impl Day {
    /// Opens it over a copy of what the demo has left in `data`; a reviewer has looked over all its rows.
    fn open(data: &Path) -> Self {
        let context = Context::new();
        for name in ["store.db", "ledger.db"] {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
            let database = Connection::open_with_flags(data.join(name), flags).unwrap();
            let copy = context.path(name).display().to_string();
            database.execute("VACUUM INTO ?1", [copy]).unwrap();
        }
        configure(&context, data);
        let (code, said, told) = outcome(
            hanqing()
                .args(["ledger", "review", "--by", "wu", "--all-pending", "-c"])
                .arg(context.path("hub.toml"))
                .stderr(Stdio::piped()),
        );
        assert_eq!(code, Some(0), "{said}{told}");
        let broker = mosquitto(&context);
        let hub = context.hub();
        wait_for("the page", || {
            let page = Visit::to(context.page_port()).try_ask("GET", "/sign-in", &[], b"");
            let there = page.is_ok_and(|page| page.status == 200);
            if there { Ok(()) } else { Err(tail(&context.log("hub"))) }
        });
        let base = format!("http://127.0.0.1:{}", context.page_port());
        Self { context, base, _broker: broker, _hub: hub }
    }

    /// A browser in which this person has signed in, who reads Chinese.
    fn sits(&self, person: &str) -> Browser {
        let link = link_by(&self.context, "link", person);
        choose(&mut Visit::to(self.context.page_port()), &link, PASSWORD);
        let browser = Browser::open(&self.base, "zh-CN");
        browser.go("/sign-in?next=/");
        browser.fill("main input[name=person]", person);
        browser.fill("main input[name=password]", PASSWORD);
        browser.click("main form button");
        browser.until(person, "document.querySelector('.who .person') !== null");
        browser
    }

    /// The pond's gateway sends a level.
    fn falls(&self) {
        let at = Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap();
        let readings = vec![Reading::good(format!("{POND}/level").parse().unwrap(), at, LOW)];
        let gateway = GATEWAY.parse().unwrap();
        let batch = Batch { gateway, epoch: Epoch(7), seq: 1, clock: None, loss: None, readings };
        let topic = format!("hanqing/v1/{GATEWAY}/readings");
        publish(self.context.broker_port(), &[(&topic, batch.to_bytes())], false);
    }
}

/// The demo's configuration, with other places, more persons, two of them for each row, and a pond that rings at once.
fn configure(context: &Context, data: &Path) {
    let text = std::fs::read_to_string(data.join("hub.toml")).unwrap();
    let mut config: toml::Table = toml::from_str(&text).unwrap();
    let place = |name: &str| toml::Value::from(context.path(name).display().to_string());
    let part = |value: String| toml::from_str::<toml::Table>(&value).unwrap();
    config.insert("township".into(), data.join("township.toml").display().to_string().into());
    config.insert("issued".into(), place("issued"));
    let url = format!("mqtt://127.0.0.1:{}", context.broker_port());
    config.insert("mqtt".into(), part(format!("url = {url:?}")).into());
    config.insert("store".into(), part(format!("path = {}", place("store.db"))).into());
    let ledger = part(format!("path = {}\ntwo_person = true", place("ledger.db")));
    config.insert("ledger".into(), ledger.into());
    let web = part(format!("listen = \"127.0.0.1:{}\"", context.page_port()));
    config.insert("web".into(), web.into());
    let alarm =
        "off = [\"station-silent\", \"gateway-silent\"]\nhold_minutes = { below-assured = 0 }";
    config.insert("alarm".into(), part(alarm.to_owned()).into());
    let persons = config["person"].as_array_mut().expect("the demo has persons");
    for [id, name, office, role] in MORE {
        persons.push(
            part(format!("id = {id:?}\nname = {name:?}\noffice = {office:?}\nrole = {role:?}"))
                .into(),
        );
    }
    context.write("hub.toml", &toml::to_string(&config).unwrap());
}

/// Presses a button, and waits for the page that comes.
fn press(browser: &Browser, button: &str) {
    browser.value("document.body.dataset.old = '1'");
    browser.click(button);
    browser.until(
        "the next page",
        "document.readyState === 'complete' && document.body.dataset.old === undefined",
    );
}

/// Number of the row whose page is shown.
fn shown_row(browser: &Browser) -> String {
    browser.until("the row", "/^\\/ledger\\/rows\\/[0-9]+$/.test(location.pathname)");
    let path = browser.value("location.pathname");
    path.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// Enters petrol with a slip, and puts it right. Returns the number of the row that counts.
fn enters(browser: &Browser) -> String {
    browser.click("nav a[href='/ledger']");
    browser.click("main a[href='/ledger/enter']");
    browser.fill("#field-item", "汽油");
    press(browser, "main form[action='/ledger/enter'] button");
    browser.fill("#field-value", "约3000");
    browser.set("#field-from", "2022-08-20");
    browser.fill("#field-document", "加油票 77 号");
    press(browser, "main form[action='/ledger/enter'] button");
    let tied = browser.count("main [role=alert] a[href='#field-value']");
    assert_eq!(tied, 1, "what is no number is named: {}", browser.text("main"));
    let kept = browser.value("document.querySelector('#field-document').value");
    assert_eq!(kept, "加油票 77 号", "what was typed is kept");
    browser.fill("#field-value", "350");
    press(browser, "main form[action='/ledger/enter'] button");
    let effect = browser.text("main table.effect");
    assert!(effect.contains("汽油") || effect.contains("用油"), "{}", browser.text("main"));
    press(browser, "main button[value=save]");
    let first = shown_row(browser);

    press(browser, "main a[href$='/correct']");
    browser.fill("#field-value", "340");
    browser.fill("#field-reason", "看错一位");
    press(browser, "main form[action$='/correct'] button");
    press(browser, "main button[value=save]");
    let second = shown_row(browser);
    assert_ne!(first, second, "a correction is a row of its own");
    let history = browser.text("main ol.history");
    for part in ["350", "340", "看错一位", "黄某"] {
        assert!(history.contains(part), "{part}: {history}");
    }
    second
}

/// Hands in a workbook of two rows.
fn hands_in(browser: &Browser, file: &Path) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        ["项目", "数量", "单位", "日期", "依据"],
        ["汽油", "60", "升", "2022-08-21", "加油票 78 号"],
        ["汽油", "45", "升", "2022-08-22", "加油票 79 号"],
    ];
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    book.save(file).unwrap();
    browser.go("/ledger");
    browser.click("main a[href='/ledger/import']");
    browser.choose("#field-file", file);
    press(browser, "form[action='/ledger/import'] button");
    let understood = browser.text("main");
    assert!(understood.contains("105"), "what was understood, with its sum: {understood}");
    press(browser, "form[action='/ledger/import/enter'] button");
    assert_eq!(browser.count("main [role=status]"), 1, "{}", browser.text("main"));
}

/// Somebody else looks over all that waits.
fn reviews(browser: &Browser) {
    browser.go("/ledger/review");
    let ticks = browser.count("main input[type=checkbox][name^='row-']");
    assert!(ticks >= 3, "{}", browser.text("main"));
    browser.value(
        "document.querySelectorAll('main input[name^=\"row-\"]').forEach(one => one.click())",
    );
    press(browser, "main form[action='/ledger/review'] button");
    browser.go("/ledger/review");
    let left = browser.count("main input[type=checkbox][name^='row-']");
    assert_eq!(left, 0, "{}", browser.text("main"));
}

/// From a number in the report down to the row that she has entered.
fn explains(browser: &Browser, row: &str) {
    browser.click("nav a[href='/report']");
    unfold(browser);
    press(browser, "main table a[href^='/report/figure/gasoline']");
    unfold(browser);
    let evidence = format!("main ul.evidence a[href='/ledger/rows/{row}']");
    assert!(browser.count(&evidence) >= 1, "{}", browser.text("main"));
    press(browser, &evidence);
    assert!(browser.text("main").contains("340"), "{}", browser.text("main"));
}

/// Looks at each finding and says why it is as it should be. Returns how many there were.
fn accepts(browser: &Browser) -> usize {
    let form = "main form[action='/report/accept']";
    for count in 0..FINDINGS_MAX {
        browser.go("/report");
        if browser.count(form) == 0 {
            return count;
        }
        unfold(browser);
        browser.fill(&format!("{form} textarea"), "已与原始票据核对，属实");
        press(browser, &format!("{form} button"));
        assert!(browser.address().contains("notice=accepted"), "{}", browser.text("main"));
    }
    panic!("more than {FINDINGS_MAX} findings: {}", browser.text("main"));
}

/// Issues the report, fetches its Word file, and reads it by a program that is not ours.
fn issues(browser: &Browser, folder: &Path) {
    browser.go("/report");
    let said = browser.text("main p.prose");
    assert!(said.contains("抗旱救灾方面"), "{}", browser.text("main"));
    let form = "main form[action='/report/issue']";
    assert_eq!(browser.count(form), 1, "nothing stands against it: {}", browser.text("main"));
    browser.click(&format!("{form} input[name=confirm]"));
    press(browser, &format!("{form} button"));
    assert!(browser.address().starts_with("/report/issued/"), "{}", browser.text("main"));
    let downloads = json!({"behavior": "allow", "downloadPath": folder.display().to_string()});
    browser.devtools("Browser.setDownloadBehavior", downloads);
    browser.click("main a[href$='.docx']");
    let file = wait_for("the Word file", || {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let names: Vec<_> = names.collect();
        let whole = names.iter().find(|path| path.extension().is_some_and(|end| end == "docx"));
        whole.cloned().ok_or(names)
    });
    let document = read(&file);
    let paragraphs = document["paragraphs"].as_array().unwrap();
    let there =
        paragraphs.iter().any(|text| text.as_str().is_some_and(|text| text.trim() == said.trim()));
    assert!(there, "{said:?} in {paragraphs:#?}");
}

/// A pond falls below 旱保: the clerk sees it, and takes note of it under her name.
fn notes(day: &Day, browser: &Browser) {
    browser.go("/alarms");
    day.falls();
    let form = "main form[action='/alarms/acknowledge']";
    browser.until(
        "the alarm, without loading the page anew",
        &format!("document.querySelector(\"{form}\") !== null"),
    );
    assert!(browser.text("main table.alarms").contains("低于旱保"), "{}", browser.text("main"));
    press(browser, &format!("{form} button"));
    browser.go("/alarms");
    assert!(browser.text("main table.alarms").contains("黄某"), "{}", browser.text("main"));
    assert_eq!(browser.count(form), 0, "nobody need take note of it again");
}

#[test]
fn a_day_in_the_office_from_the_first_row_to_the_issued_report() {
    let (office, _turn) = office();
    let day = Day::open(office.data());
    let folder = tempfile::tempdir().unwrap();
    let row = {
        let clerk = day.sits("huang");
        notes(&day, &clerk);
        let row = enters(&clerk);
        hands_in(&clerk, &folder.path().join("台账.xlsx"));
        clerk.go("/report");
        assert_eq!(
            clerk.count("main form[action='/report/issue']"),
            0,
            "a recorder issues nothing"
        );
        row
    };
    {
        let reviewer = day.sits("wu");
        reviews(&reviewer);
        explains(&reviewer, &row);
    }
    let accepted = accepts(&day.sits("sun"));
    println!("findings accepted: {accepted}");
    let head = day.sits("zhao");
    issues(&head, folder.path());
    let log = day.context.log("hub");
    assert!(!log.contains("panicked"), "{log}");
}
