//! Entry, review, acceptance and issue by different persons, and what nobody can accept.

use crate::clerk::{office, run, run_zh};
use crate::context::Context;

/// Persons of the ledger of 2022, and three who entered nothing.
const PERSONS: [[&str; 3]; 8] = [
    ["huang", "黄某", "财政所"],
    ["li", "李某", "水务站"],
    ["chen", "陈某", "农技站"],
    ["liu", "刘某", "党政办"],
    ["xie", "谢某", "民政办"],
    ["wu", "吴某", "乡政府"],
    ["zhao", "赵某", "乡政府"],
    ["qian", "钱某", "乡政府"],
];

/// Asks for two persons, and lists them.
fn two_persons(context: &Context) {
    let config = std::fs::read_to_string(context.path("hub.toml")).unwrap();
    let mut config = config.replace("[ledger]", "[ledger]\ntwo_person = true");
    for [id, name, office] in PERSONS {
        let person = format!("id = {id:?}\nname = {name:?}\noffice = {office:?}\n");
        config.push_str(&format!("\n[[person]]\n{person}"));
    }
    context.write("hub.toml", &config);
}

#[test]
fn entry_review_acceptance_and_issue_are_by_different_persons() {
    let context = office();
    two_persons(&context);
    let (code, _, told) = run(&context, &["report", "issue"], &["--by", "qian"]);
    assert_eq!(code, Some(1), "the drought event is not reviewed");
    assert!(told.contains("the drought event that is entered waits for a review"), "{told}");
    assert!(told.contains("2022-08-01 to 2022-11-15, entered by"), "{told}");
    let review = |by, which| run(&context, &["ledger", "review"], &["--by", by, which]);
    let (code, _, told) = review("haung", "--all-pending");
    assert_eq!(code, Some(1));
    assert!(told.contains("the list has huang (财政所 黄某)"), "{told}");
    assert!(!told.contains("did you mean"), "{told}");
    let (code, _, told) = review("黄某", "--all-pending");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("rows that you entered yourself are left out"), "{told}");
    let (code, printed, told) = review("wu", "--all-pending");
    assert_eq!(code, Some(0), "{told}");
    assert!(printed.contains("rows reviewed, 0 had been reviewed before"), "{printed}");

    let accept = |rule, by| {
        let rest = ["--rule", rule, "--reason", "当年没有装表，已核对", "--by", by];
        run(&context, &["ledger", "accept"], &rest)
    };
    let (code, _, told) = accept("crops-to-replace", "陈某");
    assert_eq!(code, Some(1), "she entered the areas");
    assert!(told.contains("was entered by 农技站 陈某"), "{told}");
    for rule in ["crops-to-replace", "meters-silent", "levels-silent"] {
        let (code, _, told) = accept(rule, "zhao");
        assert_eq!(code, Some(0), "{rule}: {told}");
    }

    let entry = ["--code", "汽油", "--value", "500", "--from", "2022-10-30", "--village", "东门村"];
    let rest = [&entry[..], &["--document", "加油票 2022-10-0099", "--by", "huang"]].concat();
    let (code, printed, told) = run(&context, &["ledger", "enter"], &rest);
    assert_eq!(code, Some(0), "{told}");
    assert!(printed.contains("财政所 黄某"), "{printed}");
    let issue = |by| run(&context, &["report", "issue"], &["--by", by]);
    let (code, _, told) = issue("qian");
    assert_eq!(code, Some(1), "row 119 waits");
    assert!(told.contains("rows 119 wait for a review") && told.contains("15480"), "{told}");
    let (code, _, told) = review("wu", "119");
    assert_eq!(code, Some(0), "{told}");

    for (by, why) in [
        ("财政所黄某。", "by 财政所 黄某"),
        ("wu", "was reviewed by 乡政府 吴某"),
        ("赵某", "was accepted by 乡政府 赵某"),
        ("王某", "nobody of the list"),
    ] {
        let (code, _, told) = issue(by);
        assert_eq!(code, Some(1), "{by}");
        assert!(told.contains(why), "{by}: {told}");
        assert!(told.contains("乡政府 钱某"), "who still may, or the list: {told}");
    }
    let (code, printed, told) = issue("qian");
    assert_eq!(code, Some(0), "{printed}{told}");
    let (_, listed, _) = run(&context, &["report", "list"], &[]);
    assert!(listed.contains("乡政府 钱某"), "{listed}");
}

#[test]
fn a_contradiction_of_arithmetic_is_corrected_and_never_accepted() {
    let context = office();
    let row = ["--code", "绝收面积", "--value", "9000", "--from", "2022-10-01", "--crop", "水稻"];
    let rest = [&row[..], &["--document", "调查表", "--by", "试员"]].concat();
    let (code, _, told) = run(&context, &["ledger", "enter"], &rest);
    assert_eq!(code, Some(0), "{told}");
    let accept = |reason| {
        let rest = ["--rule", "failed-within-affected", "--reason", reason, "--by", "试员"];
        run(&context, &["ledger", "accept"], &rest)
    };
    let (code, _, told) = accept("。。。。，！");
    assert_eq!(code, Some(1));
    assert!(told.contains("the reason is too short"), "{told}");
    let (code, _, told) = accept("调查表就是这样写的");
    assert_eq!(code, Some(1));
    assert!(told.contains("only corrected in the ledger"), "{told}");
    for despite in [&[][..], &["--despite-findings"]] {
        let rest = [&["--by", "刘某"][..], despite].concat();
        let (code, _, told) = run(&context, &["report", "issue"], &rest);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("contradictions that only a correction"), "{told}");
        let (_, _, told) = run_zh(&context, &["report", "issue"], &rest);
        assert!(told.contains("只能更正台账"), "{told}");
    }
}

/// What the page refuses to issue, the command line does, too.
#[test]
fn a_report_of_days_to_come_of_nothing_or_of_too_many_is_not_issued() {
    let context = office();
    for (from, to, why) in [
        ("2150-08-01", "2150-08-31", "begin only on"),
        ("2001-08-01", "2001-08-02", "has no sentence"),
        ("2015-08-01", "2022-08-01", "at most 1100"),
        ("1722-08-01", "1722-08-31", "the year 1722"),
    ] {
        let rest = ["--from", from, "--to", to, "--by", "刘某", "--despite-findings"];
        let (code, printed, told) = run(&context, &["report", "issue"], &rest);
        assert_eq!(code, Some(1), "{from}: {printed}{told}");
        assert!(told.contains(why), "{from}: {told}");
        let (_, _, told) = run_zh(&context, &["report", "issue"], &rest);
        assert!(!told.contains("begin") && !told.contains("sentence"), "{told}");
    }
    assert!(!context.path("issued").join("2150-001").exists());
}
