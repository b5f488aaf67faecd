//! How long bytes and silences take on a serial line, after "Modbus over serial line" V1.02.

use std::time::Duration;

use super::settings::{Parity, SerialMode};
use crate::device::Request;

/// Bytes of a request: unit, function, address, count, check (V1.02, 2.3; application protocol V1.1b3, 6.1 to 6.4).
pub const REQUEST_BYTES: usize = 8;

/// Bytes of an answer besides its data: unit, function, byte count, check.
pub const ANSWER_BYTES: usize = 5;

/// Bytes of an exception: unit, function, code, check.
pub const EXCEPTION_BYTES: usize = 5;

/// Above this speed silences do not shrink any more (V1.02, 2.5.1.1).
const FAST_BAUD: u32 = 19_200;

/// The silence between frames above [`FAST_BAUD`] (V1.02, 2.5.1.1).
const FAST_SILENCE: Duration = Duration::from_micros(1750);

/// The silence between frames in bits: 3.5 characters of 11 bits each (V1.02, 2.5.1 and 2.5.1.1).
const SILENCE_BITS: f64 = 3.5 * 11.0;

/// Bits of a character: start bit, eight data bits, parity bit if any, stop bits.
pub fn character_bits(mode: SerialMode) -> u32 {
    1 + 8 + u32::from(mode.parity != Parity::None) + u32::from(mode.stop_bits)
}

/// How long a character takes.
pub fn character(mode: SerialMode) -> Duration {
    bits(f64::from(character_bits(mode)), mode)
}

/// How long a frame of `bytes` takes.
pub fn wire(mode: SerialMode, bytes: usize) -> Duration {
    bits(f64::from(character_bits(mode)) * bytes as f64, mode)
}

/// The silence between frames: 3.5 characters of 11 bits; 1.75 ms above 19200 baud.
pub fn silence(mode: SerialMode) -> Duration {
    if mode.baud > FAST_BAUD { FAST_SILENCE } else { bits(SILENCE_BITS, mode) }
}

/// Bytes of the answer to `request`.
pub fn answer_bytes(request: &Request) -> usize {
    ANSWER_BYTES + data_bytes(request)
}

/// Bytes of data in the answer to `request`.
pub fn data_bytes(request: &Request) -> usize {
    if request.function.bits() {
        usize::from(request.count).div_ceil(8)
    } else {
        usize::from(request.count) * 2
    }
}

fn bits(count: f64, mode: SerialMode) -> Duration {
    Duration::from_secs_f64(count / f64::from(mode.baud.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Function;

    fn mode(baud: u32, parity: Parity, stop_bits: u8) -> SerialMode {
        SerialMode { baud, parity, stop_bits }
    }

    #[test]
    fn a_character_has_ten_to_twelve_bits() {
        assert_eq!(character_bits(mode(9600, Parity::None, 1)), 10);
        assert_eq!(character_bits(mode(9600, Parity::Even, 1)), 11);
        assert_eq!(character_bits(mode(9600, Parity::None, 2)), 11);
        assert_eq!(character_bits(mode(9600, Parity::Odd, 2)), 12);
        let character = character(mode(9600, Parity::None, 1));
        assert_eq!(character.as_micros(), 1041);
    }

    /// The table of V1.02, 2.5.1.1 in microseconds.
    #[test]
    fn a_silence_is_three_and_a_half_characters_up_to_19200_baud() {
        let micros = |baud| silence(mode(baud, Parity::None, 1)).as_micros();
        let all = [1200, 9600, 19_200, 38_400, 115_200].map(micros);
        assert_eq!(all, [32_083, 4010, 2005, 1750, 1750]);
    }

    #[test]
    fn frames_take_what_their_bytes_take() {
        let mode = mode(9600, Parity::None, 1);
        let of = |function, count| Request { function, address: 0, count };
        let bytes = [
            (Function::Holding, 125, 255),
            (Function::Input, 1, 7),
            (Function::Coils, 1, 6),
            (Function::Coils, 8, 6),
            (Function::DiscreteInputs, 9, 7),
        ];
        for (function, count, bytes) in bytes {
            assert_eq!(answer_bytes(&of(function, count)), bytes, "{function:?}");
        }
        // 512 bytes of 8N1 at 9600 baud.
        assert_eq!(wire(mode, 512).as_micros(), 533_333);
    }
}
