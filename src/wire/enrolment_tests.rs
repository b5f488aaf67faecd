//! Codes come back as they were written, whoever types them, and a mistyped one is caught.

use proptest::prelude::*;

use super::*;
use crate::locales::Lang;

fn code(secret: [u8; 10], digest: [u8; 32]) -> Code {
    Code::new(Secret::new(secret), &digest)
}

fn said(text: &str) -> String {
    text.parse::<Code>().unwrap_err().to_string()
}

#[test]
fn a_code_is_printed_in_groups_and_taken_as_people_type() {
    let secret = [0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf];
    let digest = std::array::from_fn(|index| 0xff - index as u8);
    let made = code(secret, digest);
    let printed = made.to_string();
    // The first letters are 0 to 9 and A to F: five bits each, the first bits first.
    assert!(printed.starts_with("0123-4567-89AB-CDEF-ZZZF-"), "{printed}");
    assert_eq!((printed.len(), printed.split('-').count()), (33 + 8, 9));
    let wide: String =
        printed.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
    for typed in [
        printed.to_lowercase(),
        printed.replace('-', ""),
        printed.replace('-', " ") + "\r\n",
        printed.replace('0', "O").replace('1', "l"),
        printed.replace('0', "o").replace('1', "I"),
        wide.replace('０', "Ｏ"),
    ] {
        assert!(typed.parse::<Code>() == Ok(made.clone()), "{typed}");
    }
    assert_eq!(made.secret().as_bytes(), &secret);
    let mut other = digest;
    other[9] ^= 1;
    assert!(made.means(&digest) && !made.means(&other));
}

#[test]
fn what_is_no_code_is_said() {
    let whole = code([7; 10], [9; 32]).to_string();
    assert!(said("").contains("33"), "{}", said(""));
    assert!(said(&whole[..whole.len() - 1]).contains("32"), "{whole}");
    assert!(said(&format!("{whole}0")).contains("33"), "{whole}");
    assert!(said("U000").contains('U'));
    assert!(said("\u{1b}[2J").contains("\\u{1b}"), "{}", said("\u{1b}[2J"));
    let zh = "U".parse::<Code>().unwrap_err().within(Lang::Chinese);
    assert!(zh.contains('U') && !zh.contains("letter"), "{zh}");
}

proptest! {
    #[test]
    fn any_code_comes_back(secret: [u8; 10], digest: [u8; 32]) {
        let made = code(secret, digest);
        prop_assert!(made.to_string().parse::<Code>() == Ok(made));
    }

    #[test]
    fn one_wrong_letter_is_caught(secret: [u8; 10], digest: [u8; 32], at in 0_usize..33, by in 1_usize..32) {
        let mut letters: Vec<u8> = code(secret, digest).to_string().replace('-', "").into();
        let now = ALPHABET.iter().position(|letter| *letter == letters[at]).unwrap();
        letters[at] = ALPHABET[(now + by) % 32];
        let typed = String::from_utf8(letters).unwrap();
        prop_assert!(typed.parse::<Code>().is_err(), "{typed}");
    }

    #[test]
    fn neighbours_that_changed_places_are_caught(secret: [u8; 10], digest: [u8; 32], at in 0_usize..32) {
        let mut letters: Vec<u8> = code(secret, digest).to_string().replace('-', "").into();
        prop_assume!(letters[at] != letters[at + 1]);
        letters.swap(at, at + 1);
        let typed = String::from_utf8(letters).unwrap();
        prop_assert!(typed.parse::<Code>().is_err(), "{typed}");
    }

    #[test]
    fn bytes_of_a_stranger_never_panic(bytes: Vec<u8>, text: String) {
        let _ = EnrolRequest::from_bytes(&bytes);
        let _ = EnrolAnswer::from_bytes(&bytes);
        let _ = EnrolRefusal::from_bytes(&bytes);
        let _ = text.parse::<Code>();
    }
}

#[test]
fn a_question_comes_back_and_its_secret_is_not_printed() {
    let secret = Secret::new([0xab; 10]);
    let asked = EnrolRequest::new(Some("gw-a".parse().unwrap()), secret, "CSR".into());
    let bytes = asked.to_bytes();
    assert_eq!(EnrolRequest::from_bytes(&bytes).unwrap(), asked);
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(json["secret"], "NENTQAXBNENTQAXB");
    assert!(!format!("{asked:?}").contains("NENT"), "{asked:?}");
    let nameless = EnrolRequest::new(None, Secret::new([0; 10]), String::new());
    assert!(!String::from_utf8(nameless.to_bytes()).unwrap().contains("gateway"));
}

#[test]
fn what_is_too_long_or_of_another_kind_is_refused() {
    let asked = |csr: usize, secret: &str, v: u8| {
        let json = serde_json::json!({"v": v, "secret": secret, "csr": "x".repeat(csr)});
        EnrolRequest::from_bytes(json.to_string().as_bytes()).map_err(|error| error.to_string())
    };
    let right = "0".repeat(16);
    assert!(asked(REQUEST_MAX, &right, 1).is_ok());
    assert!(asked(REQUEST_MAX + 1, &right, 1).unwrap_err().contains("csr"));
    assert!(asked(1, &right, 2).unwrap_err().contains('2'));
    for secret in ["", "0", &"0".repeat(17), &"U".repeat(16), &"0-".repeat(8)] {
        assert!(asked(1, secret, 1).unwrap_err().contains("secret"), "{secret}");
    }
    let url = "x".repeat(URL_MAX + 1);
    let answer = EnrolAnswer::new("gw-a".parse().unwrap(), String::new(), String::new(), url);
    assert!(EnrolAnswer::from_bytes(&answer.to_bytes()).is_err());
}

#[test]
fn a_refusal_of_a_newer_hub_is_one_all_the_same() {
    let read = |json: &str| EnrolRefusal::from_bytes(json.as_bytes()).unwrap().refused;
    assert_eq!(read(r#"{"v":1,"refused":"expired"}"#), Refused::Expired);
    assert_eq!(read(r#"{"v":1,"refused":"moon_phase"}"#), Refused::Other);
    let slow = EnrolRefusal { wait_s: Some(9), ..EnrolRefusal::new(Refused::TooOften) };
    assert_eq!(EnrolRefusal::from_bytes(&slow.to_bytes()).unwrap(), slow);
}

#[test]
fn names_of_the_office_are_for_no_gateway() {
    let reserved = |name: &str| is_reserved(&name.parse().unwrap());
    for name in ["hanqing-hub", "hanqing-push", "ca", "broker"] {
        assert!(reserved(name), "{name}");
    }
    assert!(!reserved("gw-dongmen") && !reserved("ca-1"));
}
