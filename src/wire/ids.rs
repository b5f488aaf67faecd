//! Ids that are written as hexadecimal text of a fixed length.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::core::shown;
use crate::locales::{Text, wire as words};

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident($bits:ty), $digits:literal, $rule:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub $bits);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:0width$x}", self.0, width = $digits)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = Text;
            fn try_from(text: String) -> Result<Self, Text> {
                let digits = text.len() == $digits && text.bytes().all(|b| b.is_ascii_hexdigit());
                let id = <$bits>::from_str_radix(&text, 16).ok().filter(|_| digits);
                id.map($name).ok_or_else(|| words::$rule(format_args!("{:?}", shown(&text)), $digits))
            }
        }
    };
}

hex_id! {
    /// Names the life of one spool file: a new file counts batches from 1 again, under a new epoch.
    Epoch(u64), 16, not_an_epoch
}

hex_id! {
    /// Names one boot of a machine, from switching on to switching off.
    BootId(u32), 8, not_a_boot_id
}
