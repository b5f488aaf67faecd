//! Tests of the importer, and of the shipped example ledger.

use super::super::table::BYTES_MAX;
use super::*;
use crate::account::EntryCode;
use crate::ledger::ImportOutcome;
use crate::locales::{Lang, within};

const EXAMPLE: &[u8] = include_bytes!("../../config/examples/2022/ledger.csv");

fn township() -> Township {
    let villages = [
        "dongmen", "xianping", "qiaokeng", "lifang", "huangshui", "tangbei", "lingxia",
    ]
    .map(|id| serde_json::json!({"id": id, "name": format!("{id}村"), "persons": 1, "groups": 1, "sown_area_mu": 900.0}));
    let crops = [
        ("rice", 1047.67, 450.0, 2.8),
        ("seed-rice", 4079.7, 220.0, 40.0),
        ("taro", 463.5, 1500.0, 6.0),
        ("lotus", 505.0, 80.0, 70.0),
    ]
    .map(|(id, area, kg, yuan)| {
        serde_json::json!({"id": id, "name": id, "sown_area_mu": area, "yield_kg_per_mu": kg,
            "price_yuan_per_kg": yuan, "source": "test", "confidence": 0.5})
    });
    serde_json::from_value(serde_json::json!({"name": "测试", "village": villages, "crop": crops}))
        .unwrap()
}

fn now() -> Timestamp {
    "2022-12-01T00:00:00Z".parse().unwrap()
}

fn read(rows: &str) -> Import {
    let text = format!("code,value,unit,from,to,village,crop,document,entered_by\n{rows}");
    import(text.as_bytes(), None, &township(), now())
}

fn one_problem(row: &str) -> String {
    let import = read(row);
    assert_eq!(import.problems.len(), 1, "{row}: {:?}", import.problems);
    assert!(import.rows.is_empty(), "{row}");
    import.problems[0].to_string()
}

fn sum(rows: &[Entry], code: EntryCode, crop: Option<&str>) -> f64 {
    rows.iter()
        .filter(|r| r.code == code)
        .filter(|r| crop.is_none_or(|crop| r.crop.as_ref().is_some_and(|c| c.as_str() == crop)))
        .map(|r| r.value)
        .sum()
}

#[test]
fn a_row_has_the_number_that_a_spreadsheet_shows() {
    let rows = "\npersons_affected,1,persons,2022-08-01,2022-08-01,,,\"two\nlines\",Li\n\nx\n";
    for rows in [rows.to_owned(), rows.replace('\n', "\r\n")] {
        let problems = || read(&rows).problems.iter().map(ToString::to_string).collect::<Vec<_>>();
        let named = |problems: Vec<String>, place| problems.iter().any(|p| p.starts_with(place));
        assert!(named(problems(), "row 5: "), "{:?}", problems());
        assert!(named(within(Lang::Chinese, problems), "第 5 行："), "{rows:?}");
    }
}

#[test]
fn the_example_of_2022_reads_and_adds_up_to_the_report() {
    let Import { rows, problems, .. } = import(EXAMPLE, None, &township(), now());
    assert_eq!(problems, []);
    let total = |code| sum(&rows, code, None);
    assert_eq!(total(EntryCode::VillageAffected), 7.0);
    assert_eq!(total(EntryCode::AreaAffected), 2200.0);
    assert!(total(EntryCode::AreaFailed) > 120.0 && total(EntryCode::AreaFailed) < 130.0);
    assert_eq!(total(EntryCode::EquipmentDeclared), 21.0);
    assert!((14500.0..15500.0).contains(&total(EntryCode::Gasoline)));
    let funds = [
        EntryCode::FundsCentral,
        EntryCode::FundsProvince,
        EntryCode::FundsCounty,
        EntryCode::FundsCollective,
        EntryCode::FundsRaised,
    ];
    assert_eq!(funds.map(total).iter().sum::<f64>(), 550_000.0);
    assert_eq!(total(EntryCode::WaterProjectFunds), 540_000.0);
    assert_eq!(total(EntryCode::WaterWork), 6.0);
    assert_eq!(total(EntryCode::WaterWorkGroups), 15.0);
    assert_eq!(total(EntryCode::WaterWorkPersons), 1900.0);
    let served: std::collections::BTreeSet<_> =
        rows.iter().filter(|r| r.code == EntryCode::WaterWork).map(|r| &r.village).collect();
    assert_eq!(served.len(), 4);
    let attested: Vec<_> =
        rows.iter().filter(|r| r.code == EntryCode::DrinkingDifficulty).map(|r| r.value).collect();
    assert_eq!(attested, [0.0]);
    let event: Vec<_> = rows.iter().filter(|r| r.code == EntryCode::DroughtEvent).collect();
    assert_eq!(
        (event[0].from.to_string(), event[0].to.to_string()),
        ("2022-08-01".into(), "2022-11-15".into())
    );
    assert!(rows.iter().any(|r| r.code == EntryCode::HazardInspection && r.from.month() == 4));
}

