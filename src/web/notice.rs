//! What a page says has just been done: it stands in the address that a form leads to, sealed for its session and page,
//! so that no link makes a page say that something was done which was not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac::{HMAC_SHA256, Key, sign, verify};

use super::visitor::Visitor;

/// Parts the word from its seal.
const MARK: char = '.';

/// The value of `notice` in the address of `page`, which says there what `said` stands for: letters and digits.
pub(super) fn seal(visitor: &Visitor, page: &str, said: &str) -> String {
    let seal = sign(&key(visitor), &sealed(page, said));
    format!("{said}{MARK}{}", URL_SAFE_NO_PAD.encode(seal))
}

/// What `notice` says on `page`; `None` where nothing of it was sealed there for this session.
pub(super) fn open<'a>(visitor: &Visitor, page: &str, notice: &'a str) -> Option<&'a str> {
    let (said, seal) = notice.split_once(MARK)?;
    let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
    // Without a session nobody has done anything, and the key would be known to all.
    let session = !visitor.form_token.is_empty();
    let own = session && verify(&key(visitor), &sealed(page, said), &seal).is_ok();
    own.then_some(said)
}

/// The session's own: nobody else knows the token of its forms.
fn key(visitor: &Visitor) -> Key {
    Key::new(HMAC_SHA256, visitor.form_token.as_bytes())
}

/// No form sends this text, so that no seal is of anything else.
fn sealed(page: &str, said: &str) -> Vec<u8> {
    format!("notice\n{page}\n{said}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    fn visitor(form_token: &str) -> Visitor {
        Visitor {
            lang: Lang::Chinese,
            chooses: false,
            page: "/".into(),
            address: None,
            account: None,
            program: None,
            form_token: form_token.into(),
            reads: true,
        }
    }

    #[test]
    fn a_notice_is_good_for_its_session_its_page_and_its_word_only() {
        let (own, other) = (visitor("one"), visitor("two"));
        let notice = seal(&own, "/ledger/rows/8", "entered");
        assert_eq!(open(&own, "/ledger/rows/8", &notice), Some("entered"));
        assert_eq!(open(&own, "/ledger/rows/9", &notice), None);
        assert_eq!(open(&other, "/ledger/rows/8", &notice), None);
        assert_eq!(open(&own, "/ledger/rows/8", &notice.replace("entered", "withdrawn")), None);
        for forged in ["entered", "entered.", "entered.AAAA", ".", ""] {
            assert_eq!(open(&own, "/ledger/rows/8", forged), None, "{forged}");
        }
    }

    #[test]
    fn without_a_session_nothing_has_been_done() {
        let nobody = visitor("");
        assert_eq!(open(&nobody, "/report", &seal(&nobody, "/report", "accepted")), None);
    }
}
