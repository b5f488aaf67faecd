//! The words that technicians write into register tables: names of columns, types, functions and units, in Chinese and
//! English.

use crate::core::{Parameter, Unit};

/// A column of a register table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Parameter,
    Channel,
    Function,
    Address,
    Type,
    Order,
    Scale,
    Offset,
    Unit,
    Invalid,
    Least,
    Most,
    Modulus,
    RatePerHour,
    ExampleWords,
    ExampleValue,
    Remark,
}

/// The columns with their names; the manual uses the first.
pub(super) const COLUMNS: &[(Column, &[&str])] = {
    use Column::*;
    &[
        (Parameter, &["参数", "参量", "观测项", "parameter"]),
        (Channel, &["通道", "channel"]),
        (Function, &["功能码", "功能号", "function", "fc"]),
        (Address, &["地址", "寄存器地址", "起始地址", "寄存器", "address", "register"]),
        (Type, &["类型", "数据类型", "type", "datatype"]),
        (Order, &["字节序", "字序", "order", "byteorder"]),
        (Scale, &["倍率", "系数", "scale", "factor"]),
        (Offset, &["偏移", "偏移量", "offset"]),
        (Unit, &["单位", "unit"]),
        (Invalid, &["无效值", "invalid"]),
        (Least, &["下限", "最小值", "min", "minimum"]),
        (Most, &["上限", "最大值", "max", "maximum"]),
        (Modulus, &["回绕值", "归零值", "modulus"]),
        (RatePerHour, &["每小时最大增量", "maxrateperhour", "maxrate"]),
        (ExampleWords, &["示例寄存器", "示例原始值", "examplewords", "exampleraw"]),
        (ExampleValue, &["示例值", "examplevalue"]),
        (Remark, &["备注", "说明", "remark", "note", "comment"]),
    ]
};

/// What may stand between invalid values, besides blanks.
pub(super) const BETWEEN_NUMBERS: [char; 3] = [';', '；', '、'];

/// What may stand between the registers of an example, besides blanks.
pub(super) const BETWEEN_WORDS: [char; 2] = [',', '，'];

/// A heading or a word without the parts that carry no meaning: case, spaces, underscores, and text in brackets.
pub(super) fn plain(text: &str) -> String {
    let text = text.split(['(', '（', '[']).next().unwrap_or_default();
    let letters = text.chars().filter(|c| !c.is_whitespace() && !"_-".contains(*c));
    letters.flat_map(char::to_lowercase).collect()
}

pub(super) fn column(heading: &str) -> Option<Column> {
    let heading = plain(heading);
    let named = COLUMNS.iter().find(|(_, names)| names.contains(&heading.as_str()));
    named.map(|(column, _)| *column)
}

/// The parameter with this id or name.
pub(super) fn parameter(word: &str) -> Option<Parameter> {
    let is_it = |p: &&Parameter| {
        let spec = p.spec();
        word == spec.id || word == spec.name_zh || plain(word) == plain(spec.name_en)
    };
    Parameter::ALL.iter().find(is_it).copied()
}

/// The function code that a word for its kind of register means.
pub(super) fn function(word: &str) -> Option<u8> {
    match plain(word).as_str() {
        "线圈" | "coil" | "coils" => Some(1),
        "离散输入" | "开关输入" | "discreteinput" | "discreteinputs" => Some(2),
        "保持寄存器" | "holding" | "holdingregister" => Some(3),
        "输入寄存器" | "input" | "inputregister" => Some(4),
        _ => None,
    }
}

/// The type, as profiles write it, that a word means.
pub(super) fn point_type(word: &str) -> Option<&'static str> {
    Some(match plain(word).as_str() {
        "bit" | "bool" | "开关量" | "位" => "bit",
        "u16" | "uint16" | "ushort" | "word" | "无符号16位" | "16位无符号" => "u16",
        "i16" | "int16" | "short" | "有符号16位" | "16位有符号" => "i16",
        "u32" | "uint32" | "dword" | "无符号32位" | "32位无符号" => "u32",
        "i32" | "int32" | "有符号32位" | "32位有符号" => "i32",
        "u64" | "uint64" => "u64",
        "i64" | "int64" => "i64",
        "f32" | "float" | "float32" | "real" | "浮点" | "浮点数" | "浮点型" | "单精度"
        | "单精度浮点" | "单精度浮点数" | "32位浮点" | "32位浮点数" | "32位浮点型" => {
            "f32"
        }
        "f64" | "double" | "float64" | "双精度" | "双精度浮点" | "双精度浮点数" | "64位浮点"
        | "64位浮点数" => "f64",
        "bcd" | "bcd16" => "bcd16",
        "bcd32" => "bcd32",
        "bcd64" => "bcd64",
        _ => return None,
    })
}

/// The byte order that a word means. "Little-endian" is not accepted: some manuals mean DCBA by it, others CDAB.
pub(super) fn order(word: &str) -> Option<&'static str> {
    Some(match plain(word).as_str() {
        "abcd" | "1234" | "ab" | "大端" | "bigendian" => "ABCD",
        "cdab" | "3412" => "CDAB",
        "badc" | "2143" | "ba" => "BADC",
        "dcba" | "4321" => "DCBA",
        _ => return None,
    })
}

