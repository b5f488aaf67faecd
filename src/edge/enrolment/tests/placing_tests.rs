//! What an enrolment leaves on the disk, whatever was there before and wherever it is cut off.

use std::os::unix::fs::symlink;

use super::*;

/// Enrols, with `--renew` or without.
async fn enrol(
    gateway: &Gateway,
    authority: &Arc<Authority>,
    renew: bool,
) -> Result<Enrolled, EnrolError> {
    let says = gives(authority, gateway.path("gw-a.key.new"), |answer| answer);
    let (address, _hears) = hub(authority.server(|_| {}), says).await;
    let mut enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
    enrolment.renew = renew;
    enrolment.run(&Clock::system()).await
}

#[tokio::test]
async fn a_renewal_that_is_cut_off_leaves_a_pair_that_fits() {
    let (authority, gateway) = (Arc::new(Authority::new()), Gateway::new());
    enrol(&gateway, &authority, false).await.unwrap();
    let pair = || ["key_file", "cert_file"].map(|name| fs::read(gateway.named(name)).unwrap());
    let before = pair();
    // The place of the configuration cannot be taken: everything but the last step is done.
    let part = gateway.path("conf.d/edge");
    let overlay = fs::read(part.join("enrolled.toml")).unwrap();
    fs::rename(&part, gateway.path("away")).unwrap();
    fs::create_dir_all(part.join("enrolled.toml")).unwrap();
    fs::write(part.join("enrolled.toml/x"), "").unwrap();
    let error = enrol(&gateway, &authority, true).await.unwrap_err();
    assert!(matches!(&error, EnrolError::Files { .. }), "{error:?}");
    fs::remove_dir_all(&part).unwrap();
    fs::rename(gateway.path("away"), &part).unwrap();
    assert_eq!(fs::read(part.join("enrolled.toml")).unwrap(), overlay);
    assert_eq!(pair(), before);
    // It goes on, and of the old pair nothing stays.
    let done = enrol(&gateway, &authority, true).await.unwrap();
    assert_eq!(done.placed.removed.len(), 2);
    assert_eq!(done.placed.kept, [gateway.path("ca.pem")]);
    assert_ne!(pair(), before);
    gateway.assert_enrolled();
}

#[tokio::test]
async fn one_that_was_cut_off_after_its_last_step_is_no_other_enrolment() {
    let (authority, gateway) = (Arc::new(Authority::new()), Gateway::new());
    enrol(&gateway, &authority, false).await.unwrap();
    // All is in place, and the waiting key was not removed yet.
    fs::copy(gateway.named("key_file"), gateway.path("gw-a.key.new")).unwrap();
    fs::set_permissions(gateway.path("gw-a.key.new"), fs::Permissions::from_mode(0o600)).unwrap();
    enrol(&gateway, &authority, false).await.unwrap();
    assert!(!gateway.path("gw-a.key.new").exists());
    // A key that waits for another enrolment replaces nothing.
    let other = KeyPair::generate().unwrap().serialize_pem();
    fs::write(gateway.path("gw-a.key.new"), other).unwrap();
    fs::set_permissions(gateway.path("gw-a.key.new"), fs::Permissions::from_mode(0o600)).unwrap();
    let error = enrol(&gateway, &authority, false).await.unwrap_err();
    assert!(matches!(error, EnrolError::There(_)), "{error:?}");
}

#[tokio::test]
async fn a_new_authority_is_added_and_one_that_is_there_is_left() {
    let [old, new] = [Authority::new(), Authority::new()].map(Arc::new);
    let gateway = Gateway::new();
    enrol(&gateway, &old, false).await.unwrap();
    let error = enrol(&gateway, &new, false).await.unwrap_err();
    assert!(matches!(&error, EnrolError::There(path) if path.ends_with("ca.pem")), "{error:?}");
    let done = enrol(&gateway, &new, true).await.unwrap();
    assert!(done.placed.changed.contains(&gateway.path("ca.pem")));
    let both = fs::read(gateway.path("ca.pem")).unwrap();
    let read: Vec<_> = CertificateDer::pem_slice_iter(&both).map(|read| read.unwrap()).collect();
    assert_eq!(read, [old.certificate.clone(), new.certificate.clone()]);
    enrol(&gateway, &old, true).await.unwrap();
    assert_eq!(fs::read(gateway.path("ca.pem")).unwrap(), both);
}