#[test]
fn the_example_is_worth_between_twelve_and_thirteen_million_yuan() {
    let (rows, township) = (import(EXAMPLE, None, &township(), now()).rows, township());
    let averted: f64 = township
        .crops
        .iter()
        .map(|crop| {
            let of = |code| sum(&rows, code, Some(crop.id.as_str()));
            let saved_mu = of(EntryCode::AreaAffected) - of(EntryCode::AreaFailed);
            let rate = (of(EntryCode::LossRateWithout) - of(EntryCode::LossRateWith)) / 100.0;
            assert!(rate > 0.0 && of(EntryCode::AreaAffected) <= crop.sown_area_mu);
            saved_mu * crop.yield_kg_per_mu * crop.price_yuan_per_kg * rate
        })
        .sum();
    assert!((12.0e6..13.0e6).contains(&averted), "{averted}");
    for failed in rows.iter().filter(|r| r.code == EntryCode::AreaFailed) {
        let affected = rows.iter().find(|r| {
            r.code == EntryCode::AreaAffected
                && r.village == failed.village
                && r.crop == failed.crop
        });
        assert!(affected.is_some_and(|a| a.value >= failed.value), "{failed:?}");
    }
}

#[test]
fn each_fault_is_reported_with_a_hint() {
    let good = "gasoline,40,L,2022-08-05,2022-08-05,dongmen,,票 1,陈某";
    assert_eq!(read(good).problems, []);
    assert_eq!(read(good).rows[0].entered_at, now());
    for (row, words) in [
        (
            "gasolin,40,L,2022-08-05,2022-08-05,,,票,陈某",
            "row 2, code = gasolin: not a code of the ledger; did you mean gasoline?",
        ),
        (
            "funds_county,25,万斤,2022-08-05,2022-08-05,,,票,陈某",
            "row 2, unit = 万斤: funds_county (money from prefecture and county) must be in 元; convert the value and write 元; 万元 are converted automatically",
        ),
        (
            "gasoline,40,,2022-08-05,2022-08-05,,,票,陈某",
            "row 2, unit: gasoline (gasoline) must be in L; check that the value is in L, then write L",
        ),
        (
            "gasoline,40,L,5/8/2022,2022-08-05,,,票,陈某",
            "row 2, from = 5/8/2022: a day is written YYYY-MM-DD",
        ),
        (
            "gasoline,40,L,2022/+8/5,2022-08-05,,,票,陈某",
            "row 2, from = 2022/+8/5: a day is written YYYY-MM-DD",
        ),
        ("gasoline,40,L,2022-02-30,2022-08-05,,,票,陈某", "row 2, from"),
        ("gasoline,40,L,2022-08-05T10:00,2022-08-05,,,票,陈某", "row 2, from"),
        (
            "gasoline,40,L,2022-08-05,2022-08-04,,,票,陈某",
            "row 2, to = 2022-08-04: the last day is before the first",
        ),
        (
            "gasoline,40,L,2022-08-05,2022-08-05,dongmeng,,票,陈某",
            "row 2, village = dongmeng: the township has no such village; did you mean dongmen?",
        ),
        ("area_failed,4,亩,2022-08-05,2022-08-05,dongmen,maize,票,陈某", "row 2, crop = maize"),
        (
            "gasoline,-4,L,2022-08-05,2022-08-05,,,票,陈某",
            "row 2, value = -4: a value must be finite and not negative",
        ),
        ("gasoline,NaN,L,2022-08-05,2022-08-05,,,票,陈某", "finite"),
        ("gasoline,1e999,L,2022-08-05,2022-08-05,,,票,陈某", "finite"),
        (
            "gasoline,\"1,000\",L,2022-08-05,2022-08-05,,,票,陈某",
            "row 2, value = 1,000: not a number",
        ),
        ("gasoline,,L,2022-08-05,2022-08-05,,,票,陈某", "row 2, value: the value is missing"),
        ("gasoline,4,L,2022-08-05,2022-08-05,,,,陈某", "row 2, document: document is missing"),
        ("gasoline,4,L,2022-08-05,2022-08-05,,,票,", "row 2, entered_by: entered_by is missing"),
        (
            "loss_rate_with_relief,101,%,2022-08-05,2022-08-05,,rice,票,陈某",
            "a share is at most 100 %",
        ),
        (
            "gasoline,1,000,L,2022-08-05,2022-08-05,,,票,陈某",
            "row 2: the row has 10 fields, the header 9",
        ),
    ] {
        let problem = one_problem(row);
        assert!(problem.contains(words), "{row}\n  gave {problem}");
    }
}