/// The unit that a word means. 度 is none: it is a kilowatt-hour, a degree of an angle, of temperature or of turbidity.
pub(super) fn unit(word: &str) -> Option<Unit> {
    let word = word.trim();
    let usual = match word {
        "米" | "M" => "m",
        "厘米" | "CM" => "cm",
        "毫米" | "MM" => "mm",
        "m³/h" | "立方米/小时" | "立方米每小时" | "方/小时" | "m^3/h" | "㎥/h" => {
            "m3/h"
        }
        "m³/s" | "立方米/秒" | "立方米每秒" | "m^3/s" | "㎥/s" => "m3/s",
        "m³/min" | "立方米/分" | "立方米/分钟" | "m^3/min" | "㎥/min" => "m3/min",
        "m³/d" | "立方米/天" | "立方米/日" | "m^3/d" | "㎥/d" => "m3/d",
        "升/秒" | "l/s" => "L/s",
        "升/分" | "升/分钟" | "l/min" => "L/min",
        "升/小时" | "升/时" | "l/h" => "L/h",
        "m³" | "立方米" | "立方" | "方" | "m^3" | "㎥" => "m3",
        "升" | "l" => "L",
        "千瓦时" | "kwh" | "KWH" | "kW·h" | "kW.h" => "kWh",
        "瓦时" | "wh" | "WH" | "W·h" => "Wh",
        "兆瓦时" | "MWH" | "MW·h" => "MWh",
        "千瓦" | "kw" | "KW" => "kW",
        "瓦" | "w" => "W",
        "兆瓦" => "MW",
        "伏" | "伏特" | "v" => "V",
        "毫伏" | "mv" => "mV",
        "安" | "安培" | "a" => "A",
        "毫安" | "ma" => "mA",
        "赫兹" | "赫" | "hz" | "HZ" => "Hz",
        "小时" => "h",
        "分钟" | "分" => "min",
        "秒" => "s",
        "％" | "百分比" => "%",
        "℃" | "°C" | "摄氏度" => "degC",
        "米/秒" | "米每秒" | "M/S" => "m/s",
        "千米/小时" | "公里/小时" | "KM/H" => "km/h",
        "°" | "角度" => "deg",
        "微西/厘米" | "微西门子/厘米" | "μS/cm" | "µS/cm" | "us/cm" | "US/CM" => {
            "uS/cm"
        }
        "毫西/厘米" | "毫西门子/厘米" | "ms/cm" | "MS/CM" => "mS/cm",
        "ntu" => "NTU",
        "dbm" | "DBM" => "dBm",
        "兆帕" | "Mpa" | "MPA" => "MPa",
        "千帕" | "KPa" | "kpa" | "KPA" => "kPa",
        "百帕" | "hpa" | "HPA" => "hPa",
        "帕" | "pa" => "Pa",
        "巴" | "Bar" | "BAR" => "bar",
        "毫巴" => "mbar",
        "公斤/平方厘米" | "公斤" | "kgf/cm2" | "kg/cm²" => "kg/cm2",
        "米水柱" => "mH2O",
        "毫米水柱" => "mmH2O",
        "无" | "-" | "—" => "1",
        word => word,
    };
    toml::Value::String(usual.into()).try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn every_heading_means_one_column_and_reads() {
        let mut seen = std::collections::BTreeSet::new();
        for (expected, names) in COLUMNS {
            for name in *names {
                assert!(seen.insert(*name), "{name}");
                assert_eq!(column(name), Some(*expected), "{name}");
            }
        }
        assert_eq!(column("寄存器地址（十六进制）"), Some(Column::Address));
        assert_eq!(column("Data Type"), Some(Column::Type));
        assert_eq!(column("颜色"), None);
    }

    #[test]
    fn what_hints_name_can_be_written() {
        for lang in Lang::ALL {
            for (expected, _) in COLUMNS {
                let shown = super::super::row::name(*expected).within(lang);
                assert_eq!(column(&shown), Some(*expected), "{shown}");
            }
            for expected in Parameter::ALL {
                let shown = expected.spec().name().within(lang);
                assert_eq!(parameter(&shown), Some(*expected), "{shown}");
            }
        }
    }

    #[test]
    fn words_of_cells() {
        assert_eq!(parameter("水位"), Some(Parameter::Level));
        assert_eq!(parameter("energy_total"), Some(Parameter::EnergyTotal));
        assert_eq!(unit("m³/h"), Some(Unit::CubicMetrePerHour));
        assert_eq!(unit("furlong"), None);
        for (word, symbol) in [
            ("安", "A"),
            ("毫安", "mA"),
            ("米/秒", "m/s"),
            ("微西/厘米", "uS/cm"),
            ("毫西/厘米", "mS/cm"),
            ("NTU", "NTU"),
            ("dBm", "dBm"),
            ("分钟", "min"),
            ("立方米/秒", "m3/s"),
            ("m³/d", "m3/d"),
            ("兆帕", "MPa"),
        ] {
            assert_eq!(unit(word).map(Unit::symbol), Some(symbol), "{word}");
        }
        // A kilowatt-hour, an angle, a temperature and a turbidity are all 度.
        assert_eq!(unit("度"), None);
        assert_eq!(point_type("Float"), Some("f32"));
        assert_eq!(point_type("32位浮点型"), Some("f32"));
        assert_eq!(order("小端"), None);
    }
}
