//! Tests of the documents, with the figures of the 2022 report.

use std::fs;

use jiff::civil::{Date, date};

use super::{Choice, Documents, ReportError, render, section, write};
use crate::account::{Entry, EntryCode, Method, TownshipDay};
use crate::core::Period;
use crate::figures::{
    Claim, Figure, FigureId, FigureInput, Findings, Origin, Statement, Totals, Value, Verdict,
};
use crate::locales::{Lang, Text, within};
use crate::water::Township;

/// Figures of the 2022 report: id, value, wording.
pub(super) const SAID: [(&str, f64, &str); 20] = [
    ("onset_month", 8.0, "8月份以来"),
    ("villages_affected", 7.0, "7个行政村"),
    ("channels_dry", 3.0, "部分河沟断水"),
    ("ponds_dry", 9.0, "塘堰干涸"),
    ("area_affected", 2200.0, "约2200亩"),
    ("area_failed", 123.0, "120余亩"),
    ("equipment_deployed", 65.0, "65台"),
    ("electricity_used", 35_012.346, "约3.5万度"),
    ("gasoline_used", 15_000.0, "约1.5万升"),
    ("funds_invested", 550_000.0, "55万元"),
    ("area_rescued", 2077.0, "2000余亩"),
    ("loss_averted", 12_462_000.0, "1200余万元"),
    ("inspection_month", 4.0, "4月份"),
    ("water_project_funds", 540_000.0, "54万元"),
    ("water_works_built", 6.0, "6个"),
    ("villages_served", 4.0, "4个村"),
    ("groups_served", 15.0, "15个组"),
    ("people_served", 1900.0, "1900人"),
    ("drinking_difficulty", 0.0, "整个旱情期间未有一人次出现饮水困难情况"),
    ("storage_total", 86_000.0, "约8.6万立方米"),
];

/// The blocks of the report of 2022.
const SEED: [&str; 6] = ["drought", "damage", "equipment", "saved", "drinking", "water_works"];

pub(super) fn period() -> Period {
    Period { from: date(2022, 8, 1), to: date(2022, 11, 15) }
}

/// All figures of the catalogue; those in `said` have a value, the others are absent.
pub(super) fn figures(said: &[(&str, f64, &str)]) -> Vec<Figure> {
    let figure = |id: &FigureId| {
        let spec = id.spec();
        let found = said.iter().find(|s| s.0 == spec.id);
        let value = match (found, spec.unit) {
            (Some(said), "月") => Value::Day(date(2022, said.1 as i8, 1)),
            (Some(said), _) => Value::Number(said.1),
            (None, _) => Value::Absent,
        };
        Figure {
            value,
            claim: match found {
                Some(_) => Claim { verdict: Verdict::Proved, grounds: Vec::new() },
                None => Claim::default(),
            },
            phrase: found.map(|said| said.2.to_owned()),
            phrase_en: found.map(|said| said.0.to_owned()),
            words: found.map(|said| Text::both(said.2.to_owned(), said.0.to_owned())),
            coverage: Some(0.9876),
            inputs: vec![FigureInput {
                from: Origin::Series("pump-1/energy_total".parse().unwrap()),
                value: Some(1.5),
                method: Method::CounterDifference,
                note: Text::verbatim("甲|乙 <b>"),
                coverage: Some(0.9876),
            }],
            notes: match found {
                Some(_) => vec![Text::verbatim("a|b <i>")],
                None => vec![Text::both("台账中没有记录", "the ledger has no row")],
            },
            ..Figure::absent(*id, period(), "test")
        }
    };
    FigureId::ALL.iter().map(figure).collect()
}

pub(super) fn documents(
    dir: Option<&std::path::Path>,
    figures: &[Figure],
) -> Result<Documents, ReportError> {
    documents_in(Lang::Chinese, dir, figures)
}

fn documents_in(
    lang: Lang,
    dir: Option<&std::path::Path>,
    figures: &[Figure],
) -> Result<Documents, ReportError> {
    let township: Township = toml::from_str("name = \"黄水<乡>\"").unwrap();
    let issued_at = "2022-11-16T01:30:00Z".parse().unwrap();
    let choice = Choice { templates: dir, blocks: None };
    render(choice, &township, &statement(figures), issued_at, lang)
}

