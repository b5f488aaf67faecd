//! What the clerk does: the office's own Word file filled, the documents read by programs that are not ours, a report
//! issued and compared, a figure explained.

mod template;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::context::{Context, get, hanqing, outcome, repository, wait_for};

/// A hub with the ledger of 2022 and a store without readings.
pub fn office() -> Context {
    let context = Context::new();
    context.hub_config();
    hanqing::store::Sqlite::open(&context.path("store.db")).unwrap();
    let (code, _, told) = outcome(
        hanqing()
            .args(["ledger", "import", "--yes", "-c"])
            .arg(context.path("hub.toml"))
            .arg(repository("config/examples/2022/ledger.csv")),
    );
    assert_eq!(code, Some(0), "{told}");
    context
}

/// Runs `hanqing NAME -c hub.toml REST` in the office.
pub fn run(context: &Context, name: &[&str], rest: &[&str]) -> (Option<i32>, String, String) {
    outcome(hanqing().args(name).arg("-c").arg(context.path("hub.toml")).args(rest))
}

/// The same where Chinese is spoken.
pub fn run_zh(context: &Context, name: &[&str], rest: &[&str]) -> (Option<i32>, String, String) {
    let mut command = hanqing();
    command.env("HANQING_LANG", "zh");
    outcome(command.args(name).arg("-c").arg(context.path("hub.toml")).args(rest))
}

/// Lets LibreOffice turn `file` into `kind` and returns the new file.
fn convert(context: &Context, file: &Path, kind: &str) -> PathBuf {
    let out = context.path("converted");
    let profile = format!("-env:UserInstallation=file://{}", context.path("libreoffice").display());
    let mut soffice = Command::new("soffice");
    soffice.arg(profile).args(["--headless", "--convert-to", kind, "--outdir"]).arg(&out).arg(file);
    let done =
        soffice.output().expect("soffice: apt-get install libreoffice-writer libreoffice-calc");
    let ending = kind.split(':').next().unwrap();
    let made = out.join(file.with_extension(ending).file_name().unwrap());
    assert!(made.exists(), "{}", String::from_utf8_lossy(&done.stderr));
    made
}

/// What python-docx or openpyxl finds in a file.
pub fn read(file: &Path) -> serde_json::Value {
    let python = std::env::var("HANQING_TEST_PYTHON").expect("HANQING_TEST_PYTHON: run tests/run");
    let read =
        Command::new(python).arg(repository("tests/read_office.py")).arg(file).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    serde_json::from_slice(&read.stdout).unwrap()
}

