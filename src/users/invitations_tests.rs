//! An invitation lets one gateway in, once, until it ends.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_796_000_000 + hour * 3600).unwrap()
}

fn applicant(secret: &[u8], key: &[u8]) -> Applicant {
    Applicant { secret: secret.into(), key: key.into(), from: Some("192.0.2.7".parse().unwrap()) }
}

/// What a gateway gets; a certificate is named by how many were made before.
fn admit(file: &mut UsersFile, made: &AtomicU32, secret: &[u8], key: &[u8], hour: i64) -> Admitted {
    let certify = |invitation: &Invitation| {
        let name = format!("{}-{}", invitation.gateway, made.fetch_add(1, Ordering::Relaxed));
        Some((name.clone(), name))
    };
    file.admit(&applicant(secret, key), at(hour), certify).unwrap()
}

fn given(admitted: &Admitted) -> Option<(&str, bool)> {
    match admitted {
        Admitted::Now { certificate, .. } => Some((certificate, true)),
        Admitted::Before { certificate, .. } => Some((certificate, false)),
        _ => None,
    }
}

#[test]
fn a_code_is_good_once_and_for_its_key_until_it_ends() {
    let (mut file, made) = (UsersFile::in_memory(), AtomicU32::new(0));
    file.invite("gw-a", b"secret", at(24), at(0)).unwrap();
    assert_eq!(admit(&mut file, &made, b"guess", b"key", 1), Admitted::Unknown);
    assert_eq!(admit(&mut file, &made, b"", b"key", 1), Admitted::Unknown);
    let first = admit(&mut file, &made, b"secret", b"key", 1);
    assert_eq!(given(&first), Some(("gw-a-0", true)));
    // The answer was lost: the same certificate, for the same key only.
    let again = admit(&mut file, &made, b"secret", b"key", 2);
    assert_eq!(given(&again), Some(("gw-a-0", false)));
    assert_eq!(admit(&mut file, &made, b"secret", b"other", 2), Admitted::Used);
    for key in [b"key".as_slice(), b"other"] {
        assert_eq!(admit(&mut file, &made, b"secret", key, 24), Admitted::Expired);
    }
    assert_eq!(made.load(Ordering::Relaxed), 1);
    let [used] = &file.invitations().unwrap()[..] else { panic!("one invitation") };
    assert_eq!((used.used_at, used.used_from.as_deref()), (Some(at(1)), Some("192.0.2.7")));
    assert!(!used.is_open(at(2)));
}

#[test]
fn a_new_code_replaces_the_old_one_of_the_same_gateway() {
    let (mut file, made) = (UsersFile::in_memory(), AtomicU32::new(0));
    file.invite("gw-a", b"old", at(24), at(0)).unwrap();
    file.invite("gw-b", b"b", at(24), at(0)).unwrap();
    file.invite("gw-a", b"new", at(48), at(1)).unwrap();
    assert_eq!(admit(&mut file, &made, b"old", b"key", 2), Admitted::Unknown);
    assert_eq!(given(&admit(&mut file, &made, b"new", b"key", 2)), Some(("gw-a-0", true)));
    assert_eq!(given(&admit(&mut file, &made, b"b", b"key", 2)), Some(("gw-b-1", true)));
    // It is invited anew after it was let in: renewal.
    file.invite("gw-a", b"newest", at(48), at(3)).unwrap();
    assert_eq!(admit(&mut file, &made, b"new", b"key", 4), Admitted::Unknown);
    assert_eq!(given(&admit(&mut file, &made, b"newest", b"key", 4)), Some(("gw-a-2", true)));
}

#[test]
fn a_code_of_a_clock_that_was_ahead_is_not_believed_and_nothing_is_used_where_none_is_made() {
    let (mut file, made) = (UsersFile::in_memory(), AtomicU32::new(0));
    file.invite("gw-a", b"ahead", at(1000), at(976)).unwrap();
    assert_eq!(admit(&mut file, &made, b"ahead", b"key", 0), Admitted::Expired);
    file.invite("gw-a", b"right", at(24), at(0)).unwrap();
    let refused = file.admit(&applicant(b"right", b"key"), at(1), |_| None).unwrap();
    assert_eq!(refused, Admitted::Refused);
    assert_eq!(given(&admit(&mut file, &made, b"right", b"other", 1)), Some(("gw-a-0", true)));
}

#[test]
fn invitation_and_use_are_in_the_record_and_no_secret_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.db");
    let (mut file, made) = (UsersFile::open(&path).unwrap(), AtomicU32::new(0));
    let secret = b"secret-of-a-test";
    file.invite("gw-a", secret, at(24), at(0)).unwrap();
    admit(&mut file, &made, b"guess", b"key", 1);
    admit(&mut file, &made, secret, b"key", 1);
    admit(&mut file, &made, secret, b"key", 2);
    let rows = file.audit(None, 10).unwrap();
    let deeds: Vec<_> = rows.iter().map(|row| (row.deed, row.detail.as_str())).collect();
    assert_eq!(deeds, [(Deed::GatewayEnrolled, "gw-a-0"), (Deed::GatewayInvited, "gw-a")]);
    assert_eq!(rows[0].from.as_deref(), Some("192.0.2.7"));
    assert!(rows.iter().all(|row| row.sound));
    drop(file);
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(secret.len()).any(|found| found == secret));
}

#[test]
fn who_guesses_keeps_nobody_waiting_who_writes_and_his_secret_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.db");
    let (mut file, made) = (UsersFile::open(&path).unwrap(), AtomicU32::new(0));
    let mut other = UsersFile::open(&path).unwrap();
    let writing = other.writing().unwrap();
    assert_eq!(admit(&mut file, &made, b"guess", b"key", 1), Admitted::Unknown);
    drop(writing);
    let printed = format!("{:?}", applicant(b"SECRET", b"key"));
    assert!(printed.contains("192.0.2.7") && !printed.contains("83, 69"), "{printed}");
}
