//! Tables as technicians keep them, good and bad.

use super::*;
use crate::device::decode;
use crate::locales::{Lang, within};

fn head() -> Head {
    Head {
        id: "meter".into(),
        name: "A meter".into(),
        source: "its manual".into(),
        verified_by: "nobody".into(),
        confidence: 0.8,
    }
}

const METER: &str = "\u{feff}参数,功能码,寄存器地址（十六进制）,数据类型,字节序,倍率,单位,无效值,下限,上限,每小时最大增量,示例寄存器,示例值,备注\n\
    流量,03,0x0000,Float,CDAB,,m³/h,,-1000,1000,,806B 4212,36.6254,瞬时\n\
    累计水量,保持寄存器,8,int32,CDAB,0.01,m³,,0,20000000,1000,3039 0000,123.45,\n\
    ,,,,,,,,,,,,,\n\
    水位,4,000AH,有符号16位,,1,mm,0x7FFF -32768,-100,9000,,092E,2350,\"两行\n备注\"\n";

#[test]
fn a_table_becomes_a_profile_that_reads_its_example() {
    let text = profile_of_table(METER.as_bytes(), &head(), Base::Wire).unwrap();
    let profile = device::parse(&text).unwrap();
    assert_eq!(Problems::of(|found| device::check(&profile, found)), []);
    let seen: Vec<_> = profile
        .points
        .iter()
        .map(|p| (p.parameter.id(), u8::from(p.function), p.address))
        .collect();
    assert_eq!(seen, [("flow", 3, 0), ("volume_total", 3, 8), ("level", 4, 10)]);
    let level = &profile.points[2];
    assert_eq!(level.invalid, [32767.0, -32768.0]);
    assert_eq!(decode(level, &[&[2350]]), Ok(2.35));
    insta::assert_snapshot!(text);
}

#[test]
fn addresses_are_counted_from_the_given_base() {
    let table = |address: &str, function: &str| {
        format!(
            "parameter;function;address;type;unit;min;max;example_words;example_value\nvoltage;{function};{address};u16;V;0;400;00E6;230\n"
        )
    };
    let address = |text: &str, function: &str, base| {
        let text = profile_of_table(table(text, function).as_bytes(), &head(), base)
            .map_err(|p| p[0].to_string())?;
        let point = device::parse(&text).unwrap().points.remove(0);
        Ok::<_, String>((u8::from(point.function), point.address))
    };
    assert_eq!(address("101", "4", Base::Wire), Ok((4, 101)));
    assert_eq!(address("101", "4", Base::One), Ok((4, 100)));
    assert_eq!(address("40101", "", Base::Modicon), Ok((3, 100)));
    assert_eq!(address("30101", "4", Base::Modicon), Ok((4, 100)));
    assert_eq!(address("400101", "3", Base::Modicon), Ok((3, 100)));
    assert_eq!(address("300013", "", Base::Modicon), Ok((4, 12)));
    // A real address of that size is written in hexadecimal.
    assert_eq!(address("0x9CA5", "3", Base::Wire), Ok((3, 40101)));
    assert_eq!(address("32080", "3", Base::Wire), Ok((3, 32080)));
    for (text, function, base) in
        [("40101", "3", Base::Wire), ("30001", "4", Base::One), ("400101", "3", Base::One)]
    {
        let refused = address(text, function, base).unwrap_err();
        assert!(refused.contains("--base 40001"), "{refused}");
    }
    for (text, function, base) in [
        ("30101", "3", Base::Modicon),
        ("50001", "", Base::Modicon),
        ("40000", "", Base::Modicon),
        ("0", "3", Base::One),
        ("70000", "3", Base::Wire),
        ("7", "", Base::Wire),
        ("7", "6", Base::Wire),
    ] {
        let refused = address(text, function, base).unwrap_err();
        assert!(refused.starts_with("row 2, column "), "{refused}");
    }
}

