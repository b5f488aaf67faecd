//! Tests of passages: which are replaced, which are left and named, and what stands behind them.

use super::tests::{document, entry, passages, run};
use super::*;
use crate::figures::FigureId;
use crate::locales::{Text, fill as words};

/// A document of these paragraphs.
fn lines(lines: &[&str]) -> Vec<u8> {
    let paragraph = |line: &&str| format!("<w:p>{}</w:p>", run("", line));
    document(&lines.iter().map(paragraph).collect::<String>())
}

/// The text of the document by paragraph.
fn text(docx: &[u8]) -> Vec<String> {
    let xml = entry(docx, "word/document.xml");
    let part = part::read("word/document.xml", &xml).unwrap();
    let edits = Edits::new(&xml, &part);
    (0..part.paragraphs.len()).map(|index| edits.text(index)).collect()
}

/// The text after filling, and what is left: kind, title and reason.
fn filled(docx: &[u8], passages: &Passages) -> (Vec<String>, Vec<(Kind, String, String)>) {
    let filled = fill(docx, passages).unwrap();
    let left = filled.left.into_iter().map(|l| (l.kind, l.said, l.why.to_string())).collect();
    (text(&filled.docx), left)
}

/// Passages of which only that of drought relief is there.
fn dry_only() -> Passages {
    let mut passages = passages();
    passages.titled.remove("安全饮水方面");
    passages
}

#[test]
fn a_passage_without_data_stays_and_is_named() {
    let docx = lines(&["抗旱救灾方面，旧。安全饮水方面，未有一人次出现饮水困难。"]);
    let mut passages = passages();
    passages.titled.insert("安全饮水方面".into(), None);
    let (made, left) = filled(&docx, &passages);
    assert_eq!(made, ["抗旱救灾方面，新的抗旱文字。安全饮水方面，未有一人次出现饮水困难。"]);
    let [(Kind::Passage, said, why)] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!(said, "未有一人次出现饮水困难。");
    assert!(why.contains("no such passage"), "{why}");
}

#[test]
fn a_passage_that_the_file_does_not_have_is_missed_beside_the_other() {
    let (_, left) = filled(&lines(&["抗旱救灾方面，旧。"]), &passages());
    let [(Kind::Passage, said, why)] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!(said, "新的饮水文字。");
    assert!(why.contains("has no such passage"), "{why}");
    let plan = lines(&["2023年工作计划", "抗旱救灾方面，继续。"]);
    let (_, left) = filled(&plan, &dry_only());
    let kinds: Vec<Kind> = left.iter().map(|(kind, _, _)| *kind).collect();
    assert_eq!(kinds, [Kind::Plan, Kind::Passage]);
    let whole = lines(&["抗旱救灾方面，旧。", "{{section}}"]);
    for docx in [whole, lines(&["没有相关段落。"])] {
        let (made, left) = filled(&docx, &passages());
        assert!(left.is_empty(), "{made:?}: {left:?}");
    }
}