fn entries(docx: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(docx).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

#[test]
fn a_file_of_libreoffice_is_filled_and_nothing_else_in_it_changes() {
    let context = office();
    let source = context.write("office.fodt", include_str!("clerk/office.fodt"));
    let docx = convert(&context, &source, "docx");
    let (code, printed, told) = run(
        &context,
        &["report"],
        &["--out", context.path("out").to_str().unwrap(), "--fill", docx.to_str().unwrap()],
    );
    assert_eq!(code, Some(1), "two placeholders are left: {printed}{told}");
    assert!(
        told.contains("{{electricty_used}}") && told.contains("did you mean electricity_used?"),
        "{told}"
    );
    assert!(told.contains("{{diesel_used}}") && told.contains("no data"), "{told}");
    assert!(printed.contains("before: 去年的文字，一方面，组织干部。"), "{printed}");
    let filled = context.path("out").join("office.docx");
    let section = std::fs::read_to_string(context.path("out").join("drought-relief.md")).unwrap();
    let paragraph =
        |words: &str| section.lines().find(|l| l.starts_with(words)).unwrap().to_owned();
    let (relief, water) = (paragraph("抗旱救灾方面，"), paragraph("安全饮水方面，"));

    let before =
        std::fs::read_to_string(convert(&context, &docx, "txt:Text (encoded):UTF8")).unwrap();
    let after = convert(&context, &filled, "txt:Text (encoded):UTF8");
    let after = std::fs::read_to_string(after).unwrap();
    let expected = before
        .replace("{{funds_invested}}", "55万元")
        .replace("{{area_affected.value}} {{area_affected.unit}}", "2200 亩")
        .replace("{{新建饮水工程}}", "6个")
        .replace("{{people_served}}", "1900人")
        .replace("抗旱救灾方面，去年的文字，一方面，组织干部。", &relief)
        .replace("安全饮水方面，去年的饮水文字。", &water)
        .replace("{{section}}", &format!("{relief}\n{water}"));
    assert_eq!(after, expected);

    let read = read(&filled);
    assert_eq!(read["header"], "清源乡年度工作总结");
    assert_eq!(read["footer"], "统计期2022年8月1日至2022年11月15日");
    let (old, new) = (entries(&docx), entries(&filled));
    let names = |list: &[(String, Vec<u8>)]| list.iter().map(|e| e.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&old), names(&new));
    let text = ["word/document.xml", "word/header", "word/footer"];
    for ((name, old), (_, new)) in old.iter().zip(&new) {
        if !text.iter().any(|part| name.starts_with(part)) {
            assert_eq!(old, new, "{name}");
        }
    }
    let document = |list: &[(String, Vec<u8>)]| {
        let (_, bytes) = list.iter().find(|(name, _)| name == "word/document.xml").unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let (old, new) = (document(&old), document(&new));
    for mark in ["<w:ins ", "<w:del ", "<w:delText", "<w:tbl>", "<w:i/>"] {
        assert_eq!(old.matches(mark).count(), new.matches(mark).count(), "{mark}");
        assert!(old.contains(mark), "the file tests {mark}");
    }
    assert!(new.contains("<w:b/>") && !new.contains("去年的文字"), "only its bold run is gone");
}

#[test]
fn a_file_with_the_name_of_a_document_is_refused_before_anything_is_written() {
    let context = office();
    let out = context.path("out");
    let file = context.write("Drought-Relief.docx", "whatever it holds");
    let arguments = ["--out", out.to_str().unwrap(), "--fill", file.to_str().unwrap()];
    let (code, _, told) = run(&context, &["report"], &arguments);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("drought-relief.docx") && told.contains("another name"), "{told}");
    assert!(!out.exists());
    let (_, _, told) = run_zh(&context, &["report"], &arguments);
    assert!(told.contains("改个名字"), "{told}");
}

#[test]
fn a_passage_without_data_fails_the_run_unless_it_may_stay() {
    // Without a ledger there is nothing to say of drinking water.
    let context = Context::new();
    context.hub_config();
    hanqing::store::Sqlite::open(&context.path("store.db")).unwrap();
    let text = "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
                <w:body><w:p><w:r><w:t>安全饮水方面，未有一人次出现饮水困难。{{from}}</w:t></w:r></w:p>\
                </w:body></w:document>";
    let file = context.path("office.docx");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&file).unwrap());
    archive.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
    archive.finish().unwrap();
    let out = context.path("out");
    let (out, file) = (out.to_str().unwrap(), file.to_str().unwrap());
    let period = ["--from", "2022-08-01", "--to", "2022-11-15"];
    let fill = [&period[..], &["--out", out, "--fill", file]].concat();
    let (code, _, told) = run(&context, &["report"], &fill);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("it says: 未有一人次出现饮水困难"), "{told}");
    // A copy that was filled before may have been worked on.
    let (code, _, told) = run(&context, &["report"], &fill);
    assert!(code == Some(1) && told.contains("add --force to replace it"), "{told}");
    let again = [&fill[..], &["--force"]].concat();
    let stay = [&again[..], &["--leave-passages"]].concat();
    let (_, _, told) = run(&context, &["report"], &stay);
    assert!(told.contains("no such passage"), "{told}");
    let (_, _, told) = run_zh(&context, &["report"], &again);
    assert!(told.contains("旧话还在") && told.contains("原文：未有一人次出现饮水困难"), "{told}");
}

