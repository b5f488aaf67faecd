//! Builds frames, and finds answers and faults in received bytes.

use super::*;
use crate::device::Function;
use proptest::prelude::*;

fn request(unit: u8, function: Function, address: u16, count: u16) -> RtuRequest {
    RtuRequest { unit, request: Request { function, address, count } }
}

fn frame(body: &[u8]) -> Vec<u8> {
    [body, &crc(body)].concat()
}

/// Published vectors: the example of "Modbus over serial line" V1.02, 6.2.2 (02 07 has the CRC 41 12), and requests
/// that technicians know by heart.
#[test]
fn crcs_and_requests_are_as_published() {
    assert_eq!(crc(&[0x02, 0x07]), [0x41, 0x12]);
    let frames = [
        (request(1, Function::Holding, 0, 10), "01 03 00 00 00 0a c5 cd"),
        (request(1, Function::Holding, 0, 2), "01 03 00 00 00 02 c4 0b"),
        (request(1, Function::Input, 0, 1), "01 04 00 00 00 01 31 ca"),
        (request(1, Function::Coils, 0, 10), "01 01 00 00 00 0a bc 0d"),
    ];
    for (request, expected) in frames {
        assert_eq!(hex_dump(&request.frame()), expected);
    }
}

#[test]
fn an_answer_is_read() {
    let two = request(1, Function::Holding, 0, 2);
    let good = frame(&[1, 3, 4, 0x80, 0x6b, 0x42, 0x12]);
    assert_eq!(two.parse(&good), Parsed::Words(vec![0x806b, 0x4212]));
    for length in 0..good.len() {
        let least = if length < 2 { 5 - length } else { good.len() - length };
        // If the bytes turn out to be noise, the shortest answer behind them is an exception.
        let least = least.min(EXCEPTION_BYTES);
        assert_eq!(two.parse(&good[..length]), Parsed::Incomplete(least), "{length}");
    }
    let refused = frame(&[1, 0x83, 2]);
    assert_eq!(two.parse(&refused), Parsed::Exception(2));
    let bits = request(9, Function::DiscreteInputs, 0, 10);
    let good = frame(&[9, 2, 2, 0b1000_0101, 0b11]);
    assert_eq!(bits.parse(&good), Parsed::Words(vec![1, 0, 1, 0, 0, 0, 0, 1, 1, 1]));
}

#[test]
fn an_echo_is_no_answer_though_it_looks_like_one() {
    let odd = request(1, Function::Coils, 0x0300, 20);
    let echo = odd.frame();
    assert_eq!(odd.parse(&echo), Parsed::Incomplete(EXCEPTION_BYTES));
    assert_eq!(odd.fault(&echo), Fault::Silence);
    let answer = frame(&[1, 1, 3, 0xff, 0xff, 0x0f]);
    let both = [&echo[..], &answer].concat();
    assert_eq!(odd.parse(&both), Parsed::Words(vec![1; 20]));
}

#[test]
fn of_two_answers_none_is_taken_unless_they_are_the_same() {
    let one = request(1, Function::Holding, 0x10, 1);
    let [a, b] = [7, 8].map(|value| frame(&[1, 3, 2, 0, value]));
    let other_unit = frame(&[2, 3, 2, 0, 9]);
    let longer = frame(&[1, 3, 4, 0, 9, 0, 9]);
    let refused = frame(&[1, 0x83, 2]);
    let hear = |parts: &[&[u8]], exceptions| one.hear(&parts.concat(), exceptions);
    let words = |copies| Heard { parsed: Parsed::Words(vec![7]), copies };
    assert_eq!(hear(&[&a], true), words(false));
    assert_eq!(hear(&[&a, &[0, 0], &a], true), words(true));
    assert_eq!(hear(&[&a, &b], true).parsed, Parsed::Ambiguous);
    assert_eq!(hear(&[&a, &other_unit, &[0], &b], true).parsed, Parsed::Ambiguous);
    assert_eq!(hear(&[&refused, &a], true).parsed, Parsed::Ambiguous);
    // Where an exception may belong to an earlier request it is passed over.
    assert_eq!(hear(&[&refused, &a], false), words(false));
    assert_eq!(hear(&[&refused], false).parsed, Parsed::Incomplete(EXCEPTION_BYTES));
    assert_eq!(hear(&[&longer, &other_unit, &a, &[0, 0, 0]], true), words(false));
}

#[test]
fn a_frame_within_the_data_of_another_is_not_found() {
    let one = request(1, Function::Holding, 0x10, 1);
    let inner = frame(&[1, 3, 2, 0, 7]);
    let outer = frame(&[&[2, 3, 8][..], &inner, &[0]].concat());
    assert!(matches!(one.parse(&outer), Parsed::Incomplete(_)));
    let answer = frame(&[1, 3, 2, 0, 9]);
    assert_eq!(one.parse(&[outer, answer].concat()), Parsed::Words(vec![9]));
}