/// A row of the ledger that names a drought of these days.
pub(super) fn drought(from: Date, to: Date) -> Entry {
    Entry {
        id: 1,
        code: EntryCode::DroughtEvent,
        value: 1.0,
        from,
        to,
        village: None,
        crop: None,
        work: None,
        document: "通知".into(),
        entered_by: "陈某".into(),
        entered_at: jiff::Timestamp::UNIX_EPOCH,
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
        withdrawn: false,
    }
}

/// A statement with these figures and two days of electricity.
pub(super) fn statement(figures: &[Figure]) -> Statement {
    let day = |day, kwh| TownshipDay { day, energy_kwh: Some(kwh), storage_m3: None };
    Statement {
        period: period(),
        figures: figures.to_vec(),
        findings: Findings { found: Vec::new(), checked: 0, unchecked: Vec::new() },
        caveats: Vec::new(),
        comparisons: Vec::new(),
        earlier: Vec::new(),
        villages: Vec::new(),
        totals: Totals::of(&[], &[]),
        sources: Vec::new(),
        pumps: Vec::new(),
        days: vec![day(period().from, 120.5), day(period().to, 80.0)],
        entries: Vec::new(),
        pending: Vec::new(),
    }
}

#[test]
fn the_section_prints_the_wording_of_the_figures() {
    let documents = documents(None, &figures(&SAID)).unwrap();
    for text in [&documents.markdown, &documents.html] {
        for (_, _, phrase) in SAID {
            assert!(text.contains(phrase), "{phrase} is not in\n{text}");
        }
        assert!(text.contains("4个村15个组"));
        assert!(text.contains("2022年11月16日 09:30"));
        assert!(text.contains("35012.35 kWh"));
        assert!(text.contains("98.7%"));
    }
    let blocks = SEED.map(str::to_owned);
    let choice = Choice { templates: None, blocks: Some(&blocks) };
    let township: Township = toml::from_str("name = \"黄水乡\"").unwrap();
    let at = "2022-11-16T01:30:00Z".parse().unwrap();
    let seed = section(choice, &township, &statement(&figures(&SAID)), at, Lang::Chinese).unwrap();
    assert_eq!(
        seed,
        [
            "抗旱救灾方面，8月份以来，我乡7个行政村先后受旱，部分河沟断水，塘堰干涸，农作物受灾约2200亩，绝收120余亩。\
             面对旱情，全乡上下抢抓时机引水提水、保苗保收，投入抗旱设备65台，抗旱用电约3.5万度，耗用汽油约1.5万升，投入抗旱资金55万元。\
             经多方施救，挽救农作物2000余亩，挽回经济损失1200余万元。",
            "安全饮水方面，4月份对农村饮水工程的隐患进行了全面排查，争取饮水工程项目资金54万元，新建饮水工程6个，\
             解决4个村15个组的饮水问题，受益群众1900人，整个旱情期间未有一人次出现饮水困难情况。",
        ]
    );
    assert!(documents.markdown.contains("a\\|b"));
    assert!(documents.html.contains("&lt;i&gt;") && !documents.html.contains("<乡>"));
}

#[test]
fn absent_figures_are_left_out_and_listed_with_their_reason() {
    let said: Vec<_> = SAID
        .iter()
        .copied()
        .filter(|s| ["area_affected", "electricity_used"].contains(&s.0))
        .collect();
    let documents = documents(None, &figures(&said)).unwrap();
    let relief = "抗旱救灾方面，农作物受灾约2200亩。面对旱情，抗旱用电约3.5万度。\n";
    assert!(documents.markdown.contains(relief), "{}", documents.markdown);
    assert!(!documents.markdown.contains("安全饮水方面"));
    for text in [&documents.markdown, &documents.html] {
        let (_, absent) = text.split_once("缺少数据的指标").unwrap();
        assert!(absent.contains("抗旱用汽油：台账中没有记录"), "{absent}");
        assert!(!absent.contains("抗旱用电量"));
    }
    let nothing = self::documents(None, &figures(&[])).unwrap();
    assert!(nothing.markdown.contains("缺少数据的指标"));
}

