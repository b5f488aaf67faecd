//! Who may sign in.

use jiff::Timestamp;
use serde::Serialize;

use crate::core::Role;

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// Unique among all, and what the file knows her by.
    pub id: String,
    /// Office and name, as the ledger has it.
    pub name: String,
    pub role: Role,
}

/// A person, and how things stand with her.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccountState {
    pub account: Account,
    pub has_password: bool,
    /// How many browsers she is signed in with.
    pub sessions: u64,
    /// When one of her sessions was last used, to five minutes; `None` where she has none.
    pub last_seen: Option<Timestamp>,
    /// Until when her one-time link may be used; `None` where there is none.
    pub link_until: Option<Timestamp>,
    /// Until when no password of hers is tried, after too many wrong ones.
    pub locked_until: Option<Timestamp>,
}

/// Whom of `accounts` the `text` of a form means: by id, or by office and name. Blanks and capitals make no difference.
pub(super) fn meant<'a>(accounts: &'a [Account], text: &str) -> Option<&'a Account> {
    let sought = plain(text);
    let found = accounts.iter().find(|account| plain(&account.id) == sought);
    found.or_else(|| accounts.iter().find(|account| plain(&account.name) == sought))
}

/// `text` in lower case and without blanks.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_meant_by_id_or_by_office_and_name() {
        let account =
            |id: &str, name: &str| Account { id: id.into(), name: name.into(), role: Role::Viewer };
        let accounts = [account("huang", "财政所 黄某"), account("Xie", "农业办 谢某")];
        for (text, id) in
            [("huang", "huang"), (" Huang ", "huang"), ("财政所黄某", "huang"), ("xie", "Xie")]
        {
            assert_eq!(meant(&accounts, text).unwrap().id, id, "{text}");
        }
        for text in ["", "黄某", "huang2", "hu ang x"] {
            assert_eq!(meant(&accounts, text), None, "{text}");
        }
    }
}