#[test]
fn numbers_that_are_replaced_are_shown_old_and_new_and_the_others_are_named() {
    let context = office();
    let text = "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
                <w:body><w:p><w:r><w:t>抗旱救灾方面，投入资金50万元，仙坪村绝收20亩，受灾两千亩。</w:t></w:r></w:p>\
                <w:p><w:r><w:t>文化方面，演出3场。</w:t></w:r></w:p>\
                <w:p><w:r><w:t>抗旱工作：受灾600亩，投入设备3台。</w:t></w:r></w:p></w:body></w:document>";
    let file = context.path("office.docx");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&file).unwrap());
    archive.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
    archive.finish().unwrap();
    let out = context.path("out");
    let fill = ["--numbers-only", "--out", out.to_str().unwrap(), "--fill", file.to_str().unwrap()];
    let (code, printed, told) = run_zh(&context, &["report"], &fill);
    assert_eq!(code, Some(1), "{printed}{told}");
    let changed = "  正文：投入抗旱资金\n    原文：50万元\n    现为：55万元\n";
    assert!(printed.contains(changed), "{printed}");
    for left in ["原文：20亩", "原文：两千亩", "“抗旱工作：受灾600亩，投入设备3台。”"]
    {
        assert!(told.contains(left), "{left}: {told}");
    }
    assert!(!told.contains("没有可填的地方") && !told.contains("word/document.xml"), "{told}");
    let (_, made) = entries(&out.join("office.docx")).remove(0);
    assert_eq!(String::from_utf8(made).unwrap(), text.replace("50万元", "55万元"));
}