#[test]
fn nothing_is_said_of_a_sentence_whose_parts_are_missing() {
    let township =
        |name: &str| -> Township { toml::from_str(&format!("name = \"{name}\"")).unwrap() };
    for (name, ids, expected) in [
        ("黄水乡", &["onset_month"][..], &[][..]),
        (
            "黄水乡",
            &["onset_month", "inspection_month"],
            &["安全饮水方面，4月份对农村饮水工程的隐患进行了全面排查。"],
        ),
        ("黄水乡", &["area_failed"], &["抗旱救灾方面，农作物绝收120余亩。"]),
        ("黄水乡", &["funds_invested"], &["抗旱救灾方面，面对旱情，投入抗旱资金55万元。"]),
        ("黄水乡", &["loss_averted"], &["抗旱救灾方面，挽回经济损失1200余万元。"]),
        ("黄水乡", &["groups_served"], &["安全饮水方面，解决15个组的饮水问题。"]),
        ("城关镇", &["villages_affected"], &["抗旱救灾方面，我镇7个行政村先后受旱。"]),
        (
            "东门街道",
            &["onset_month", "villages_affected", "equipment_deployed"],
            &["抗旱救灾方面，8月份以来，我街道7个行政村先后受旱。\
               面对旱情，全街道上下抢抓时机引水提水、保苗保收，投入抗旱设备65台。"],
        ),
    ] {
        let said: Vec<_> = SAID.into_iter().filter(|said| ids.contains(&said.0)).collect();
        let statement = statement(&figures(&said));
        let issued_at = "2022-11-16T01:30:00Z".parse().unwrap();
        let made = render(Choice::default(), &township(name), &statement, issued_at, Lang::Chinese)
            .unwrap();
        assert_eq!(made.paragraphs, expected);
    }
    let mut one = figures(&[("villages_affected", 1.0, "1个行政村")]);
    assert!(documents(None, &one).unwrap().markdown.contains("我辖区1个行政村受旱。"));
    one.retain(|figure| figure.id.id() != "villages_affected");
    let error = documents(None, &one).unwrap_err();
    assert!(error.to_string().contains("villages_affected"), "{error}");
}

#[test]
fn what_is_not_proved_is_listed_with_its_grounds_and_shown_with_its_bounds() {
    let mut all = figures(&SAID);
    let grounds = vec![Text::both("两台泵无数据", "two pumps without data")];
    let at = |id: &str| FigureId::ALL.iter().position(|figure| figure.id() == id).unwrap();
    let known = &mut all[at("electricity_used")];
    known.claim = Claim { verdict: Verdict::Open, grounds: grounds.clone() };
    known.bounds = Some([34_000.0, f64::INFINITY]);
    known.words = Some(Text::both("3.4万度以上（数据不全）", "34,000 kWh or more"));
    known.phrase = known.words.as_ref().map(|words| words.within(Lang::Chinese));
    known.notes.clone_from(&grounds);
    let withheld = &mut all[at("drinking_difficulty")];
    withheld.claim = Claim { verdict: Verdict::Refuted, grounds };
    (withheld.words, withheld.phrase, withheld.phrase_en) = (None, None, None);
    let made = documents(None, &all).unwrap();
    let [word, excel] = [unpacked(&made.docx), unpacked(&made.xlsx)];
    for text in [&made.markdown, &made.html, &word] {
        for part in [
            "抗旱用电3.4万度以上（数据不全）",
            "35012.35 kWh（不低于34000）",
            "未定：两台泵无数据",
            "有数据而不能（全部）成文的指标",
            "抗旱用电量：只写“3.4万度以上（数据不全）”；未定：两台泵无数据",
            "因旱饮水困难：与证据相反：两台泵无数据",
            "—（与证据相反）",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("未有一人次"));
    }
    for part in ["结论", "与证据相反", "不明", "未定：真实值不低于34000；两台泵无数据"]
    {
        assert!(excel.contains(part), "{part}");
    }
    // The sheet of figures has the number, the form has not.
    assert_eq!(excel.matches("35012.346").count(), 1, "{excel}");
    assert!(
        made.english.contains("- electricity used: only “34,000 kWh or more” is said; open: two")
    );
}

