//! Smaller messages: several batches in one, and compression.
//!
//! A message on the readings topic is a batch, or an array of batches of one gateway; either may be compressed with
//! zlib (RFC 1950). The first byte tells which: `{`, `[`, or 0x78.

use std::io::{ErrorKind, Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::{Batch, MESSAGE_SIZE_MAX, UnknownSeries, WireError};
use crate::locales::{core as core_words, wire as words};

/// First byte of a zlib stream with the usual window, 32 KiB.
const ZLIB: u8 = 0x78;

/// Level for what is made at each poll: a hundred readings shrink to 0.29 of their size (0.27 at level 6), a thousand
/// to 0.25 (0.21 at level 6, for seven times the work).
const FAST: u32 = 1;

/// Level for a backlog, where the link is the bottleneck. Higher levels gain nothing.
const GOOD: u32 = 6;

/// Joins the messages of several batches into one.
pub fn bundle(batches: &[Vec<u8>]) -> Vec<u8> {
    if let [one] = batches {
        return one.clone();
    }
    let mut bundle = Vec::with_capacity(batches.iter().map(|b| b.len() + 1).sum::<usize>() + 1);
    bundle.push(b'[');
    for (i, batch) in batches.iter().enumerate() {
        if i > 0 {
            bundle.push(b',');
        }
        bundle.extend_from_slice(batch);
    }
    bundle.push(b']');
    bundle
}

/// Compresses a message, fast.
pub fn compress(message: &[u8]) -> Vec<u8> {
    deflate(message, FAST)
}

/// Compresses as [`compress`] does but reuses its 300 KiB of state: allocating that costs more than the compression.
pub struct Compressor(ZlibEncoder<Vec<u8>>);

impl Default for Compressor {
    fn default() -> Self {
        Self(ZlibEncoder::new(Vec::new(), Compression::new(FAST)))
    }
}

impl Compressor {
    pub fn compress(&mut self, message: &[u8]) -> Vec<u8> {
        self.0.get_mut().reserve(message.len() / 3);
        let written = self.0.write_all(message).and_then(|()| self.0.reset(Vec::new()));
        written.expect("compressing into memory does not fail")
    }
}

/// Compresses a message as far as it goes.
pub fn compress_well(message: &[u8]) -> Vec<u8> {
    deflate(message, GOOD)
}

fn deflate(message: &[u8], level: u32) -> Vec<u8> {
    let mut encoder =
        ZlibEncoder::new(Vec::with_capacity(message.len() / 3), Compression::new(level));
    let written = encoder.write_all(message).and_then(|()| encoder.finish());
    written.expect("compressing into memory does not fail")
}

/// Undoes [`compress`]. A message that was not compressed is returned as it is.
///
/// # Errors
/// It does not decompress, or to more than [`MESSAGE_SIZE_MAX`].
pub fn decompress(message: &[u8]) -> Result<std::borrow::Cow<'_, [u8]>, WireError> {
    if message.first() != Some(&ZLIB) {
        return Ok(message.into());
    }
    let mut plain = Vec::with_capacity(message.len().saturating_mul(4).min(MESSAGE_SIZE_MAX));
    let most = MESSAGE_SIZE_MAX as u64 + 1;
    ZlibDecoder::new(message).take(most).read_to_end(&mut plain).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::UnexpectedEof => core_words::io_end(),
            _ => core_words::io_invalid_data(),
        };
        WireError::content(words::not_decompressed(why))
    })?;
    if plain.len() > MESSAGE_SIZE_MAX {
        return Err(WireError::TooLarge(plain.len()));
    }
    Ok(plain.into())
}

/// The batches of a message, in order.
///
/// # Errors
/// A batch in it cannot be read, see [`Batch::from_bytes`]; there is none; or they are of two gateways.
pub fn unpack(message: &[u8]) -> Result<Vec<Batch>, WireError> {
    unpack_with(message, None)
}

/// The batches of a message without the readings of series whose parameter this version does not know, and these.
///
/// # Errors
/// As for [`unpack`]: but an unknown parameter is none.
pub fn unpack_known(message: &[u8]) -> Result<(Vec<Batch>, UnknownSeries), WireError> {
    let mut left_out = UnknownSeries::default();
    Ok((unpack_with(message, Some(&mut left_out))?, left_out))
}

