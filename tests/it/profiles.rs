//! A profile from a technician's spreadsheet: imported, checked, and read with.

use serde_json::json;

use crate::context::{Context, hanqing, outcome};
use crate::peers::Pymodbus;

const TABLE: &str = "\u{feff}参数,功能码,地址,数据类型,字节序,倍率,单位,下限,上限,每小时最大增量,示例寄存器,示例值\n\
    流量,3,40001,float,CDAB,,m³/h,-1000,1000,,806B 4212,36.62541\n\
    累计水量,3,40009,int32,CDAB,0.01,m³,0,20000000,1000,3039 0000,123.45\n";

#[test]
fn a_table_is_imported_and_read_with() {
    let context = Context::new();
    let table = context.write("meter.csv", TABLE);
    std::fs::create_dir(context.path("devices")).unwrap();
    let out = context.path("devices/own-meter.toml");
    let import = |more: &[&str]| {
        let mut command = hanqing();
        command.args(["profile", "import", "--id", "own-meter", "--name", "Own meter"]);
        command.args(["--source", "Its manual, 2019", "--out"]).arg(&out).args(more).arg(&table);
        outcome(&mut command)
    };
    let (code, printed, told) = import(&["--base", "40001"]);
    assert_eq!((code, told.as_str()), (Some(0), ""), "{printed}");
    // What is there is not written over.
    let (code, _, told) = import(&["--base", "40001"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("never overwritten"), "{told}");
    let (code, printed, _) = outcome(hanqing().arg("check").arg(&out));
    assert_eq!(code, Some(0), "{printed}");
    for (lang, from) in [("en", "own"), ("zh", "自备")] {
        let mut list = hanqing();
        list.env("HANQING_LANG", lang).args(["profile", "list", "--devices-dir"]);
        let (code, printed, _) = outcome(list.arg(context.path("devices")));
        assert_eq!(code, Some(0));
        assert!(
            printed.lines().any(|l| l.starts_with("own-meter") && l.ends_with(from)),
            "{printed}"
        );
    }

    let field = Pymodbus::start(&json!({"1": {"0": [0x806B, 0x4212, 0, 0, 0, 0, 0, 0, 12345, 0]}}));
    let config = format!(
        "gateway = \"gw-own\"\ndevices_dir = \"devices\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:1\"\n[spool]\npath = \"spool.db\"\n\
         [[bus]]\nname = \"b\"\ntcp = \"127.0.0.1:{}\"\n[[bus.device]]\nunit = 1\nprofile = \"own-meter\"\nstation = \"pump-1\"\n",
        field.port
    );
    let config = context.write("edge.toml", &config);
    let (code, printed, told) = outcome(hanqing().args(["read", "-c"]).arg(config));
    assert_eq!((code, told.as_str()), (Some(0), ""), "{printed}");
    assert!(printed.contains("36.62541") && printed.contains("123.45"), "{printed}");
}

#[test]
fn a_bad_table_is_named_whole_and_writes_nothing() {
    let context = Context::new();
    let table =
        context.write("meter.csv", &TABLE.replace("int32", "int33").replace("40001", "4OOO1"));
    let out = context.path("meter.toml");
    for (lang, address, kind) in [
        ("en", "row 2, column C (地址) = 4OOO1: ", "row 3, column D (数据类型) = int33: "),
        ("zh", "第 2 行 C 列（地址） = 4OOO1：", "第 3 行 D 列（数据类型） = int33："),
    ] {
        let mut command = hanqing();
        command.env("HANQING_LANG", lang).args([
            "profile", "import", "--id", "meter", "--name", "m", "--source", "s", "--base",
            "40001", "--out",
        ]);
        let (code, printed, told) = outcome(command.arg(&out).arg(&table));
        assert_eq!((code, printed.as_str()), (Some(2), ""));
        assert!(told.contains(address), "{told}");
        assert!(told.contains(kind), "{told}");
        assert!(!out.exists());
    }
    let other = context.path("other.toml");
    let mut command = hanqing();
    command.args(["profile", "import", "--id", "meter", "--name", "m", "--source", "s"]);
    let table = context.write("right.csv", TABLE);
    let (code, _, told) =
        outcome(command.args(["--base", "40001", "--out"]).arg(&other).arg(&table));
    assert_eq!(code, Some(2));
    assert!(told.contains("meter.toml"), "{told}");
    assert!(!other.exists());
}

#[test]
fn a_register_that_spoils_a_value_is_named() {
    // The unit's code is none that the profile lists.
    let field = Pymodbus::start(&json!({"1": {"2": [40, 3, 2350]}}));
    let tcp = format!("127.0.0.1:{}", field.port);
    let arguments = ["read", "--tcp", &tcp, "--unit", "1", "--profile", "qdy30"];
    let (code, printed, _) = outcome(hanqing().args(arguments));
    assert_eq!(code, Some(1));
    assert!(printed.contains("cannot be decoded (register 2 holds 40,"), "{printed}");
}

#[test]
fn what_a_device_says_of_itself_is_shown_and_another_type_is_warned_of() {
    let context = Context::new();
    let profile = context.path("own.toml");
    let text = "id = 'own'\nname = 'Own'\nsource = 'a test'\nverified_by = 'nobody'\nconfidence = 0.5\n\
        [[point]]\nparameter = 'level'\nfunction = 3\naddress = 4\ntype = 'u16'\nscale = 0.001\nunit = 'm'\n\
        invalid = [65535]\n[[text]]\nname = 'model'\nfunction = 3\naddress = 70\nregisters = 2\nbegins = 'PZEM'\n\
        [example]\nsource = 'a test'\nblock = [{ function = 3, address = 4, words = [2350] }]\n\
        expect = { level = 2.35 }\n";
    std::fs::write(&profile, text).unwrap();
    // "PZEM", "AB", and none.
    let field = Pymodbus::start(&json!({
        "1": {"4": [2350], "70": [0x505A, 0x454D]},
        "2": {"4": [2350], "70": [0x4142, 0]},
        "3": {"4": [2350]},
    }));
    let tcp = format!("127.0.0.1:{}", field.port);
    let read = |unit: &str, more: &[&str]| {
        let mut command = hanqing();
        command.env("HANQING_LANG", "en").args([
            "read",
            "--tcp",
            &tcp,
            "--unit",
            unit,
            "--profile",
        ]);
        let (code, printed, told) = outcome(command.arg(&profile).args(more));
        assert_eq!(code, Some(0), "{printed}{told}");
        (printed, told)
    };
    let (printed, told) = read("1", &[]);
    assert!(
        printed.contains("the device says: model = PZEM") && told.is_empty(),
        "{printed}{told}"
    );
    let (printed, told) = read("2", &[]);
    assert!(printed.contains("the device says: model = AB"), "{printed}");
    assert!(told.contains("begins with PZEM: this is probably another device"), "{told}");
    let (printed, told) = read("3", &[]);
    assert!(printed.contains("its model could not be read") && told.is_empty(), "{printed}{told}");
    let (printed, _) = read("2", &["--json"]);
    let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let text = &document["texts"][0];
    assert_eq!((&text["value"], &text["expected"]), (&json!("AB"), &json!(false)));
}