#[test]
fn a_clerk_reads_the_faults_in_chinese() {
    let rows = "gasolin,40,L,2022-08-05,2022-08-05,,,票,陈某\n\
                地县级财政拨款,25,万斤,2022-08-05,2022-08-05,,,票,陈某\n\
                gasoline,,L,2022-08-05,2022-08-04,dongmeng,,,\n\
                gasoline,1,000,L,2022-08-05,2022-08-05,,,票,陈某\n\
                汽油,4,升,2022-08-05,2022-08-05,,,票,陈某\n";
    within(Lang::Chinese, || {
        let read = read(rows);
        let problems: Vec<_> = read.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "第 5 行：这一行有 10 格，表头有 9 格；含逗号的格子要加双引号",
                "第 2 行，项目 = gasolin：不是台账的项目；是不是汽油（`gasoline`）？",
                "第 3 行，单位 = 万斤：地县级财政拨款（`funds_county`）的单位必须是“元”；换算数值，单位写“元”；会自动换算的单位：万元",
                "第 4 行，数值：没有填数值；查实为 0 才填 0，否则删掉这一行",
                "第 4 行，止 = 2022-08-04：止日早于起日 2022-08-05；对调起止，或改正年份",
                "第 4 行，村 = dongmeng：本乡镇没有这个村；是不是“dongmen”？",
                "第 4 行，依据：没有填依据；写明数从哪张凭据来：票据、调查表、通知",
                "第 4 行，登记人：没有填登记人；写明谁对这个数负责",
            ]
        );
        assert_eq!(read.conversions[0].to_string(), "第 6 行，数值：4 升 = 4 L");
    });
}

#[test]
fn all_problems_are_reported_at_once_and_good_rows_are_read() {
    let import = read(
        "gasoline,40,L,2022-08-05,2022-08-05,,,票 1,陈某\n\
         nothing,x,?,today,never,nowhere,weeds,,\n\
         ,,,,,,,,\n\
         gasoline,41,L,2022-08-06,2022-08-06,,,票 2,陈某\n",
    );
    assert_eq!(import.rows.len(), 2);
    let paths: Vec<_> = import.problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "row 3, code",
            "row 3, value",
            "row 3, from",
            "row 3, to",
            "row 3, village",
            "row 3, crop",
            "row 3, document",
            "row 3, entered_by"
        ]
    );
}

#[test]
fn the_header_may_have_any_order_but_must_be_complete() {
    let text = "\u{feff}entered_by,supersedes,reason,document,to,from,unit,value,code\n陈某,7,看错,票,2022-08-05,2022-08-05,L,4,gasoline\n";
    let whole = import(text.as_bytes(), None, &township(), now());
    assert_eq!(whole.problems, []);
    assert_eq!(whole.rows[0].supersedes, Some(7));
    let text = "code,valeu,unit,from,to,village,crop,document,code\n";
    let problems = import(text.as_bytes(), None, &township(), now()).problems;
    let words: Vec<_> = problems.iter().map(|p| p.to_string()).collect();
    assert_eq!(
        words,
        [
            "row 1 = valeu: not a column of the ledger; did you mean value?",
            "row 1 = code: each column may occur only once; remove one of the two",
            "row 1: the column value is missing; add the column value to the first line",
            "row 1: the column entered_by is missing; add the column entered_by to the first line",
        ]
    );
}