#[test]
fn what_stands_behind_and_speaks_of_the_same_is_pointed_out() {
    let docx = lines(&[
        "抗旱救灾方面，旧。资金投入方面，投入99万元。设备方面，设备1台。文化建设方面，办晚会3场。",
        "群众自筹资金5万元。",
    ]);
    let (made, left) = filled(&docx, &dry_only());
    assert!(made[0].starts_with("抗旱救灾方面，新的抗旱文字。资金投入方面，投入99万元。"));
    let [(Kind::Sentence, said, _)] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!(said, "资金投入方面，投入99万元。设备方面，设备1台。");

    let next = lines(&[
        "抗旱救灾方面，旧。",
        "全乡用汽油1万升，投入资金9万元。",
        "（六）资金",
        "资金5元。",
    ]);
    let (_, left) = filled(&next, &dry_only());
    let [(Kind::Sentence, said, _)] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!(said, "全乡用汽油1万升，投入资金9万元。", "up to the next heading");

    let both = lines(&["抗旱救灾方面，旧。安全饮水方面，旧。安全生产方面，平稳。"]);
    let (_, left) = filled(&both, &passages());
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_plan_is_not_this_years_report() {
    let docx = lines(&[
        "一、2022年工作总结",
        "抗旱救灾方面，旧。",
        "二、2023年工作计划",
        "抗旱救灾方面，要继续做好抗旱准备。",
    ]);
    let (made, left) = filled(&docx, &dry_only());
    assert_eq!(made[1], "抗旱救灾方面，新的抗旱文字。");
    assert_eq!(made[3], "抗旱救灾方面，要继续做好抗旱准备。");
    let [(Kind::Plan, said, why)] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!(said, "要继续做好抗旱准备。");
    assert!(why.contains("二、2023年工作计划"), "{why}");
}

#[test]
fn of_two_places_none_is_replaced() {
    let docx = lines(&["抗旱救灾方面，甲。", "抗旱救灾方面，乙。"]);
    let (made, left) = filled(&docx, &dry_only());
    assert_eq!(made, ["抗旱救灾方面，甲。", "抗旱救灾方面，乙。"]);
    let said: Vec<&str> = left.iter().map(|(_, said, _)| said.as_str()).collect();
    assert_eq!(said, ["甲。", "乙。"]);
    assert!(left.iter().all(|(kind, _, why)| *kind == Kind::Passage && why.contains("2 such")));
}

#[test]
fn the_marks_of_the_office_stay() {
    for begin in ["（六）抗旱救灾方面，", "六是抗旱救灾方面：", "抗旱救灾方面,", "抗旱救灾方面 ，"]
    {
        let (made, left) = filled(&lines(&[&format!("{begin}旧文。")]), &dry_only());
        assert_eq!(made, [format!("{begin}新的抗旱文字。")]);
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn below_a_heading_the_text_up_to_the_next_one_is_replaced() {
    let docx = lines(&[
        "抗旱救灾方面",
        "8月以来，旧文，受灾500亩。",
        "",
        "投入资金9万元。",
        "安全饮水方面",
        "旧文。",
        "清源乡人民政府",
    ]);
    let (made, left) = filled(&docx, &passages());
    let expected =
        ["抗旱救灾方面", "新的抗旱文字。", "", "安全饮水方面", "新的饮水文字。", "清源乡人民政府"];
    assert_eq!(made, expected);
    assert!(left.is_empty(), "{left:?}");
    let (_, left) = filled(&lines(&["抗旱救灾方面", "（二）农业", "增产。"]), &dry_only());
    let [(Kind::Passage, _, why)] = left.as_slice() else { panic!("{left:?}") };
    assert!(why.contains("no text to replace"), "{why}");
}

#[test]
fn a_mention_that_is_no_beginning_is_named() {
    let docx = lines(&["我乡在抗旱救灾方面的投入达99万元。"]);
    let (made, left) = filled(&docx, &dry_only());
    assert_eq!(made, text(&docx));
    let [(Kind::Sentence, said, _)] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!(said, "抗旱救灾方面的投入达99万元。");
}

#[test]
fn the_beginning_keeps_its_format_and_the_text_takes_that_of_the_old_text() {
    let (bold, plain, italic) =
        ("<w:rPr><w:b/></w:rPr>", "<w:rPr><w:sz/></w:rPr>", "<w:rPr><w:i/></w:rPr>");
    let body = format!(
        "<w:p>{}{}{}{}</w:p>",
        run(bold, "抗旱救灾方面，"),
        run(italic, "今年"),
        run(plain, "8月以来旧文。"),
        run(bold, "文化建设方面，晚会。")
    );
    let filled = fill(&document(&body), &dry_only()).unwrap();
    let expected = format!(
        "<w:p>{}{}{}</w:p>",
        run(bold, "抗旱救灾方面，"),
        run(plain, "新的抗旱文字。"),
        run(bold, "文化建设方面，晚会。")
    );
    assert!(entry(&filled.docx, "word/document.xml").contains(&expected));
}

#[test]
fn tracked_changes_and_locked_controls_are_left() {
    let tracked = [
        "<w:r><w:t>抗旱救灾方面，旧</w:t></w:r><w:del><w:r><w:delText>300亩</w:delText></w:r></w:del>\
         <w:r><w:t>尾。</w:t></w:r>",
        "<w:r><w:t>抗旱救灾方面，旧</w:t></w:r><w:ins><w:r><w:t>500亩</w:t></w:r></w:ins>",
        "<w:r><w:t>抗旱救灾方面，旧。</w:t></w:r><w:del><w:r><w:delText>300亩</w:delText></w:r></w:del>",
        "<w:moveFrom><w:r><w:t>抗旱救灾方面，旧。</w:t></w:r></w:moveFrom>",
        "<w:r><w:t>{{electricity</w:t></w:r><w:ins><w:r><w:t>_used}}</w:t></w:r></w:ins>",
        "<w:r><w:t>{{electricity</w:t></w:r><w:del><w:r><w:delText>x</w:delText></w:r></w:del>\
         <w:r><w:t>_used}}</w:t></w:r>",
    ];
    let control = |lock: &str, tag: &str, text: &str| {
        format!(
            "<w:sdt><w:sdtPr><w:tag w:val=\"{tag}\"/><w:lock w:val=\"{lock}\"/></w:sdtPr>\
             <w:sdtContent>{}</w:sdtContent></w:sdt>",
            run("", text)
        )
    };
    let locked = [
        control("contentLocked", "area_affected", "旧"),
        control("sdtContentLocked", "其他", "抗旱救灾方面，旧。"),
        control("sdtContentLocked", "其他", "{{area_affected}}"),
    ];
    let tracked = tracked.iter().map(|body| ((*body).to_owned(), "tracked changes"));
    for (body, reason) in tracked.chain(locked.map(|body| (body, "locked"))) {
        let docx = document(&format!("<w:p>{body}</w:p>"));
        let filled = fill(&docx, &dry_only()).unwrap();
        let (old, new) =
            (entry(&docx, "word/document.xml"), entry(&filled.docx, "word/document.xml"));
        assert_eq!(new, old);
        let [left] = filled.left.as_slice() else { panic!("{body}: {:?}", filled.left) };
        assert!(left.why.to_string().contains(reason), "{body}: {}", left.why);
        assert!(!left.said.contains('\u{FFFC}'), "{}", left.said);
    }
    let free = control("sdtLocked", "area_affected", "旧");
    let whole = "<w:ins><w:r><w:t>抗旱救灾方面，旧。</w:t></w:r></w:ins>";
    for body in [free.as_str(), whole] {
        let filled = fill(&document(&format!("<w:p>{body}</w:p>")), &dry_only()).unwrap();
        assert_eq!((filled.replaced.len(), filled.left.len()), (1, 0), "{body}");
    }
}

#[test]
fn what_is_not_text_is_shown_as_dots() {
    let body = "<w:p><w:r><w:t>抗旱救灾方面，旧</w:t><w:tab/><w:t>文。</w:t></w:r></w:p>";
    let filled = fill(&document(body), &dry_only()).unwrap();
    assert_eq!(filled.replaced[0].before, "旧…文。");
}

#[test]
fn tags_near_to_ours_are_named_and_others_are_not_our_business() {
    let control = |tag: &str| {
        format!(
            "<w:sdt><w:sdtPr><w:tag w:val=\"{tag}\"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
            run("", "旧")
        )
    };
    let named = |tag: &str| {
        let filled = fill(&document(&format!("<w:p>{}</w:p>", control(tag))), &passages()).unwrap();
        filled.left.iter().map(|left| left.why.to_string()).collect::<Vec<_>>()
    };
    assert!(named("electricty_used")[0].contains("electricity_used"));
    assert!(named("water_level")[0].contains("no figure"));
    for other in ["goog_rdk_1", "签发人", "date", "to1"] {
        assert_eq!(named(other), Vec::<String>::new(), "{other}");
    }
}

#[test]
fn a_placeholder_in_a_comment_is_filled_and_a_passage_there_is_not() {
    let comments = "<w:comments xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
                    <w:comment><w:p><w:r><w:t>{{area_affected}}</w:t></w:r></w:p>\
                    <w:p><w:r><w:t>抗旱救灾方面，要核对。</w:t></w:r></w:p></w:comment></w:comments>";
    let document = document("<w:p><w:r><w:t>正文。</w:t></w:r></w:p>");
    let text = entry(&document, "word/document.xml");
    let docx = tests::docx(&[("word/document.xml", &text), ("word/comments.xml", comments)]);
    let filled = fill(&docx, &passages()).unwrap();
    let made = entry(&filled.docx, "word/comments.xml");
    assert_eq!(made, comments.replace("{{area_affected}}", "约2200亩"));
    assert!(filled.left.is_empty(), "{:?}", filled.left);
}

#[test]
fn braces_that_are_not_right_are_named() {
    let body = format!(
        "<w:p>{}</w:p>",
        run(
            "",
            "｛｛area_affected｝｝{{area_affected}{area_affected}{{抗旱用电量 ｛｛注｝｝{其他}"
        )
    );
    let filled = fill(&document(&body), &passages()).unwrap();
    let said: Vec<String> =
        filled.left.iter().map(|left| format!("{}: {}", left.name, left.why)).collect();
    let missing = "a brace is missing: write two before and two behind, `{{name}}`";
    assert_eq!(
        said,
        [
            "area_affected: its braces are of the full width: write `{{name}}`".to_owned(),
            format!("area_affected: {missing}"),
            format!("area_affected: {missing}"),
            format!("抗旱用电量: {missing}"),
            format!(": {}", words::stray_braces()),
        ]
    );
    assert!(filled.replaced.is_empty(), "{:?}", filled.replaced);
}

#[test]
fn a_passage_in_a_text_box_is_replaced_in_both_of_its_copies() {
    let text =
        |words: &str| format!("<w:txbxContent><w:p>{}</w:p></w:txbxContent>", run("", words));
    let body = |words: &str| {
        format!(
            "<w:p><w:r><mc:AlternateContent xmlns:mc=\"m\"><mc:Choice>{}</mc:Choice>\
             <mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:r></w:p>",
            text(words),
            text(words)
        )
    };
    let filled = fill(&document(&body("抗旱救灾方面，旧。")), &dry_only()).unwrap();
    let expected = body("抗旱救灾方面，新的抗旱文字。");
    assert!(entry(&filled.docx, "word/document.xml").contains(&expected));
    assert!(filled.left.is_empty(), "{:?}", filled.left);
}

#[test]
fn only_the_numbers_of_an_offices_own_sentences_are_replaced() {
    let docx = lines(&[
        "抗旱救灾方面，农作物受灾约2000亩，绝收100余亩，塘堰干涸。组织干部30人下一线，投入抗旱设备60台、用电约3万度。",
    ]);
    let figures = [
        (FigureId::AreaAffected, Ok("约2200亩".to_owned())),
        (FigureId::AreaFailed, Err(Text::verbatim("没有记录"))),
        (FigureId::EquipmentDeployed, Ok("65台".to_owned())),
        (FigureId::ElectricityUsed, Ok("约3.5万度".to_owned())),
    ];
    let passages = Passages { figures: figures.into(), numbers_only: true, ..dry_only() };
    let (made, left) = filled(&docx, &passages);
    assert_eq!(
        made,
        [
            "抗旱救灾方面，农作物受灾约2200亩，绝收100余亩，塘堰干涸。组织干部30人下一线，投入抗旱设备65台、用电约3.5万度。"
        ]
    );
    let said: Vec<&str> = left.iter().map(|(_, said, _)| said.as_str()).collect();
    assert_eq!(said, ["100余亩", "塘堰干涸", "30人"]);
    assert!(left[0].2.contains("没有记录"), "{left:?}");

    for twice in [
        lines(&["抗旱救灾方面，受灾2000亩，其中水稻受灾500亩。"]),
        lines(&["抗旱救灾方面", "全乡投入抗旱设备60台。", "东门村投入抗旱设备12台。"]),
    ] {
        let (made, left) = filled(&twice, &passages);
        assert_eq!(made, text(&twice));
        assert_eq!(left.len(), 2, "{left:?}");
    }
}

#[test]
fn numbers_of_something_else_stay_and_each_says_why() {
    let figures = [
        (FigureId::AreaAffected, Ok("约2200亩".to_owned())),
        (FigureId::AreaFailed, Ok("120余亩".to_owned())),
        (FigureId::AreaDamaged, Err(Text::verbatim("台账没有成灾"))),
        (FigureId::EquipmentDeployed, Ok("65台".to_owned())),
    ];
    let passages = Passages {
        figures: figures.into(),
        numbers_only: true,
        parts: vec!["东门村".into()],
        ..dry_only()
    };
    for (said, old, why) in [
        ("东门村受灾300亩。", "300亩", "东门村"),
        ("2021年，绝收80亩。", "80亩", "2021年"),
        ("农作物受灾2000—2500亩。", "2500亩", "end of a range"),
        ("农作物受灾两千亩。", "两千亩", "plain digits"),
        ("成灾500亩。", "500亩", "台账没有成灾"),
        ("增雨作业设备2台。", "2台", "增雨"),
        ("大型抗旱设备2台。", "2台", "drought equipment deployed"),
    ] {
        let docx = lines(&[&format!("抗旱救灾方面，{said}")]);
        let done = fill(&docx, &passages).unwrap();
        assert_eq!(text(&done.docx), text(&docx), "{said}");
        assert!(done.has_passage);
        let left = done.left.iter().find(|left| left.said.ends_with(old));
        assert!(left.is_some_and(|left| left.why.to_string().contains(why)), "{:?}", done.left);
    }
}

#[test]
fn old_sentences_under_other_words_are_named_once_and_plans_are_not() {
    let old = [
        "抗旱救灾工作方面，旧文受灾500亩。",
        "抗旱工作：受灾600亩，投入设备3台。",
        "抗旱保收工作中，挽救农作物100亩。",
    ];
    for sentence in old {
        let docx = lines(&["抗旱救灾方面，旧。", "文化方面，演出3场。", sentence]);
        let (made, left) = filled(&docx, &dry_only());
        assert_eq!(made[0], "抗旱救灾方面，新的抗旱文字。");
        let [(Kind::Sentence, said, _)] = left.as_slice() else { panic!("{sentence}: {left:?}") };
        assert_eq!(said, sentence);
    }
    for silent in [
        "二、2023年抗旱工作计划",
        "下一步，继续做好抗旱准备，新建抗旱设施3处。",
        "抗旱救灾工作",
        "用电{{electricity_used}}，全年抗旱。",
        "农业生产方面，增产。",
        "严格落实安全生产责任制，抓好燃气安全、防汛抗旱等工作。",
    ] {
        let docx = lines(&["抗旱救灾方面，旧。", "文化方面，演出3场。", silent]);
        let (_, left) = filled(&docx, &dry_only());
        assert!(left.is_empty(), "{silent}: {left:?}");
    }
    let (_, left) = filled(&lines(&["受灾500亩，用电{{electricity_used}}。"]), &dry_only());
    assert_eq!(left.len(), 1, "an old number beside a placeholder: {left:?}");
}

#[test]
fn braces_that_are_left_in_the_text_are_named_however_they_are_broken() {
    for (body, named) in [
        (vec!["断{{抗旱用", "电量}}后"], "{{抗旱用"),
        (vec!["多余}} 前"], "多余}}"),
        (vec!["{{area affected}}"], "{{area affected}}"),
        (vec!["{{抗旱 用电量}}"], "{{抗旱 用电量}}"),
        (vec!["{{ }}"], "{{ }}"),
        (vec!["{{{area_affected}}}"], ""),
    ] {
        let docx = lines(&body);
        let (made, left) = filled(&docx, &passages());
        assert_eq!(made, text(&docx));
        assert_eq!(left.len(), body.len(), "{left:?}");
        assert_eq!(left[0].1, named, "{left:?}");
    }
    let (_, left) = filled(&lines(&["{{area affected}}"]), &passages());
    assert!(left[0].2.contains("did you mean area_affected"), "{left:?}");
}

#[test]
fn words_that_double_those_of_a_placeholder_are_named() {
    let docx = lines(&["甲约{{electricity_used}}度，乙{{area_affected}}。"]);
    let (made, left) = filled(&docx, &passages());
    assert_eq!(made, ["甲约约3.5万度度，乙约2200亩。"]);
    let [(Kind::Sentence, said, _)] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!(said, "约约3.5万度度");
}

#[test]
fn a_picture_in_a_replaced_passage_stays_and_is_named() {
    let drawing = "<w:r><w:drawing/></w:r>";
    let inside =
        format!("<w:p>{}{drawing}{}</w:p>", run("", "抗旱救灾方面，旧一"), run("", "旧二。"));
    let done = fill(&document(&inside), &dry_only()).unwrap();
    assert_eq!(text(&done.docx).concat().replace('\u{FFFC}', ""), "抗旱救灾方面，新的抗旱文字。");
    assert!(entry(&done.docx, "word/document.xml").contains("<w:drawing/>"));
    let [left] = done.left.as_slice() else { panic!("{:?}", done.left) };
    assert!(left.why.to_string().contains("picture"), "{}", left.why);
    let before = format!("<w:p>{drawing}{}</w:p>", run("", "信访。抗旱救灾方面，旧。"));
    assert!(fill(&document(&before), &dry_only()).unwrap().left.is_empty());
}

#[test]
fn a_filled_control_is_not_said_to_be_left() {
    let body = format!(
        "<w:p>{}<w:sdt><w:sdtPr><w:tag w:val=\"section\"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt></w:p>",
        run("", "综述。"),
        run("", "我乡在抗旱救灾方面的投入大，受灾500亩。")
    );
    let done = fill(&document(&body), &dry_only()).unwrap();
    assert_eq!((done.replaced.len(), done.left.len()), (1, 0), "{:?}", done.left);
}

#[test]
fn a_title_in_one_cell_with_its_text_in_the_next_is_told() {
    let cell = |words: &str| format!("<w:tc><w:p>{}</w:p></w:tc>", run("", words));
    let row = format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("抗旱救灾方面"), cell("旧文。"));
    let (_, left) = filled(&document(&row), &dry_only());
    let [(Kind::Passage, _, why)] = left.as_slice() else { panic!("{left:?}") };
    assert!(why.contains("in a cell of a table"), "{why}");
}