fn unpack_with(
    message: &[u8],
    left_out: Option<&mut UnknownSeries>,
) -> Result<Vec<Batch>, WireError> {
    let plain = decompress(message)?;
    if plain.first() != Some(&b'[') {
        return Ok(vec![match left_out {
            Some(left_out) => Batch::known_from_bytes(&plain, left_out)?,
            None => Batch::from_bytes(&plain)?,
        }]);
    }
    let batches = Batch::many_from_bytes(&plain, left_out)?;
    let Some(first) = batches.first() else {
        return Err(WireError::content(words::no_batches()));
    };
    if let Some(other) = batches.iter().find(|b| b.gateway != first.gateway) {
        let [first, other] = [&first.gateway, &other.gateway].map(|gateway| gateway.as_str());
        return Err(WireError::content(words::batches_of_two(first, other)));
    }
    Ok(batches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Reading;
    use crate::wire::Epoch;
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn batch(seq: u64, count: usize) -> Batch {
        let at = Timestamp::from_second(1_659_283_200).unwrap();
        let reading = Reading::good("pond-1/level".parse().unwrap(), at, 1.5);
        Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(7),
            seq,
            clock: None,
            loss: None,
            readings: vec![reading; count],
        }
    }

    #[test]
    fn what_is_packed_comes_out_again() {
        let batches: Vec<_> = (1..4).map(|seq| batch(seq, 20)).collect();
        let messages: Vec<_> = batches.iter().map(Batch::to_bytes).collect();
        let bundle = bundle(&messages);
        assert_eq!(unpack(&bundle).unwrap(), batches);
        let mut compressor = Compressor::default();
        assert_eq!(compressor.compress(&messages[0]), compress(&messages[0]));
        for small in [compressor.compress(&bundle), compress_well(&bundle)] {
            assert!(small.len() * 4 < bundle.len());
            assert_eq!(unpack(&small).unwrap(), batches);
        }
        assert_eq!(unpack(&compress(&messages[0])).unwrap(), batches[..1]);
    }

    #[test]
    fn a_parameter_of_a_later_version_holds_up_no_other_reading() {
        let later = br#"{"v":1,"gateway":"gw-1","epoch":"0000000000000007","seq":2,"at":0,
            "series":["pond-1/chlorine","/level"],"readings":[[0,0,7.1],[1,0,1.5]]}"#;
        let message = bundle(&[batch(1, 1).to_bytes(), later.to_vec()]);
        assert!(unpack(&message).is_err());
        for message in [message.clone(), compress(&message)] {
            let (batches, unknown) = unpack_known(&message).unwrap();
            assert_eq!(
                batches.iter().map(|b| (b.seq, b.readings.len())).collect::<Vec<_>>(),
                [(1, 1), (2, 1)]
            );
            assert_eq!(unknown.names(), ["pond-1/chlorine"]);
        }
        assert!(unpack_known(&batch(1, 1).to_bytes()).unwrap().1.is_empty());
    }

    #[test]
    fn damaged_mixed_or_oversized_messages_are_refused() {
        let small = compress(&batch(1, 20).to_bytes());
        for (message, says) in [
            (small[..small.len() - 3].to_vec(), "does not decompress"),
            (compress(&vec![b' '; MESSAGE_SIZE_MAX + 1]), "larger than"),
            (compress(&compress(&batch(1, 1).to_bytes())), "not a message"),
            (b"[]".to_vec(), "no batches"),
            (
                {
                    let mut other = batch(2, 1);
                    other.gateway = "gw-2".parse().unwrap();
                    bundle(&[batch(1, 1).to_bytes(), other.to_bytes()])
                },
                "gw-1 and of gw-2",
            ),
        ] {
            let error = unpack(&message).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    proptest! {
        #[test]
        fn noise_never_panics(mut noise in prop::collection::vec(any::<u8>(), 0..300), zlib: bool) {
            if zlib && !noise.is_empty() {
                noise[0] = ZLIB;
            }
            prop_assert!(unpack(&noise).is_err());
        }
    }
}