#[test]
fn villages_of_which_some_are_known_are_said_to_be_among_those_hit() {
    let mut all = figures(&[("villages_affected", 7.0, "7个行政村以上（数据不全）")]);
    for figure in &mut all {
        figure.claim.verdict = Verdict::Open;
    }
    let made = documents(None, &all).unwrap();
    assert_eq!(made.paragraphs, ["抗旱救灾方面，我辖区受旱的有7个行政村以上（数据不全）。"]);
}

#[test]
fn tables_do_not_break_within_a_row_and_repeat_their_heads() {
    let mut archive =
        zip::ZipArchive::new(std::io::Cursor::new(documents(None, &figures(&SAID)).unwrap().docx))
            .unwrap();
    let mut text = String::new();
    let mut part = archive.by_name("word/document.xml").unwrap();
    std::io::Read::read_to_string(&mut part, &mut text).unwrap();
    let count = |tag: &str| text.matches(tag).count();
    assert!(count("<w:tr>") > count("<w:tbl>") && count("<w:tbl>") > 0);
    assert_eq!(count("<w:cantSplit />"), count("<w:tr>"));
    assert_eq!(count("<w:tblHeader />"), count("<w:tbl>"));
}

#[test]
fn documents_have_no_backticks_and_say_nothing_twice() {
    let mut all = figures(&SAID);
    let note = || Text::both("见 `township.toml`", "see `township.toml`");
    for figure in &mut all {
        figure.notes = vec![note(), note()];
    }
    let made = documents(None, &all).unwrap();
    let [word, excel] = [unpacked(&made.docx), unpacked(&made.xlsx)];
    for text in [&made.markdown, &made.english, &made.html, &word, &excel] {
        assert!(text.contains("township.toml") && !text.contains('`'), "{text}");
        let twice = ["见 township.toml；见", "see township.toml; see"];
        assert!(!twice.iter().any(|twice| text.contains(twice)), "{text}");
    }
    assert!(made.statement.contains("`township.toml`"));
    assert!(excel.contains("0.987") && !excel.contains("0.9876"), "coverage is rounded down");
}

#[test]
fn the_json_is_an_array_of_figures() {
    let documents = documents(None, &figures(&SAID)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&documents.json).unwrap();
    let first = &json[0];
    assert_eq!(json.as_array().unwrap().len(), FigureId::ALL.len());
    for key in ["id", "name_zh", "value", "unit", "class", "phrase", "period", "coverage", "inputs"]
    {
        assert!(first.get(key).is_some(), "{key}");
    }
    assert_eq!(first["value"], "2022-08-01");
    let absent = json.as_array().unwrap().iter().find(|f| f["id"] == "area_damaged");
    assert!(absent.unwrap()["value"].is_null());
}

/// Texts of a zip archive's parts, whose files the documents of Word and Excel are.
fn unpacked(archive: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut texts = String::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        // Names of fonts in many scripts.
        if part.name().unwrap().contains("theme") {
            continue;
        }
        std::io::Read::read_to_string(&mut part, &mut texts).unwrap();
    }
    texts
}

#[test]
fn documents_do_not_depend_on_the_language_of_the_terminal() {
    for lang in Lang::ALL {
        let [english, chinese] = [Lang::English, Lang::Chinese]
            .map(|own| within(own, || documents_in(lang, None, &figures(&SAID)).unwrap()));
        assert_eq!(english.files(), chinese.files());
        assert_eq!(english.passages.texts, chinese.passages.texts);
    }
}

