//! Bytes as hexadecimal text.

use std::fmt::Write;

/// `bytes` in lower-case hexadecimal, without separators: how digests are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing into a String does not fail");
        text
    })
}

/// The `N` bytes that `text` writes; `None` where it is not just that.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|v| u8::try_from(v).ok());
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_back_as_written() {
        assert_eq!(unhex::<3>(&hex(&[0, 0xa7, 255])), Some([0, 0xa7, 255]));
        for bad in ["", "00a7f", "00a7fg", "00a7ff0", "+0a7ff", "é0a7f"] {
            assert_eq!(unhex::<3>(bad), None, "{bad}");
        }
    }
}
