//! The commands over the users' file.

use jiff::tz::TimeZone;

use super::*;
use crate::cli::table::Layout;
use crate::core::Role;
use crate::locales::{Lang, within};
use crate::users::{AccountState, AuditRow, Deed};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

fn office() -> (tempfile::TempDir, Office) {
    let dir = tempfile::tempdir().unwrap();
    let mut settings: HubSettings =
        toml::from_str(include_str!("../../../../config/hub.toml")).unwrap();
    settings.persons = serde_json::from_value(serde_json::json!([
        { "id": "huang", "name": "黄某", "office": "财政所", "role": "administrator" },
        { "id": "xie", "name": "谢某", "office": "农业办", "role": "viewer" },
        { "id": "wu", "name": "吴某", "office": "乡政府" },
    ]))
    .unwrap();
    let file = UsersFile::open(&dir.path().join("users.db")).unwrap();
    let (accounts, now) = (settings.accounts(), at("2026-11-29T04:00:00Z"));
    let calendar = Calendar::new(zone(), 0);
    (dir, Office { settings, accounts, calendar, file, now })
}

fn said<T: std::fmt::Debug>(done: anyhow::Result<T>) -> String {
    done.unwrap_err().to_string()
}

#[test]
fn a_mistyped_person_gets_a_hint_and_one_without_a_role_is_named() {
    let (_dir, office) = office();
    for name in ["huang", "黄某", "财政所 黄某", "Huang"] {
        assert_eq!(office.account(name).unwrap().id, "huang", "{name}");
    }
    assert_eq!(said(office.account("hunag")), "there is no person hunag; did you mean huang?");
    assert_eq!(
        said(office.account("zhang san")),
        "there is no person zhang san; these may sign in: huang, xie"
    );
    assert_eq!(
        said(office.account("wu")),
        "乡政府 吴某 has no role and does not sign in; give wu a role in hub.toml, then restart the hub"
    );
    let chinese = within(Lang::Chinese, || said(office.account("hunag")));
    assert_eq!(chinese, "没有 hunag 这个人；是不是 huang？");
}

#[test]
fn a_reset_makes_a_new_link_and_works_also_for_a_person_who_is_gone() {
    let (_dir, mut office) = office();
    office.link("huang").unwrap();
    office.reset("huang").unwrap();
    let state = office.file.states(&office.accounts, office.now).unwrap().remove(0);
    assert_eq!(state.link_until, Some(at("2026-11-30T04:00:00Z")));
    office.file.make_link("gone", CONSOLE, office.now).unwrap();
    office.reset("gone").unwrap();
    assert!(!office.file.persons().unwrap().contains("gone"));
    assert!(said(office.reset("gone")).starts_with("there is no person gone"));
    let deeds: Vec<Deed> =
        office.file.audit(None, 10).unwrap().into_iter().rev().map(|row| row.deed).collect();
    use Deed::{LinkMade, SessionsEnded};
    assert_eq!(deeds, [LinkMade, SessionsEnded, LinkMade, LinkMade, SessionsEnded]);
    let code = audit::verify(&office).unwrap();
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
}

#[test]
fn persons_and_the_record_are_shown_in_both_languages() {
    let now = at("2026-11-29T04:00:00Z");
    let state = AccountState {
        account: Account {
            id: "huang".into(), name: "财政所 黄某".into(), role: Role::Reviewer
        },
        has_password: true,
        sessions: 2,
        last_seen: Some(at("2026-11-29T03:59:00Z")),
        link_until: Some(at("2026-11-30T04:00:00Z")),
        locked_until: Some(at("2026-11-29T04:15:00Z")),
    };
    let row = AuditRow {
        id: 7,
        at: now,
        by: String::new(),
        from: Some("192.0.2.7".into()),
        deed: Deed::SignInFailed,
        detail: "+12".into(),
        sound: false,
    };
    let shown = Lang::ALL.map(|lang| {
        within(lang, || {
            let persons = list::table(std::slice::from_ref(&state), now, &zone());
            let record = audit::table(std::slice::from_ref(&row), now, &zone());
            [persons.laid_out(Layout::Plain), record.laid_out(Layout::Plain)].concat()
        })
    });
    assert_eq!(
        shown,
        [
            "编号\t人员\t权限\t密码\t登录数\t最后使用\t说明\n\
             huang\t财政所 黄某\t复核\t已设置\t2\t11月29日 11:59\t\
             密码错误太多，11月29日 12:15 前不能用密码登录；有一次性链接，11月30日 12:00 前有效\n\
             行号\t时间\t人员\t操作\t内容\t来自\t说明\n\
             7\t11月29日 12:00:00\t\t登录失败\t另有 12 次，没有逐次记下\t192.0.2.7\t与写下时不符\n",
            "id\tperson\trole\tpassword\tsessions\tlast seen\tremark\n\
             huang\t财政所 黄某\treviewer\tset\t2\t29 Nov 11:59\t\
             too many wrong passwords, waits until 29 Nov 12:15; has a one-time link until 30 Nov 12:00\n\
             row\ttime\tperson\twhat\tof what\tfrom\tremark\n\
             7\t29 Nov 12:00:00\t\tfailed to sign in\t12 more, not recorded one by one\t192.0.2.7\t\
             not as it was written\n",
        ]
    );
}
