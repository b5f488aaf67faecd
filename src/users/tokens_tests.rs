//! A token is shown once, known by its hash, and ends when it is revoked.

use super::*;

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_796_000_000 + hour * 3600).unwrap()
}

fn secret(made: MadeToken) -> String {
    match made {
        MadeToken::Secret(secret) => secret,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_is_in_the_file_as_its_hash_and_in_the_record_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.db");
    let mut file = UsersFile::open(&path).unwrap();
    let made = file.make_token(("county", Scope::Report), at(24), "@console", at(0)).unwrap();
    let shown = secret(made);
    let digits = shown.strip_prefix("hq_").unwrap();
    assert_eq!(digits.len(), 64);
    let [(hash, row)] = &file.hashed_tokens().unwrap()[..] else { panic!("one token") };
    assert_eq!(hash_of_secret(&shown), Some(*hash));
    assert!(row.is_open(at(23)) && !row.is_open(at(24)) && row.scope == Scope::Report);
    for forged in ["", "hq_", digits, &shown.to_uppercase(), &shown[..66], &format!("{shown}0")] {
        assert_eq!(hash_of_secret(forged), None, "{forged}");
    }
    assert_eq!(file.revoke_token("county", "@console", at(1)).unwrap(), RevokedToken::Now);
    assert_eq!(file.revoke_token("county", "x", at(2)).unwrap(), RevokedToken::Before(at(1)));
    assert_eq!(file.revoke_token("city", "x", at(2)).unwrap(), RevokedToken::Unknown);
    let rows = file.audit(None, 10).unwrap();
    let deeds: Vec<_> = rows.iter().map(|row| (row.deed, row.detail.as_str())).collect();
    let made = format!("county: report until {}", at(24));
    assert_eq!(deeds, [(Deed::TokenRevoked, "county"), (Deed::TokenMade, made.as_str())]);
    drop(file);
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(64).any(|found| found == digits.as_bytes()));
}

#[test]
fn a_name_stands_for_one_token_in_force_and_so_many_are() {
    let mut file = UsersFile::in_memory();
    let mut make = |name: &str, hour| {
        file.make_token((name, Scope::Read), at(hour + 24), "@console", at(hour)).unwrap()
    };
    let first = secret(make("county", 0));
    assert_eq!(make("county", 23), MadeToken::NameTaken);
    // It has ended: the name is free, and the old secret is nobody's.
    let second = secret(make("county", 24));
    assert_ne!(first, second);
    for n in 1..TOKENS_MAX {
        secret(make(&format!("n{n}"), 24));
    }
    assert_eq!(make("more", 24), MadeToken::TooMany(TOKENS_MAX));
    secret(make("more", 48));
    let tokens = file.tokens().unwrap();
    assert_eq!(tokens.iter().filter(|row| row.is_open(at(48))).count(), 1);
    let hashes = file.hashed_tokens().unwrap();
    assert!(hashes.iter().all(|(hash, _)| Some(*hash) != hash_of_secret(&first)));
}

#[test]
fn a_scope_covers_itself_and_figures_cover_data() {
    use Scope::{Operate, Read, Report};
    for (has, needed, may) in [
        (Read, Read, true),
        (Read, Report, false),
        (Report, Read, true),
        (Report, Report, true),
        (Operate, Operate, true),
        (Operate, Read, false),
        (Report, Operate, false),
    ] {
        assert_eq!(has.covers(needed), may, "{has:?} {needed:?}");
    }
    assert!(Scope::ALL.iter().all(|scope| Scope::from_id(scope.id()) == Some(*scope)));
}

#[test]
fn the_last_use_is_kept() {
    let mut file = UsersFile::in_memory();
    let shown =
        secret(file.make_token(("county", Scope::Read), at(24), "@console", at(0)).unwrap());
    file.note_token(&hash_of_secret(&shown).unwrap(), at(3)).unwrap();
    assert_eq!(file.tokens().unwrap()[0].used_at, Some(at(3)));
}
