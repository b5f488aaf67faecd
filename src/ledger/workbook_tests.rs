//! Tests of workbooks: what offices and other programs put into them, and what is no workbook.

use std::io::Write;

use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use zip::write::SimpleFileOptions;

use super::super::{Import, import};
use super::*;
use crate::locales::{Lang, within};
use crate::water::Township;

const HEAD: [&str; 10] =
    ["序号", "项目", "数值（见单位）", "单位", "起", "止", "村", "依据", "登记人", "登记时间"];

fn township() -> Township {
    let village = |id, name| serde_json::json!({"id": id, "name": name, "persons": 1, "groups": 1, "sown_area_mu": 900.0});
    let villages = [village("dongmen", "东门村"), village("shang", "新村"), village("xia", "新村")];
    serde_json::from_value(serde_json::json!({"name": "测试", "village": villages})).unwrap()
}

fn now() -> Timestamp {
    "2022-12-01T00:00:00Z".parse().unwrap()
}

/// A workbook with a title in row 1, the head in row 3 from column B on, and a good row 4.
fn book(change: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 1, "清源乡抗旱台账").unwrap();
    for (column, name) in (1..).zip(HEAD) {
        sheet.write(2, column, name).unwrap();
    }
    good_row(sheet, 3);
    change(sheet);
    book.save_to_buffer().unwrap()
}

fn good_row(sheet: &mut Worksheet, row: u32) {
    sheet.write(row, 1, row).unwrap();
    sheet.write(row, 2, "汽油").unwrap();
    sheet.write(row, 3, 40).unwrap();
    sheet.write(row, 4, "升").unwrap();
    sheet.write(row, 5, "2022/8/5").unwrap();
    sheet.write(row, 6, "2022年8月5日").unwrap();
    sheet.write(row, 7, "东门村").unwrap();
    sheet.write(row, 8, format!("加油票 {row}")).unwrap();
    sheet.write(row, 9, "黄某").unwrap();
}

fn read_book(bytes: &[u8]) -> Import {
    import(bytes, None, &township(), now())
}