#[test]
fn word_excel_and_html_are_written_in_the_language_that_is_asked_for() {
    let [chinese, english] =
        Lang::ALL.map(|lang| documents_in(lang, None, &figures(&SAID)).unwrap());
    for same in [
        (&chinese.markdown, &english.markdown),
        (&chinese.english, &english.english),
        (&chinese.json, &english.json),
        (&chinese.statement, &english.statement),
    ] {
        assert_eq!(same.0, same.1);
    }
    let (html, word, excel) = (&english.html, unpacked(&english.docx), unpacked(&english.xlsx));
    for (text, expected) in [
        (html, "<html lang=\"en\">"),
        (html, "<h2>Annex: figures and where they come from</h2>"),
        (&word, "Annex: figures and where they come from"),
        (&word, "Electricity of the metered pumps by day"),
        (&word, "electricity (kWh)"),
        (&word, "<w:gridCol w:w=\"950\""),
        (&word, "<dc:creator>黄水&lt;乡&gt;</dc:creator><cp:lastModifiedBy>黄水&lt;乡&gt;<"),
        (html, "th { font-weight: normal; font-family: \"Times New Roman\", \"SimHei\""),
        (&excel, "methods and notes"),
        (&excel, "By village"),
        (&excel, "no data"),
        (&excel, "customHeight=\"1\""),
    ] {
        assert!(text.contains(expected), "{expected}");
    }
    // What a person wrote stays, here the name of the township, and the names of fonts.
    let fonts = ["仿宋", "方正小标宋简体", "黑体", "宋体", "楷体", "仿宋_GB2312", "楷体_GB2312"];
    for text in [html, &word, &excel, &english.english] {
        let mut text = text.replace("黄水", "").replace("乡", "").replace("甲|乙", "");
        text = text.replace("甲\\|乙", "");
        for font in fonts {
            text = text.replace(font, "");
        }
        let left = text.find(|c| ('一'..='龥').contains(&c));
        let from = left.map(|at| text[at..].chars().take(30).collect::<String>());
        assert_eq!(from, None);
    }
}

#[test]
fn the_english_report_says_what_the_chinese_one_says() {
    let documents = documents(None, &figures(&SAID)).unwrap();
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("| ")).count();
    assert_eq!(rows(&documents.english), rows(&documents.markdown));
    for part in [
        "# Drought relief of 黄水<乡>",
        "From 2022-08-01 to 2022-11-15. Made on 2022-11-16 09:30.",
        "| electricity used | 35012.35 kWh | electricity_used | measured | 98.7% |",
        "- diesel used: the ledger has no row",
        "; serving people_served in villages_served and groups_served; drinking_difficulty.",
    ] {
        assert!(documents.english.contains(part), "{part}: {}", documents.english);
    }
}

#[test]
fn the_english_report_says_whom_the_works_serve_as_far_as_it_is_known() {
    for (left_out, expected) in [
        (&["villages_served"][..], "; serving people_served in groups_served;"),
        (&["people_served", "groups_served"][..], "; serving villages_served;"),
        (&["villages_served", "groups_served"][..], "; serving people_served;"),
    ] {
        let said: Vec<_> = SAID.into_iter().filter(|said| !left_out.contains(&said.0)).collect();
        let documents = documents(None, &figures(&said)).unwrap();
        assert!(documents.english.contains(expected), "{expected}: {}", documents.english);
    }
}

#[test]
fn the_templates_contain_no_number() {
    for text in [
        include_str!("../../config/report/drought-relief.txt.j2"),
        include_str!("../../config/report/drought-relief.en.txt.j2"),
        include_str!("../../config/report/drought-relief.md.j2"),
        include_str!("../../config/report/drought-relief.en.md.j2"),
    ] {
        let outside = text.replace(".md", "");
        assert!(!outside.contains(|c: char| c.is_ascii_digit()), "{text}");
    }
    let html = include_str!("../../config/report/drought-relief.html.j2");
    let (_, body) = html.split_once("<body>").unwrap();
    let body = body.replace("<h1>", "").replace("</h1>", "").replace("h2>", "");
    assert!(!body.contains(|c: char| c.is_ascii_digit()), "{body}");
}