#[test]
fn every_problem_is_named_by_row_and_column() {
    let table = "参数,功能码,地址,类型,字节序,倍率,单位,无效值,下限,上限,归零值,每小时最大增量,示例寄存器,示例值\n\
        水味,5,12G,flot,小端,1/10,furlong,abc,0,,,,,\n\
        累计水量,3,8,u32,,,m3,,,9,,,XYZ,12\n\
        水位,3,4,i16,,,m,,3,1,,,0001,1\n";
    let lines = || {
        let problems = profile_of_table(table.as_bytes(), &head(), Base::Wire).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(lines());
    insta::assert_snapshot!("every_problem_in_chinese", within(Lang::Chinese, lines));
    // Blank lines are rows, whatever ends a line; a cell of two lines is in one.
    let table = table.replacen('\n', "\n\n", 1).replacen(",abc,", ",\"a\nbc\",", 1);
    for table in [table.clone(), table.replace('\n', "\r\n")] {
        let problems = profile_of_table(table.as_bytes(), &head(), Base::Wire).unwrap_err();
        let last = problems.last().unwrap().to_string();
        assert!(last.starts_with("row 4, column "), "{last}");
    }
    // Problems that only the whole profile shows name the row all the same.
    let profile =
        "参数,功能码,地址,类型,单位,下限,上限,示例寄存器,示例值\n水位,3,4,i16,m,3,1,0001,2\n";
    let problems = profile_of_table(profile.as_bytes(), &head(), Base::Wire).unwrap_err();
    let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(paths, ["row 2, column F (下限)", "row 2, column I (示例值)"]);
}

#[test]
fn a_cause_is_told_once_and_by_its_place() {
    let head = |table: &str, base| {
        let problems = profile_of_table(table.as_bytes(), &self::head(), base).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let columns = "参数,功能码,地址,类型,单位,下限,上限,示例寄存器,示例值\n";
    let found =
        head(&format!("XX 电表寄存器表,,,\n{columns}电压,3,0,u16,V,0,400,00E6,230\n"), Base::Wire);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("delete a title"), "{found:?}");
    let found = head(&format!("{columns}电压,3,0,u16,V,0,400,00E6,2,300\n"), Base::Wire);
    assert!(found.len() == 1 && found[0].contains("row 2, column J"), "{found:?}");
    let found = head(&columns.replace("功能码,", ""), Base::Wire);
    assert_eq!(found.len(), 1, "{found:?}");
    let row =
        |cells: &str| head(&format!("{columns}电压,{cells},V,0,400,00E6,230\n"), Base::Modicon);
    let found = row("4,40005,u16");
    assert!(found[0].contains("by function 3") && found[0].contains("function 4"), "{found:?}");
    let found = row(",5,u16");
    assert!(!found.is_empty() && !found[0].contains("bit"), "{found:?}");
}

#[test]
fn a_file_that_is_not_a_table_says_why() {
    let problems = |text: &[u8]| {
        let problems = profile_of_table(text, &head(), Base::Wire).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    // 参数 in GBK.
    assert!(problems(&[0xB2, 0xCE, 0xCA, 0xFD]).contains("CSV UTF-8"));
    assert!(problems(b"").contains("no table"));
    assert!(problems(b",,\n").contains("no table"));
    let headings = || problems("参数,地质,类型,类型,颜色\n".as_bytes());
    insta::assert_snapshot!(headings());
    insta::assert_snapshot!("headings_in_chinese", within(Lang::Chinese, headings));
    let empty = problems("参数,功能码,地址,类型,单位,示例寄存器,示例值\n".as_bytes());
    assert!(empty.contains("no rows"), "{empty}");
    assert!(problems(&vec![b'a'; BYTES_MAX + 1]).contains("1000000"));
}

const HEADINGS: &str = "参数,功能码,地址,类型,字节序,倍率,单位,每小时最大增量,示例寄存器,示例值\n";

/// The lines that are said of a table of these rows.
fn said(rows: &str) -> Vec<String> {
    let table = format!("{HEADINGS}{rows}");
    let problems = profile_of_table(table.as_bytes(), &head(), Base::Wire).err();
    problems.unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn what_the_whole_profile_shows_names_a_cell() {
    let twice = said("流量,3,0,f32,,,m3/h,,4212 806B,36.6\n流量,3,8,u16,,,m3/h,,0007,7\n");
    assert_eq!(twice.len(), 1, "{twice:?}");
    assert!(twice[0].starts_with("row 3, column A (参数) = flow"), "{twice:?}");
    let wrong = said("流量,3,0,f32,CDAB,,m3/h,,4212 806B,36.6\n");
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].starts_with("row 2, column J (示例值) = 36.6"), "{wrong:?}");
    let shared = said("流量,3,0,f32,,,m3/h,,4212 806B,36.6\n电压,3,1,f32,,,V,,4366 0000,230\n");
    assert_eq!(shared.len(), 1, "{shared:?}");
    assert!(shared[0].starts_with("row 3, column C (地址) = 1"), "{shared:?}");
}

#[test]
fn a_display_rounds_in_its_own_unit() {
    // 36.6254 L/s, displayed as 36.6 L/s: 131.851 m3/h, not 131.76.
    assert_eq!(said("流量,3,0,f32,,,L/s,,4212 806B,36.6\n"), [""; 0]);
    assert_eq!(said("流量,3,0,f32,,,L/s,,4212 806B,36.7\n").len(), 1);
    assert_eq!(said("功率,3,0,u16,,,W,,072B,1835\n"), [""; 0]);
}

#[test]
fn cells_of_every_kind_are_read_or_named() {
    for right in [
        "电流,4,6,f32,,,安,,3FA0 0000,1.25\n",
        "信号强度,3,9,i16,,,dBm,,FFB5,-75\n",
        "水位,保持寄存器,0x10,u16,,0.001,米,,0x0929,2.345\n",
        "累计电量,3,0H,u32,3412,0.01,千瓦时,60,04D2 0000,12.34\n",
        "流量,3,0,f32,,,立方米/秒,,3F80 0000,1.00\n",
    ] {
        assert_eq!(said(right), [""; 0], "{right}");
    }
    for (wrong, part) in [
        ("累计电量,3,0,u32,,0.01,度,60,0000 04D2,12.34\n", "column G (单位) = 度"),
        ("水位,3,-1,u16,,,m,,0001,1\n", "column C (地址) = -1"),
        ("水位,3,1.5,u16,,,m,,0001,1\n", "column C (地址) = 1.5"),
        ("水位,3,65536,u16,,,m,,0001,1\n", "column C (地址) = 65536"),
        ("水位,16,0,u16,,,m,,0001,1\n", "column B (功能码) = 16"),
        ("水位,3,0,u16,,,m3,,0001,1\n", "column G (单位) = m3"),
        ("水位,3,0,u16,,0,m,,0001,0\n", "column F (倍率) = 0"),
        (
            "水位,3,0,f32,,,m,,0001,1\n",
            "column I (示例寄存器) = 0001: 1 registers where the type takes 2",
        ),
        (
            "流量,3,0,f32,,,m3/h,,41 C8 00 00,25\n",
            "column I (示例寄存器) = 41 C8 00 00: 4 registers",
        ),
        ("流量,3,8-9,f32,,,m3/h,,41C8 0000,25\n", "first register only"),
        ("水位,3,８,u16,,,m,,0001,1\n", "full-width"),
        ("水位,3,8,u16,,０.1,m,,0001,0.1\n", "full-width"),
        ("水位,3,0,u16,,,m,,0001 zz,1\n", "column I (示例寄存器) = 0001 zz"),
        ("水位,3,0,u16,,,m,,,1\n", "column I (示例寄存器)"),
        ("水位,3,0,u16,,,m,,0001,一\n", "column J (示例值) = 一"),
        ("累计电量,3,0,u32,,,kWh,,0000 04D2,1234\n", "column H (每小时最大增量)"),
    ] {
        let lines = said(wrong);
        assert_eq!(lines.len(), 1, "{wrong}: {lines:?}");
        assert!(lines[0].contains(part), "{wrong}: {lines:?}");
    }
}

#[test]
fn a_number_with_an_x_behind_its_table_is_that_register() {
    let table = format!("{HEADINGS}水位,,4x0013,u16,,,m,,0001,1\n");
    let profile = profile_of_table(table.as_bytes(), &head(), Base::Modicon).unwrap();
    assert!(profile.contains("function = 3") && profile.contains("address = 12\n"), "{profile}");
    let problems = profile_of_table(table.replace(",,4x", ",3,4x").as_bytes(), &head(), Base::One);
    assert!(problems.unwrap_err()[0].to_string().contains("--base 40001"));
}

#[test]
fn a_workbook_is_told_from_text() {
    let problems = profile_of_table(b"PK\x03\x04\x14", &head(), Base::Wire).unwrap_err();
    assert!(problems[0].to_string().contains("workbook"), "{problems:?}");
}