fn problems(bytes: &[u8]) -> Vec<String> {
    let import = read_book(bytes);
    import.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn problems_name_the_cell_and_times_are_the_offices() {
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let at = ExcelDateTime::from_ymd(2022, 8, 5).unwrap();
    let at = at.and_hms_milli(18, 30, 0, 250).unwrap();
    let bytes = book(|sheet| {
        sheet.write_with_format(3, 10, &at, &time).unwrap();
        good_row(sheet, 4);
        sheet.write(4, 3, "１２").unwrap();
        good_row(sheet, 5);
        sheet.write(5, 7, "新村").unwrap();
        good_row(sheet, 6);
        sheet.write_with_format(6, 5, &at, &time).unwrap();
        sheet.write(6, 8, "票".repeat(501)).unwrap();
    });
    let import = read_book(&bytes);
    assert_eq!(import.numbers, [4]);
    assert_eq!(import.rows[0].from.to_string(), "2022-08-05");
    assert_eq!(import.rows[0].entered_at.to_string(), "2022-08-05T10:30:00.25Z");
    let problems = problems(&bytes);
    assert_eq!(problems.len(), 3, "{problems:?}");
    for (problem, words) in problems.iter().zip([
        "row 5, value (D5) = １２: not a number; use plain digits and a point only: no unit, no thousands separator, no full-width digits",
        "row 6, village (H6) = 新村: shang and xia have this name",
        "row 7, document (I7)",
    ]) {
        assert!(problem.contains(words), "{problem}");
    }
}

#[test]
fn cells_that_only_look_filled_are_problems() {
    let percent = Format::new().set_num_format("0.0%");
    let quoted = Format::new().set_num_format("0\"%\"");
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let bytes = book(|sheet| {
        for row in 4..10 {
            good_row(sheet, row);
        }
        let merged = Format::new();
        sheet.merge_range(4, 7, 5, 7, "东门村", &merged).unwrap();
        let error = Formula::new("=#REF!").set_result("#REF!");
        sheet.write_formula(6, 3, error).unwrap();
        sheet.write_with_format(7, 3, 0.135, &percent).unwrap();
        sheet.write_with_format(8, 3, 12, &quoted).unwrap();
        sheet.write_with_format(9, 5, 0.5, &date).unwrap();
    });
    let import = read_book(&bytes);
    assert_eq!(import.numbers, [4, 5, 9], "{:?}", import.problems);
    assert_eq!(import.rows[2].value, 12.0);
    let problems = problems(&bytes);
    assert_eq!(problems.len(), 4, "{problems:?}");
    for (problem, words) in problems.iter().zip([
        "row 6, village (H6): is covered by the merged cells H5:H6; split the merged cells",
        "row 7, value (D7): the formula gives #REF!; correct the formula",
        "row 8, value (D8) = 13.5%: not a number",
        "row 10, from (F10): has a date or time format but is not a day",
    ]) {
        assert!(problem.contains(words), "{problem}");
    }
}

#[test]
fn a_percentage_is_read_as_shown() {
    let percent = Format::new().set_num_format("0%");
    let bytes = book(|sheet| {
        sheet.write(3, 2, "抗旱后损失率").unwrap();
        sheet.write_with_format(3, 3, 0.29, &percent).unwrap();
        sheet.write(3, 4, "%").unwrap();
    });
    let import = read_book(&bytes);
    assert_eq!(import.problems, []);
    assert_eq!(import.rows[0].value, 29.0);
}

#[test]
fn a_sheet_is_found_by_its_head_or_by_name() {
    let mut two = Workbook::new();
    let cover = two.add_worksheet().set_name("说明").unwrap();
    cover.write(0, 0, "本表由财政所汇总").unwrap();
    let late = two.add_worksheet().set_name("太靠下").unwrap();
    for (column, name) in (0..).zip(HEAD) {
        late.write(10, column, name).unwrap();
    }
    let bytes = two.save_to_buffer().unwrap();
    for (sheet, words) in [
        (
            None,
            "file: no sheet has the columns of the ledger; name them in one of its first ten rows",
        ),
        (Some("说明"), "file = 说明: the sheet does not have the columns"),
        (Some("台账"), "sheet = 台账: the workbook has no such sheet; the sheets are 说明, 太靠下"),
    ] {
        let import = import(&bytes, sheet, &township(), now());
        let problem = import.problems[0].to_string();
        assert!(problem.contains(words), "{problem}");
    }
}

#[test]
fn one_cell_in_the_farthest_corner_costs_nothing() {
    let bytes = book(|sheet| {
        sheet.write(1_048_575, 16_383, 1).unwrap();
    });
    let import = read_book(&bytes);
    assert_eq!((import.rows.len(), import.problems.len()), (1, 0));
}

#[test]
fn too_many_rows_are_a_problem() {
    let bytes = book(|sheet| {
        for row in 0..=ROWS_MAX {
            let row = u32::try_from(row).unwrap() + 4;
            sheet.write(row, 9, "黄某").unwrap();
        }
    });
    let read = read(&bytes, None).unwrap();
    assert!(read.lines.len() <= ROWS_MAX);
    let problem = read.problems[0].to_string();
    assert!(problem.contains("at most 100000 rows"), "{problem}");
}

/// An archive of these parts.
fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_file_that_is_not_a_workbook_is_refused_with_a_hint() {
    let good = book(|_| {});
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xFF;
    let size = usize::try_from(UNPACKED_MAX).unwrap() + 1;
    let bomb = packed(&[("xl/workbook.xml".into(), vec![b' '; size])]);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    for (bytes, words) in [
        (&good[..good.len() / 2], "not a valid .xlsx workbook"),
        (&flipped[..], "not a valid .xlsx workbook"),
        (&b"PK\x03\x04 and nothing more"[..], "not a valid .xlsx workbook"),
        (&packed(&[("mimetype".into(), b"x".into())])[..], "save it again as .xlsx"),
        (OLE, "is an .xls file, or has a password; save it as .xlsx"),
        (&bomb[..], "unpacks to more than"),
    ] {
        let import = read_book(bytes);
        assert_eq!(import.rows, []);
        let problem = import.problems[0].to_string();
        assert!(problem.contains(words), "{problem}");
    }
}

#[test]
fn a_clerk_reads_the_faults_of_a_workbook_in_chinese() {
    let good = book(|sheet| {
        sheet.merge_range(4, 7, 5, 7, "东门村", &Format::new()).unwrap();
        good_row(sheet, 5);
        sheet.write(3, 3, "１２").unwrap();
    });
    let said = |bytes: &[u8], sheet: Option<&str>| {
        within(Lang::Chinese, || {
            let import = import(bytes, sheet, &township(), now());
            import.problems.first().map(ToString::to_string).unwrap_or_default()
        })
    };
    for (bytes, sheet, words) in [
        (
            &good[..],
            None,
            "第 4 行，数值（D4） = １２：不是数；只用半角数字和小数点：不写单位，不用千位逗号，不用全角数字",
        ),
        (&good[..], Some("台账"), "工作表 = 台账：工作簿里没有这个工作表；有的工作表：Sheet1"),
        (
            &good[..good.len() / 2],
            None,
            "文件：不是完好的 .xlsx 工作簿：压缩包已损坏或不完整；用 Excel 或 WPS 打开，再另存为 .xlsx",
        ),
        (OLE, None, "文件：是 .xls 文件，或设了密码；另存为 .xlsx，不设密码"),
        (&packed(&[("mimetype".into(), b"x".into())])[..], None, "文件：不是完好的 .xlsx 工作簿："),
    ] {
        let said = said(bytes, sheet);
        assert!(said.starts_with(words), "{said}");
    }
}

/// The parts are damaged before they are packed, so that their checksums are right and only the reader can notice.
#[test]
fn damaged_parts_cause_problems_but_no_panic() {
    let good = book(|sheet| {
        let merged = Format::new();
        sheet.merge_range(4, 7, 5, 7, "东门村", &merged).unwrap();
        sheet.write_formula(6, 3, Formula::new("=1+1")).unwrap();
    });
    let mut archive = zip::ZipArchive::new(Cursor::new(&good[..])).unwrap();
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        parts.push((entry.name().unwrap().into_owned(), bytes));
    }
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut refused = 0;
    for _ in 0..2_000 {
        let mut damaged = parts.clone();
        let part = rng.random_range(0..damaged.len());
        let bytes = &mut damaged[part].1;
        for _ in 0..rng.random_range(1..4) {
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..3) {
                0 => bytes[at] = rng.random(),
                1 => bytes[at] = b"0123456789\"<>/&A"[rng.random_range(0..16)],
                _ => bytes.truncate(at.max(1)),
            }
        }
        refused += usize::from(!read_book(&packed(&damaged)).problems.is_empty());
    }
    assert!(refused > 100, "{refused}");
}