#[test]
fn a_damaged_answer_is_told_from_noise() {
    let one = request(1, Function::Holding, 0x10, 1);
    let answer = frame(&[1, 3, 2, 0, 7]);
    for at in 0..answer.len() {
        let mut bytes = answer.clone();
        bytes[at] ^= 0x10;
        assert!(one.damaged_in(&bytes), "{at}");
    }
    assert!(!one.damaged_in(&[0; 7]));
    assert!(!one.damaged_in(&answer[..6]));
    // Frames of others have a head like that.
    assert!(!one.damaged_in(&frame(&[2, 3, 2, 0, 7])));
}

#[test]
fn every_fault_is_recognised() {
    let one = request(1, Function::Holding, 0x10, 1);
    let good = frame(&[1, 3, 2, 0, 7]);
    let turned = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    let cut = |got| Fault::Cut { got, want: 7 };
    let foreign = |unit, function| Fault::Foreign { unit, function };
    let cases: Vec<(Vec<u8>, Fault)> = vec![
        (vec![], Fault::Silence),
        (one.frame().to_vec(), Fault::Silence),
        (turned(0), Fault::Crc),
        (turned(1), Fault::Crc),
        (turned(3), Fault::Crc),
        (turned(6), Fault::Crc),
        (good[..2].to_vec(), cut(2)),
        (good[..6].to_vec(), cut(6)),
        (frame(&[1, 3, 4, 0, 7, 0, 8]), Fault::Length { got: 4 }),
        (frame(&[1, 3, 0]), Fault::Length { got: 0 }),
        (frame(&[2, 3, 2, 0, 7]), foreign(2, 3)),
        (frame(&[1, 4, 2, 0, 7]), foreign(1, 4)),
        (frame(&[2, 0x83, 2]), foreign(2, 0x83)),
        // Another master polls on this line.
        (frame(&[1, 3, 0, 0, 0, 2]), foreign(1, 3)),
        (frame(&[5, 6, 0, 0, 0, 2]), foreign(5, 6)),
        (vec![0, 0xff, 0x7e], Fault::Noise),
        ([&[0xff][..], &good[..4]].concat(), cut(4)),
        ([frame(&[2, 3, 2, 0, 7]), good[..4].to_vec()].concat(), cut(4)),
    ];
    for (bytes, fault) in cases {
        assert_eq!(one.fault(&bytes), fault, "{}", hex_dump(&bytes));
        assert!(matches!(one.parse(&bytes), Parsed::Incomplete(_)), "{}", hex_dump(&bytes));
    }
}

#[test]
fn heartbeats_are_removed() {
    assert_eq!(without(b"PINGabPINGcPI", b"PING"), b"abcPI");
    assert_eq!(without(b"ab", b""), b"ab");
    assert_eq!(without(b"", b"PING"), b"");
}

fn any_request() -> impl Strategy<Value = RtuRequest> {
    (1u8..=247, 1u8..=4, any::<u16>(), 1u16..=125).prop_map(|(unit, function, address, count)| {
        request(unit, Function::try_from(function).unwrap(), address, count)
    })
}

proptest! {
    #[test]
    fn a_request_asks_and_cannot_write(request in any_request()) {
        let frame = request.frame();
        prop_assert!((1..=4).contains(&frame[1]));
        prop_assert!(crc_matches(&frame));
    }

    #[test]
    fn an_answer_is_found_behind_anything(
        request in any_request(),
        noise in prop::collection::vec(any::<u8>(), 0..40),
        echo in any::<bool>(),
        data in prop::collection::vec(any::<u8>(), 250),
    ) {
        let length = data_bytes(&request.request);
        let data = &data[..length];
        let good = frame(&[&[request.unit, request.request.function.into(), length as u8][..], data].concat());
        let echo = if echo { request.frame().to_vec() } else { vec![] };
        let bytes = [noise, echo, good].concat();
        match request.parse(&bytes) {
            Parsed::Words(words) => prop_assert_eq!(words.len(), usize::from(request.request.count)),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn one_turned_bit_is_no_answer(request in any_request(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let length = data_bytes(&request.request);
        let body = [&[request.unit, request.request.function.into(), length as u8][..], &vec![0x5a; length]].concat();
        let mut bytes = frame(&body);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(matches!(request.parse(&bytes), Parsed::Incomplete(_)));
        prop_assert!(request.fault(&bytes) != Fault::Silence);
    }
}

/// A million random strings, half of which begin like an answer: none panics, none is an answer without a crc.
#[test]
fn a_million_random_strings_are_parsed() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        // xorshift64 (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let request = request(1, Function::Holding, 0x10, 1);
    let mut answers = 0;
    for number in 0..1_000_000_u32 {
        let length = (random() % 13) as usize;
        let [low, high] = [random(), random()].map(u64::to_le_bytes);
        let mut bytes = [low, high].concat();
        if number % 2 == 0 {
            bytes[..3].copy_from_slice(&[1, 3, 2]);
        }
        let bytes = &bytes[..length];
        match request.parse(bytes) {
            Parsed::Incomplete(more) => {
                assert!(more > 0);
                if number % 4 == 0 {
                    request.fault(bytes);
                }
            }
            Parsed::Words(_) | Parsed::Exception(_) | Parsed::Ambiguous => answers += 1,
        }
    }
    // By chance, one in 65536 of those that begin like an answer and are long enough.
    assert!(answers < 60, "{answers}");
}