#[test]
fn a_correction_needs_a_row_and_a_reason() {
    let text = "code,value,unit,from,to,document,entered_by,reason,supersedes,entered_at\n\
        gasoline,4,L,2022-08-05,2022-08-05,票,陈某,,7,\n\
        gasoline,4,L,2022-08-05,2022-08-05,票,陈某,错,-1,\n\
        gasoline,4,L,2022-08-05,2022-08-05,票,陈某,错,1,05.08.2022 10:00\n";
    let paths: Vec<_> = import(text.as_bytes(), None, &township(), now())
        .problems
        .into_iter()
        .map(|p| p.path)
        .collect();
    assert_eq!(paths, ["row 2, reason", "row 3, supersedes", "row 4, entered_at"]);
}

#[test]
fn a_file_that_is_not_a_ledger_is_refused() {
    assert_eq!(
        import(&[0xb4, 0xfa, 0xc2, 0xeb], None, &township(), now()).problems[0].path,
        "file"
    );
    assert_eq!(
        import(&vec![b' '; BYTES_MAX + 1], None, &township(), now()).problems[0].path,
        "file"
    );
    let many = "x,,,,,,,,\n".repeat(PROBLEMS_MAX);
    let problems = read(&many).problems;
    assert!(problems.len() <= PROBLEMS_MAX + COLUMNS.len() + 1);
    assert!(problems.last().unwrap().rule.to_string().contains("at most"));
    assert!(
        import(b"", None, &township(), now())
            .problems
            .iter()
            .any(|p| p.rule.to_string().contains("column code is missing"))
    );
}

#[test]
fn the_example_is_imported_once() {
    let rows = import(EXAMPLE, None, &township(), now()).rows;
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = crate::ledger::Ledger::open(&dir.path().join("ledger.db")).unwrap();
    let first = ledger.import(&rows).unwrap();
    assert!(first.iter().all(|p| matches!(p, ImportOutcome::Added(_))));
    let again = ledger.import(&rows).unwrap();
    assert!(again.iter().all(|p| matches!(p, ImportOutcome::AlreadyThere(_))));
    assert_eq!(ledger.current().unwrap().len(), rows.len());
}

#[test]
fn the_offices_names_units_and_dates_are_read() {
    let import = read(
        "地县级财政拨款,25.5,万元,2022年8月5日,2022年8月5日,dongmen村,,文,黄某\n\
         受灾面积,10,公顷,2022-08-05,2022-08-05,dongmen村,rice,表,陈某\n",
    );
    assert_eq!(import.problems, []);
    assert_eq!((import.rows[0].value, import.rows[1].value), (255_000.0, 150.0));
    assert_eq!(import.rows[0].from.to_string(), "2022-08-05");
    assert_eq!(import.rows[0].village.as_ref().unwrap().as_str(), "dongmen");
    let conversions: Vec<_> = import.conversions.iter().map(ToString::to_string).collect();
    assert_eq!(
        conversions,
        ["row 2, value: 25.5 万元 = 255000 元", "row 3, value: 10 公顷 = 150 亩"]
    );
}

#[test]
fn an_export_is_imported_again_and_doubles_nothing() {
    let rows = import(EXAMPLE, None, &township(), now()).rows;
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = crate::ledger::Ledger::open(&dir.path().join("ledger.db")).unwrap();
    ledger.import(&rows).unwrap();
    let held = ledger.all().unwrap();
    let book = crate::ledger::to_workbook(&held, &held, &township()).unwrap();
    let csv = crate::ledger::to_csv(&held, &held).unwrap();
    for file in [book, csv.into_bytes()] {
        let again = import(&file, None, &township(), now());
        assert_eq!(again.problems, []);
        assert_eq!(again.rows, held);
        let taken = ledger.import(&again.rows).unwrap();
        assert!(taken.iter().all(|p| matches!(p, ImportOutcome::AlreadyThere(_))));
    }
}

#[test]
fn a_unit_in_the_head_must_agree_with_the_row() {
    let text = "项目,数值（万元）,单位,起,止,依据,登记人\n\
        群众自筹,8,元,2022-08-05,2022-08-05,表,黄某\n\
        群众自筹,8,万元,2022-08-05,2022-08-05,表,黄某\n";
    let import = import(text.as_bytes(), None, &township(), now());
    let problems: Vec<_> = import.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        ["row 2, unit = 元: the head of the values says 万元; write the unit of the value in both"]
    );
    assert_eq!(import.rows[0].value, 80_000.0);
}