#[test]
fn word_and_excel_are_what_other_programs_read() {
    let context = office();
    let out = context.path("out");
    let (code, _, told) = run(&context, &["report"], &["--out", out.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{told}");
    let word = read(&out.join("drought-relief.docx"));
    assert_eq!(word["page_mm"], serde_json::json!([210, 297]));
    assert_eq!(word["margins_mm"], serde_json::json!([37, 35, 28, 26]), "GB/T 9704");
    assert_eq!(word["fonts"]["公文正文"], "仿宋_GB2312");
    assert_eq!(word["fonts"]["Title"], "方正小标宋简体");
    assert_eq!(word["footer"], "— 1 —");
    let paragraphs = word["paragraphs"].as_array().unwrap();
    assert!(paragraphs.iter().any(|p| p.as_str().unwrap().contains("挽救农作物2000余亩")));
    assert_eq!(word["heads"][0], true);
    let pdf = convert(&context, &out.join("drought-relief.docx"), "pdf");
    assert!(std::fs::metadata(pdf).unwrap().len() > 10_000);

    let english = ["--document-lang", "en", "--out", out.to_str().unwrap()];
    let (code, _, told) = run_zh(&context, &["report"], &english);
    assert_eq!(code, Some(0), "{told}");
    let word_en = read(&out.join("drought-relief.docx"));
    let paragraphs = word_en["paragraphs"].as_array().unwrap();
    assert!(paragraphs.iter().any(|p| p == "Annex: figures and where they come from"));
    assert_eq!(word_en["page_mm"], word["page_mm"]);
    let excel_en = read(&out.join("drought-relief.xlsx"));
    let sheets = excel_en["formulas"].as_object().unwrap();
    assert!(sheets.contains_key("By village") && !sheets.contains_key("按村"), "{sheets:?}");
    let funds =
        excel_en["values"].as_object().unwrap().values().flat_map(|s| s.as_array().unwrap());
    assert!(
        funds.into_iter().any(|row| row[7] == 43),
        "a form in English: its formulas find the sheet"
    );

    let (code, _, told) = run(&context, &["report"], &["--out", out.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{told}");
    let excel = read(&out.join("drought-relief.xlsx"));
    let fields = |kind: &str| excel[kind]["指标对照"].as_array().unwrap().clone();
    let row = |rows: Vec<serde_json::Value>, label: &str| {
        let is = |row: &serde_json::Value| row[0] == "抗旱情况统计表" && row[1] == label;
        rows.into_iter().find(is).unwrap()
    };
    // The form has no column for what villages put in together: 12 of the 55.
    let funds = row(fields("values"), "投入抗旱资金 合计");
    assert_eq!((&funds[4], &funds[7]), (&430_000.into(), &43.into()));
    assert!(row(fields("formulas"), "投入抗旱资金 合计")[7].as_str().unwrap().starts_with('='));
    let electricity = row(fields("values"), "抗旱用电");
    assert!(!electricity[4].is_number() && !electricity[7].is_number(), "absent is not zero");
    let villages = excel["formulas"]["按村"].as_array().unwrap();
    let total = villages.last().unwrap();
    assert!(total[3].as_str().unwrap().starts_with("=SUM("), "{total}");
    // LibreOffice works the formulas out by itself and comes to the same.
    let again = read(&convert(&context, &out.join("drought-relief.xlsx"), "xlsx"));
    assert_eq!(again["values"]["按村"], excel["values"]["按村"]);
    assert_eq!(again["values"]["抗旱情况统计表"], excel["values"]["抗旱情况统计表"]);
}

#[test]
fn a_figure_unfolds_to_the_papers_behind_it() {
    let context = office();
    let (code, printed, told) = run_zh(&context, &["explain"], &["area_rescued"]);
    assert_eq!(code, Some(0), "{told}");
    for part in [
        "挽救农作物面积（area_rescued）2077 亩，成文“2000余亩”",
        "figure:area_affected",
        "ledger:",
        "农情调查表",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let (_, printed, _) = run(&context, &["explain"], &["crop area rescued"]);
    let root = "crop area rescued (area_rescued): 2077 mu, in words “just over 2,000 mu”, derived";
    assert_eq!(printed.lines().next(), Some(root), "{printed}");
    let (_, json, _) = run(&context, &["explain"], &["--json", "投入抗旱资金"]);
    assert_eq!(json, run_zh(&context, &["explain"], &["--json", "投入抗旱资金"]).1);
    let tree: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(tree["from"].to_string().contains("财政所 黄某"), "{json}");
    let (code, _, told) = run(&context, &["explain"], &["electricty_used"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("did you mean electricity_used?"), "{told}");
}

#[test]
fn an_issued_report_stays_as_it_was() {
    let context = office();
    let out = context.path("again");
    let (code, _, told) = run(&context, &["report", "issue"], &["--by", "刘某"]);
    assert_eq!(code, Some(1), "no meter was read");
    assert!(told.contains("coverage of the electricity meters 0"), "{told}");
    let (_, _, told) = run_zh(&context, &["report", "issue"], &["--by", "刘某"]);
    assert!(told.contains("电表数据覆盖率 0") && told.contains("个核查问题没有处理"), "{told}");
    let (code, listed, told) = run(&context, &["report", "list"], &[]);
    assert_eq!((code, listed.as_str()), (Some(0), ""));
    assert!(told.contains("no report has been issued yet"), "{told}");
    let (_, _, told) = run_zh(&context, &["report", "list"], &[]);
    assert!(told.contains("还没有签发过报告"), "{told}");
    let (code, printed, told) =
        run(&context, &["report", "issue"], &["--by", "刘某", "--despite-findings"]);
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(printed.starts_with("2022-001 is issued, digest "), "{printed}");
    let (_, listed, _) = run(&context, &["report", "list"], &[]);
    assert!(listed.starts_with("number\tfrom\tto\tissued\tby\tfiles\tdigest\n"), "{listed}");
    assert!(listed.contains("\n2022-001\t") && listed.contains("\t刘某\tas issued\t"), "{listed}");
    let (_, listed, _) = run_zh(&context, &["report", "list"], &[]);
    assert!(listed.starts_with("编号\t起\t止\t签发时间\t签发人\t文件\t摘要值\n"), "{listed}");
    assert!(listed.contains("+08:00\t刘某\t与签发时一致\t"), "{listed}");
    let (_, same, _) = run(&context, &["report", "diff"], &["2022-001"]);
    assert_eq!(same, "2022-001: the same as when it was issued\n");
    let (_, same, _) = run_zh(&context, &["report", "diff"], &["2022-001"]);
    assert_eq!(same, "2022-001：与签发时一致\n");

    let header = "code,value,unit,from,to,village,crop,work,document,entered_by,entered_at,reason,supersedes";
    let row = "gasoline,500,L,2022-10-30,2022-10-30,dongmen,,,加油票 2022-10-0099,财政所 黄某,,,";
    let more = context.write("more.csv", &format!("{header}\n{row}\n"));
    let (code, _, told) = run(&context, &["ledger", "import", "--yes"], &[more.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{told}");
    let (_, changed, _) = run(&context, &["report", "diff"], &["2022-001"]);
    assert!(
        changed.contains("gasoline_used") && changed.contains("14980") && changed.contains("15480"),
        "{changed}"
    );
    assert!(changed.contains("row 119 of the ledger: — → 500 L"), "{changed}");
    let (_, changed, _) = run_zh(&context, &["report", "diff"], &["2022-001"]);
    assert!(changed.contains("台账第 119 条：— → 500 L"), "{changed}");
    let (code, _, told) =
        run(&context, &["report", "reprint"], &["2022-001", "--out", out.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{told}");
    for entry in std::fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        let held = context.path("issued").join("2022-001").join(path.file_name().unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(held).unwrap());
    }
}

#[test]
fn a_template_is_looked_through_and_a_file_that_is_no_docx_is_refused() {
    let context = office();
    let (code, printed, told) = run(&context, &["report"], &["--check-template"]);
    assert_eq!((code, printed.as_str()), (Some(0), "0 problems\n"), "{told}");
    let (_, printed, _) = run_zh(&context, &["report"], &["--check-template"]);
    assert_eq!(printed, "0 个问题\n");
    let bad = context.write("office.docx", "this is no archive");
    let (code, _, told) = run(&context, &["report"], &["--fill", bad.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(told.contains("office.docx") && told.contains("save it again as .docx"), "{told}");
}

/// Writes the office's own workbook; `right` without the rows that have something wrong in them.
fn write_office(book: &Path, right: bool) {
    let python = std::env::var("HANQING_TEST_PYTHON").expect("HANQING_TEST_PYTHON: run tests/run");
    let mut script = Command::new(python);
    script.arg(repository("tests/write_office.py")).arg(book).args(right.then_some("right"));
    let written = script.output().unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
}

#[test]
fn the_offices_own_workbook_goes_into_the_ledger_and_comes_out_again() {
    let context = Context::new();
    context.hub_config();
    let wrong = context.path("wrong.xlsx");
    write_office(&wrong, false);
    // LibreOffice works the formulas out and writes it once more: what comes from another program reads alike.
    let other = convert(&context, &wrong, "xlsx");
    for (file, formula, counts) in [
        (&wrong, "(B9)", "0 already there, 4 problems; nothing entered"),
        (&other, "(B13)", "0 already there, 3 problems; nothing entered"),
    ] {
        what_is_wrong_is_named(&context, file.to_str().unwrap(), formula, counts);
    }
    let (code, told, _) = run(&context, &["ledger", "import", "--yes"], &[wrong.to_str().unwrap()]);
    assert_eq!((code, told.contains("rows entered")), (Some(1), false), "{told}");
    let (code, _, told) = run(&context, &["ledger", "list"], &[]);
    assert_eq!((code, told.as_str()), (Some(0), "the ledger has no such rows\n"));
    assert!(!context.path("ledger.db").exists(), "nothing is entered, neither dry nor by half");

    let right = context.path("right.xlsx");
    write_office(&right, true);
    let (code, printed, told) =
        run(&context, &["ledger", "import", "--yes"], &[right.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{printed}{told}");
    assert!(printed.contains("6 rows entered, 0 already there"), "{printed}");
    a_row_is_corrected(&context);
    comes_out_and_goes_in_again(&context);
}

/// Each wrong cell of the office's workbook is named, and what would be entered is shown, in both languages.
fn what_is_wrong_is_named(context: &Context, file: &str, formula: &str, counts: &str) {
    let (code, printed, told) = run(context, &["ledger", "import"], &["--dry-run", file]);
    assert_eq!(code, Some(1), "{printed}{told}");
    for part in ["(C7)", "(F8) = 东们村", "(B13)", formula] {
        assert!(told.contains(part), "{part}: {told}");
    }
    for part in [
        "4\tnew\tmoney from the province\t105000\tyuan\t2022-08-26\t\t拨款通知 2022-08\t财政所 黄某\t\n",
        "6\tnew\tarea affected\t1200\tmu\t2022-08-26\t东门村 水稻\t",
        "11\tnew\tarea damaged\t20\tmu\t2022-08-26\t仙坪村 水稻\t",
        "12\tnew\tloss rate with relief\t12\t%\t2022-08-26\t水稻\t",
        "row\toutcome\titem\tvalue\tunit\tdays\tvillage, crop, work\tdocument\tentered by\tremark\n",
        "area affected: new rows 2, sum 1230 mu",
        counts,
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let (code, printed, told) = run_zh(context, &["ledger", "import"], &["--dry-run", file]);
    assert_eq!(code, Some(1), "{printed}{told}");
    for part in ["第 7 行", "（F8） = 东们村：", "是不是“东门村”？"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    for part in [
        "工作表“抗旱台账”：",
        "4\t新\t省级财政拨款\t105000\t元\t2022-08-26\t\t拨款通知 2022-08\t财政所 黄某\t\n",
        "文件行\t结果\t项目\t数值\t单位\t日期\t村、作物、工程\t依据\t登记人\t说明\n",
        "受灾面积：新 2 笔，合计 1230 亩",
        "没有读的工作表：",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

/// Row 2 of the ledger is corrected and shown, in both languages.
fn a_row_is_corrected(context: &Context) {
    let (code, printed, told) = run(
        context,
        &["ledger", "correct"],
        &["2", "--value", "670", "--reason", "看错一位", "--by", "黄某"],
    );
    assert_eq!(code, Some(0), "{told}");
    assert!(printed.contains("corrects row 2: 看错一位"), "{printed}");
    assert!(printed.contains("row 2, gasoline: 760 L becomes 670 L"), "{printed}");
    let (code, _, told) = run(
        context,
        &["ledger", "correct"],
        &["7", "--value", "-5", "--reason", "看错一位", "--by", "黄某"],
    );
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("--value -5: a value must be finite and not negative"), "{told}");
    let (code, _, told) = run(
        context,
        &["ledger", "correct"],
        &["7", "--value", "260000", "--reason", "看错一位", "--by", "黄某"],
    );
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("is 670 L and would become 260000 L"), "{told}");
    let (_, shown, _) = run(context, &["ledger", "show"], &["7"]);
    assert!(
        shown.starts_with("row\titem\tvalue\tunit\tdays\t")
            && shown.contains("\n2\tgasoline\t760\tL\t2022-08-05\t东门村")
            && shown.contains("\n7\tgasoline\t670\tL\t")
            && shown.contains("\nrow 2, "),
        "{shown}"
    );
    let (_, shown, _) = run_zh(context, &["ledger", "show"], &["7"]);
    assert!(
        shown.starts_with("行号\t项目\t数值\t单位\t日期\t")
            && shown.contains("\n2\t汽油\t760\tL\t2022-08-05\t东门村")
            && shown.contains("\n7\t汽油\t670\tL\t")
            && shown.contains("更正第 2 条：看错一位"),
        "{shown}"
    );
}

/// The office's ledger as a workbook: readable by another program, and nothing new for the ledger.
fn comes_out_and_goes_in_again(context: &Context) {
    let out = context.path("ledger.xlsx");
    let (code, _, told) =
        run(context, &["ledger", "export"], &["--all", "--out", out.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{told}");
    let (code, _, told) = run(context, &["ledger", "export"], &["--out", out.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("exists already") && told.contains("--force"), "{told}");
    let read = read(&out);
    let rows = read["values"]["台账"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[1][1]), (8, &105_000.into()));
    assert_eq!(rows[1][3], "2022-08-26T00:00:00", "a real date");
    assert_eq!(rows[1][10], "2022-08-26T16:00:00", "the office's clock");
    // As it is, and as LibreOffice writes it.
    for file in [&out, &convert(context, &out, "xlsx")] {
        let file = file.to_str().unwrap();
        let (_, again, told) = run(context, &["ledger", "import", "--yes"], &[file]);
        assert!(again.contains("0 rows entered, 7 already there"), "{again}{told}");
    }
}

#[test]
fn what_is_implausible_is_found_and_accepted_with_a_reason_and_two_people_release() {
    let context = office();
    let (code, _, told) = run(
        &context,
        &["ledger", "enter"],
        &[
            "--code",
            "饮水工程项目资金",
            "--value",
            "10000",
            "--from",
            "2022-05-07",
            "--document",
            "文",
            "--by",
            "黄某",
        ],
    );
    assert_eq!(code, Some(0), "{told}");
    let (_, open, _) = run_zh(&context, &["ledger", "accept"], &[]);
    assert!(open.contains("two-sums-of-money  警告"), "{open}");
    let (_, open, _) = run(&context, &["ledger", "accept"], &[]);
    assert!(open.contains("two-sums-of-money  warning"), "{open}");
    let (code, _, told) = run_zh(&context, &["report", "issue"], &["--by", "刘某"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("55万元与54万元容易混用"), "{told}");
    for (rule, reason) in [
        ("two-sums-of-money", "两份文件数额恰好相同"),
        ("meters-silent", "当年未装表"),
        ("levels-silent", "当年未装水位计"),
        ("crops-to-replace", "单价按当年县里的监测价"),
    ] {
        let (code, _, told) = run(
            &context,
            &["ledger", "accept"],
            &["--rule", rule, "--reason", reason, "--by", "刘某"],
        );
        assert_eq!(code, Some(0), "{told}");
    }
    let (code, printed, told) = run(&context, &["report", "issue"], &["--by", "刘某"]);
    assert_eq!(code, Some(0), "{printed}{told}");
    let annex = context.path("issued").join("2022-001").join("drought-relief.md");
    assert!(std::fs::read_to_string(annex).unwrap().contains("认可：两份文件数额恰好相同"));

    let config = std::fs::read_to_string(context.path("hub.toml")).unwrap();
    context.write("hub.toml", &config.replace("[ledger]", "[ledger]\ntwo_person = true"));
    let period = ["--from", "2022-08-01", "--to", "2022-11-15"];
    let (_, none, _) = run_zh(&context, &["explain", "gasoline_used"], &period);
    assert!(none.contains("无数据"), "{none}");
    let (_, waiting, _) = run(&context, &["ledger", "list"], &["--pending", "--code", "汽油"]);
    assert_eq!(waiting.lines().count(), 1 + 24, "heads and rows: {waiting}");
    for by in ["财政所 黄某", "黄某。"] {
        let (code, _, own) = run(&context, &["ledger", "review"], &["--by", by, "119"]);
        assert_eq!(code, Some(1));
        assert!(own.contains("another person must review it"), "{own}");
    }
    let (_, _, own) = run_zh(&context, &["ledger", "review"], &["--by", "黄某", "119"]);
    assert!(own.contains("必须由另一个人复核"), "{own}");
    let (code, _, own) = run(&context, &["ledger", "review"], &["--by", "黄某。", "--all-pending"]);
    assert_eq!(code, Some(0), "{own}");
    assert!(own.contains("rows that you entered yourself are left out"), "{own}");
    let (code, _, told) =
        run(&context, &["ledger", "review"], &["--by", "乡长 吴某", "--all-pending"]);
    assert_eq!(code, Some(0), "{told}");
    let (_, all, _) = run(&context, &["explain", "gasoline_used"], &period);
    assert!(all.contains("14980 L") && all.contains("reviewed by 乡长 吴某"), "{all}");
    let (_, all, _) = run_zh(&context, &["explain", "gasoline_used"], &period);
    assert!(all.contains("14980 L") && all.contains("乡长 吴某复核"), "{all}");
}

#[test]
fn the_page_hands_out_the_documents() {
    let context = office();
    let _hub = context.hub();
    let port = context.page_port();
    let html = wait_for("the hub's page", || match get(port, "/report/drought-relief.html") {
        Ok(text) if text.contains("约2200亩") => Ok(text),
        other => Err(format!("{other:?}")),
    });
    assert!(html.contains("附表"));
    let nothing = get(port, "/report/nothing.xlsx").unwrap();
    assert!(nothing.starts_with("HTTP/1.1 404"), "{nothing}");
}
