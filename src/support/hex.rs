//! Bytes as hexadecimal text.

use std::fmt::Write;

/// `bytes` in lower-case hexadecimal, without separators: how digests are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing into a String does not fail");
        text
    })
}
