//! Tests of filling: split runs, controls, passages, bad files.

use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;
use crate::locales::{Lang, Text, fill as words, within};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;
const TAIL: &str = "<w:sectPr/></w:body></w:document>";

pub(super) fn docx(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

pub(super) fn document(body: &str) -> Vec<u8> {
    docx(&[
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", &format!("{HEAD}{body}{TAIL}")),
        ("word/media/image1.png", "not a picture"),
    ])
}

pub(super) fn entry(docx: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

pub(super) fn passages() -> Passages {
    let text = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    Passages {
        texts: [
            ("electricity_used", "约3.5万度"),
            ("抗旱用电量", "约3.5万度"),
            ("area_affected", "约2200亩"),
            ("section", "第一段。\n第二段<&>。"),
        ]
        .map(text)
        .into(),
        absent: [("diesel_used".into(), Text::verbatim("台账中没有“柴油”的记录"))].into(),
        titled: [("抗旱救灾方面", "新的抗旱文字。"), ("安全饮水方面", "新的饮水文字。")]
            .map(|(title, text)| (title.to_owned(), Some(text.to_owned())))
            .into(),
        year: 2022,
        ..Passages::default()
    }
}

#[test]
fn a_part_that_would_lie_outside_of_the_archive_is_refused_and_not_copied() {
    let text = format!("{HEAD}<w:p/>{TAIL}");
    for name in [
        "../../etc/cron.d/x",
        "word/../../x",
        "word/..",
        "/etc/passwd",
        "..\\x.exe",
        "C:\\x.exe",
        "\\\\server\\x",
    ] {
        let office = docx(&[("word/document.xml", &text), (name, "x")]);
        let refused = fill(&office, &passages()).err();
        assert_eq!(refused, Some(FillError::Outside { name: name.into() }), "{name}");
    }
    let names = ["word/media/..image.png", "word/a..b.xml", "customXml/item1.xml"];
    let others = names.map(|name| (name, "x"));
    let office = docx(&[&[("word/document.xml", text.as_str())], &others[..]].concat());
    assert!(fill(&office, &passages()).is_ok());
}

#[test]
fn a_name_that_is_no_figure_says_where_names_are_and_names_no_file_of_ours() {
    let left = |lang| within(lang, || words::left_unknown().to_string());
    assert!(left(Lang::Chinese).contains("各个指标"), "{}", left(Lang::Chinese));
    for lang in Lang::ALL {
        assert!(!left(lang).contains("docs/") && !left(lang).contains('`'), "{}", left(lang));
    }
}

/// The body after filling, and the names that were replaced and left.
fn filled(body: &str) -> (String, Vec<String>, Vec<String>) {
    let docx = document(body);
    let filled = fill(&docx, &passages()).unwrap();
    let whole = entry(&filled.docx, "word/document.xml");
    let body = whole.strip_prefix(HEAD).unwrap().strip_suffix(TAIL).unwrap();
    for name in ["[Content_Types].xml", "word/media/image1.png"] {
        assert_eq!(entry(&filled.docx, name), entry(&docx, name));
    }
    let replaced = filled.replaced.into_iter().map(|r| r.name).collect();
    let left = filled.left.into_iter().map(|l| format!("{}: {}", l.name, l.why)).collect();
    (body.to_owned(), replaced, left)
}

pub(super) fn run(properties: &str, text: &str) -> String {
    format!("<w:r>{properties}<w:t>{text}</w:t></w:r>")
}

#[test]
fn a_placeholder_in_one_run_is_replaced_and_nothing_else_changes() {
    let body = r#"<w:p w:rsidR="00A1"><w:pPr><w:jc w:val="both"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>用电{{electricity_used}}、{{ 抗旱用电量 }}；</w:t></w:r></w:p>"#;
    let (made, replaced, left) = filled(body);
    let expected =
        body.replace("{{electricity_used}}", "约3.5万度").replace("{{ 抗旱用电量 }}", "约3.5万度");
    assert_eq!(made, expected);
    assert_eq!(replaced, ["electricity_used", "抗旱用电量"]);
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_placeholder_over_several_runs_takes_the_format_of_the_first() {
    let bold = "<w:rPr><w:b/></w:rPr>";
    let body = format!(
        "<w:p>{}<w:proofErr w:type=\"spellStart\"/>{}<w:bookmarkStart w:id=\"1\" w:name=\"x\"/>{}{}</w:p>",
        run(bold, "电{"),
        run("", "{electricity"),
        run("<w:rPr><w:i/></w:rPr>", "_used}"),
        run("", "}度")
    );
    let (made, replaced, _) = filled(&body);
    let expected = format!(
        "<w:p>{}<w:proofErr w:type=\"spellStart\"/>{}<w:bookmarkStart w:id=\"1\" w:name=\"x\"/>{}{}</w:p>",
        run(bold, "电约3.5万度"),
        run("", ""),
        run("<w:rPr><w:i/></w:rPr>", ""),
        run("", "度")
    );
    assert_eq!(made, expected);
    assert_eq!(replaced, ["electricity_used"]);
}

#[test]
fn several_lines_become_paragraphs_of_the_same_kind() {
    let body =
        format!("<w:p><w:pPr><w:jc/></w:pPr>{}</w:p>", run("<w:rPr><w:b/></w:rPr>", "{{section}}"));
    let (made, _, _) = filled(&body);
    assert_eq!(
        made,
        "<w:p><w:pPr><w:jc/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>第一段。</w:t></w:r></w:p>\
         <w:p><w:pPr><w:jc/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">第二段&lt;&amp;&gt;。</w:t></w:r></w:p>"
    );
    let inserted = format!("<w:p><w:ins w:id=\"1\">{}</w:ins></w:p>", run("", "{{section}}"));
    let (made, _, _) = filled(&inserted);
    assert!(made.contains("第一段。</w:t><w:br/><w:t xml:space=\"preserve\">第二段"), "{made}");
}

#[test]
fn deleted_text_is_no_placeholder_and_one_across_a_tab_is_named() {
    let body = "<w:p><w:del><w:r><w:delText>{{electricity_used}}</w:delText></w:r></w:del><w:r><w:t>{{electricity</w:t><w:tab/><w:t>_used}}</w:t></w:r></w:p>";
    let (made, replaced, left) = filled(body);
    assert_eq!(made, body);
    assert_eq!(replaced.len(), 0);
    let why = "a break, a tab or a picture divides it: write it without a gap";
    assert_eq!(left, [format!("electricity_used: {why}")]);
}

#[test]
fn an_unknown_or_absent_name_stays_and_is_reported() {
    let body =
        format!("<w:p>{}</w:p>", run("", "{{elektricity_used}} {{diesel_used}} {{ {{}} {{开放"));
    let (made, replaced, left) = filled(&body);
    assert_eq!(made, body);
    assert_eq!(replaced, Vec::<String>::new());
    let stray = format!(": {}", words::stray_braces());
    assert_eq!(
        left,
        [
            "elektricity_used: no figure has this name; did you mean electricity_used?",
            "diesel_used: 台账中没有“柴油”的记录",
            stray.as_str(),
            stray.as_str(),
            stray.as_str(),
        ]
    );
}

#[test]
fn a_content_control_is_filled_and_loses_its_prompt() {
    let body = format!(
        "<w:p><w:sdt><w:sdtPr><w:tag w:val=\"area_affected\"/><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}{}</w:sdtContent></w:sdt></w:p>",
        run("<w:rPr><w:rStyle w:val=\"PlaceholderText\"/></w:rPr>", "单击"),
        run("", "输入")
    );
    let (made, replaced, _) = filled(&body);
    let expected = format!(
        "<w:p><w:sdt><w:sdtPr><w:tag w:val=\"area_affected\"/></w:sdtPr><w:sdtContent>{}{}</w:sdtContent></w:sdt></w:p>",
        run("<w:rPr></w:rPr>", "约2200亩"),
        run("", "")
    );
    assert_eq!(made, expected);
    assert_eq!(replaced, ["area_affected"]);
}

/// As in the 2022 report: both passages within one paragraph, among other topics.
#[test]
fn passages_in_the_middle_of_a_paragraph_end_where_the_next_topic_begins() {
    let body = format!(
        "<w:p>{}{}{}</w:p>",
        run("", "信访维稳方面，化解纠纷。抗旱救灾方面，8月份以来"),
        run("<w:rPr><w:b/></w:rPr>", "，旱。一方面，组织。安全饮水"),
        run("", "方面，排查。安全生产方面，平稳。")
    );
    let (made, replaced, left) = filled(&body);
    let expected = format!(
        "<w:p>{}{}{}</w:p>",
        run("", "信访维稳方面，化解纠纷。抗旱救灾方面，"),
        run("<w:rPr><w:b/></w:rPr>", "新的抗旱文字。安全饮水"),
        run("", "方面，新的饮水文字。安全生产方面，平稳。")
    );
    assert_eq!(made, expected);
    assert_eq!(replaced, ["安全饮水方面", "抗旱救灾方面"]);
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_file_that_is_not_a_word_file_is_refused_with_a_hint() {
    let bomb = "0".repeat(40 << 20);
    let cases: [(Vec<u8>, &str); 8] = [
        (b"hello".to_vec(), "not a .docx"),
        (document("<w:p/>")[..60].to_vec(), "not a .docx"),
        (vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0], "save it as .docx"),
        (docx(&[("a.xml", "<a/>")]), "no word/document.xml"),
        (docx(&[("word/document.xml", &bomb)]), "larger than"),
        (
            docx(&[("word/document.xml", "<w:document><w:p></w:document>")]),
            "word/document.xml, byte",
        ),
        (
            docx(&[("word/document.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")]),
            "document type",
        ),
        (docx(&[("word/document.xml", &"<a>".repeat(500))]), "400 deep"),
    ];
    for (bytes, expected) in cases {
        let error = fill(&bytes, &passages()).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn an_error_has_no_english_in_chinese_but_names_of_files_and_elements() {
    let cases: [(Vec<u8>, &str); 4] = [
        (
            b"hello".to_vec(),
            "不是 .docx 文件，或者文件已损坏（压缩包结构不对）：用 Word 打开后另存为 .docx",
        ),
        (
            docx(&[("word/document.xml", "<w:p></w:r>")]),
            "word/document.xml 第 5 个字节：应以 `</w:p>` 结束，却是 `</w:r>`；用 Word 打开后重新保存",
        ),
        (docx(&[("a.xml", "<a/>")]), "不是 Word 文件：压缩包里没有 `word/document.xml`"),
        (
            docx(&[("word/document.xml", "<!DOCTYPE a><a/>")]),
            "word/document.xml 第 0 个字节：带有文档类型声明；用 Word 打开后重新保存",
        ),
    ];
    for (bytes, expected) in cases {
        let error = fill(&bytes, &passages()).unwrap_err();
        assert_eq!(within(Lang::Chinese, || error.to_string()), expected);
    }
}

#[test]
fn a_damaged_entry_besides_the_text_is_copied_unchanged() {
    let whole = document("<w:p><w:r><w:t>{{area_affected}}</w:t></w:r></w:p>");
    let again = fill(&whole, &passages()).unwrap().docx;
    assert!(entry(&again, "word/document.xml").contains("约2200亩"));
    let third = fill(&again, &passages()).unwrap();
    assert_eq!(third.docx, again, "nothing to fill: nothing changes");
}

proptest! {
    /// However runs and marks split the text, each placeholder is filled, and all other text and marks stay.
    #[test]
    fn any_split_of_the_text_is_filled_alike(cuts in proptest::collection::vec(1usize..6, 1..40), marks in proptest::collection::vec(0usize..4, 40)) {
        let whole = "用电{{electricity_used}}，受灾{{ area_affected }}；未知{{nothing_known}}，结束 & <尾>";
        let characters: Vec<char> = whole.chars().collect();
        let (mut at, mut body, mut noise) = (0, String::from("<w:p>"), String::new());
        for (cut, mark) in cuts.iter().chain(std::iter::repeat(&5)).zip(marks.iter().cycle()) {
            if at >= characters.len() { break; }
            let piece: String = characters[at..(at + cut).min(characters.len())].iter().collect();
            at += cut;
            let mark = ["", "<w:proofErr/>", "<w:bookmarkEnd w:id=\"2\"/>", "<w:lastRenderedPageBreak/>"][*mark];
            noise.push_str(mark);
            body.push_str(mark);
            body.push_str(&run("<w:rPr><w:sz w:val=\"32\"/></w:rPr>", &quick_xml::escape::partial_escape(piece.as_str())));
        }
        body.push_str("</w:p>");
        let (made, _, left) = filled(&body);
        let part = part::read("t", &format!("{HEAD}{made}{TAIL}")).unwrap();
        let text: String = part.paragraphs[0].pieces.iter().map(|p| p.text.as_str()).collect();
        prop_assert_eq!(text, whole.replace("{{electricity_used}}", "约3.5万度").replace("{{ area_affected }}", "约2200亩"));
        let kept: String = ["<w:proofErr/>", "<w:bookmarkEnd w:id=\"2\"/>", "<w:lastRenderedPageBreak/>"].iter().map(|m| m.repeat(made.matches(m).count())).collect();
        prop_assert_eq!(kept.len(), noise.len());
        prop_assert_eq!(left.len(), 1);
    }

    /// No damage causes a panic.
    #[test]
    fn a_damaged_file_is_refused_or_filled(hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = document("<w:p><w:r><w:t>{{area_affected}}</w:t></w:r></w:p>");
        for (at, byte) in hits {
            let index = at.index(bytes.len());
            bytes[index] = byte;
        }
        let _ = fill(&bytes, &passages());
    }
}