#[test]
fn a_wrong_template_is_refused_with_its_name_and_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drought-relief.txt.j2");
    for (text, expected) in [
        ("好\n{{ f.area_flooded.phrase }}", "area_flooded"),
        ("好\n{% if f.area_flooded.phrase %}有{% endif %}", "area_flooded"),
        ("好\n{{ f.area_failed.value }}", "only use what is proved"),
        ("好\n{% if c.area_failed.bounds is defined %}有{% endif %}", "only use what is proved"),
        ("好\n{{ figures }}", "undefined value"),
        ("好\n{{ c.area_damaged.phrase }}", "nothing can be said"),
        ("好\n{{ f.area_failed.phrase", "syntax error"),
        (
            "好\n{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}",
            "fuel",
        ),
    ] {
        fs::write(&path, text).unwrap();
        let error = documents(Some(dir.path()), &figures(&SAID)).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(expected), "{message}");
        assert!(message.starts_with("template drought-relief.txt.j2, line 2: "), "{message}");
    }
    fs::write(&path, "{{ f.area_failed.phrase }}绝收。").unwrap();
    let own = documents(Some(dir.path()), &figures(&SAID)).unwrap();
    assert!(own.markdown.contains("\n120余亩绝收。\n"));
}

#[test]
fn a_second_hedge_on_a_number_is_refused_but_a_first_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drought-relief.txt.j2");
    for (text, expected) in [
        ("挽回约{{ f.loss_averted.phrase }}", "约1200余万元"),
        ("受灾{{ f.area_affected.phrase }}左右", "约2200亩左右"),
    ] {
        fs::write(&path, text).unwrap();
        let error = documents(Some(dir.path()), &figures(&SAID)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    fs::write(&path, "投入资金达{{ f.funds_invested.phrase }}").unwrap();
    let own = documents(Some(dir.path()), &figures(&SAID)).unwrap();
    assert!(own.markdown.contains("投入资金达55万元"));
}

#[test]
fn the_words_of_a_figure_are_printed_as_they_are_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drought-relief.txt.j2");
    for (text, expected) in [
        (
            "耗用汽油{{ c.gasoline_used.phrase | replace('约', '') }}。",
            "the number “1” in “耗用汽油1.5万升” is not in a figure's words",
        ),
        ("挽救{{ c.area_rescued.phrase[1:] }}。", "the number “000”"),
        ("{{ c.channels_dry.phrase | replace('部分', '') }}。", "“河沟断水” is only a part of"),
        ("投入{{ 60 + 6 }}台。", "the number “66”"),
        ("投入六十五台。", "the number “六十五”"),
    ] {
        fs::write(&path, text).unwrap();
        let error = documents(Some(dir.path()), &figures(&SAID)).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    let whole = "{{ period.from }}至{{ period.to }}，{{ issued_at }}，\
        {{ c.gasoline_used.phrase }}。";
    fs::write(&path, whole).unwrap();
    let own = documents(Some(dir.path()), &figures(&SAID)).unwrap();
    let expected = "2022年8月1日至2022年11月15日，2022年11月16日 09:30，约1.5万升。";
    assert_eq!(own.paragraphs, [expected]);
}

#[test]
fn what_a_check_of_the_templates_finds_stops_the_report() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drought-relief.txt.j2");
    for (text, known, expected) in [
        ("未有火灾。", &SAID[..], "line 1: “未有” is fixed in the wording"),
        ("投入{{ c.funds_invested.phrase or '' }}，。", &SAID, "，。 in “投入55万元，。”"),
        ("投入资金{{ c.funds_invested.phrase or '' }}。", &[], "“投入资金” says nothing"),
        ("资金突破{{ c.funds_invested.phrase or '' }}。", &SAID, "“突破” in “资金突破55万元”"),
    ] {
        fs::write(&path, text).unwrap();
        let error = documents(Some(dir.path()), &figures(known)).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    fs::write(&path, "投入资金{{ c.funds_invested.phrase or '' }}。").unwrap();
    assert!(documents(Some(dir.path()), &figures(&SAID)).is_ok());
}

#[test]
fn the_documents_are_written_into_the_given_directory() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("a/b");
    let documents = documents(None, &figures(&SAID)).unwrap();
    let paths = write(&documents, &out).unwrap();
    for (path, (name, bytes)) in paths.iter().zip(documents.files()) {
        assert!(path.ends_with(name));
        assert_eq!(fs::read(path).unwrap(), bytes);
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), documents.files().len());
    let blocked = write(&documents, &paths[0]).unwrap_err();
    assert!(blocked.to_string().contains("drought-relief.md"));
}