#[tokio::test]
async fn nothing_is_replaced_unless_that_is_asked_for() {
    let authority = Arc::new(Authority::new());
    for there in ["gw-a.key", "gw-a.pem", "ca.pem", "conf.d/edge/enrolled.toml"] {
        let gateway = Gateway::new();
        fs::create_dir_all(gateway.path("conf.d/edge")).unwrap();
        fs::write(gateway.path(there), "mine").unwrap();
        let says = gives(&authority, gateway.path("gw-a.key.new"), |answer| answer);
        let (address, mut hears) = hub(authority.server(|_| {}), says).await;
        let enrolment = gateway.enrolment(&address, authority.code(), Some("gw-a"));
        let error = enrolment.run(&Clock::system()).await.unwrap_err();
        assert!(matches!(&error, EnrolError::There(path) if path.ends_with(there)), "{error:?}");
        assert_eq!(fs::read_to_string(gateway.path(there)).unwrap(), "mine");
        assert_eq!(gateway.files(), [name_of(Path::new(there))]);
        assert!(hears.try_recv().is_err(), "it was asked");
        let done = enrol(&gateway, &authority, true).await.unwrap();
        assert!(gateway.named("key_file").exists());
        // A pair that was put here by hand stays.
        let by_hand = there.starts_with("gw-a");
        assert_eq!(done.placed.changed.len(), usize::from(!by_hand), "{there}");
        let now = fs::read_to_string(gateway.path(there)).unwrap();
        assert_eq!(now == "mine", by_hand, "{there}");
    }
    // Where only the answer tells the name, the key that waits is of this very run.
    let gateway = Gateway::new();
    fs::write(gateway.path("gw-a.pem"), "mine").unwrap();
    let says = gives(&authority, gateway.path("gateway.key.new"), |answer| answer);
    let (address, _hears) = hub(authority.server(|_| {}), says).await;
    let enrolment = gateway.enrolment(&address, authority.code(), None);
    let error = enrolment.run(&Clock::system()).await.unwrap_err();
    assert!(matches!(&error, EnrolError::There(path) if path.ends_with("gw-a.pem")), "{error:?}");
    assert_eq!(gateway.files(), ["gateway.key.new", "gw-a.pem"]);
}

#[tokio::test]
async fn no_key_is_taken_that_others_have_made_or_may_read() {
    let (authority, gateway) = (Arc::new(Authority::new()), Gateway::new());
    let waiting = gateway.path("gw-a.key.new");
    let elsewhere = gateway.path("elsewhere");
    fs::write(&elsewhere, KeyPair::generate().unwrap().serialize_pem()).unwrap();
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o600)).unwrap();
    symlink(&elsewhere, &waiting).unwrap();
    let refused = |error: EnrolError| {
        assert!(matches!(&error, EnrolError::Foreign(path) if *path == waiting), "{error:?}");
    };
    refused(enrol(&gateway, &authority, false).await.unwrap_err());
    fs::remove_file(&waiting).unwrap();
    for open in [0o604, 0o620, 0o660] {
        fs::copy(&elsewhere, &waiting).unwrap();
        fs::set_permissions(&waiting, fs::Permissions::from_mode(open)).unwrap();
        refused(enrol(&gateway, &authority, false).await.unwrap_err());
    }
    fs::remove_file(&waiting).unwrap();
    fs::create_dir(&waiting).unwrap();
    refused(enrol(&gateway, &authority, false).await.unwrap_err());
    fs::remove_dir(&waiting).unwrap();
    fs::write(&waiting, "x".repeat(64 * 1024 + 1)).unwrap();
    fs::set_permissions(&waiting, fs::Permissions::from_mode(0o600)).unwrap();
    let error = enrol(&gateway, &authority, false).await.unwrap_err();
    assert!(error.to_string().contains("larger than 64 KiB"), "{error}");
}

#[tokio::test]
async fn the_daemon_gets_at_its_configuration_whatever_the_umask_was() {
    let (authority, gateway) = (Arc::new(Authority::new()), Gateway::new());
    for folder in ["conf.d", "conf.d/edge"] {
        fs::create_dir(gateway.path(folder)).unwrap();
        fs::set_permissions(gateway.path(folder), fs::Permissions::from_mode(0o700)).unwrap();
    }
    enrol(&gateway, &authority, false).await.unwrap();
    for folder in ["conf.d", "conf.d/edge"] {
        let mode = mode(&gateway.path(folder));
        assert!([0o755, 0o750].contains(&mode), "{folder}: {mode:o}");
    }
}
