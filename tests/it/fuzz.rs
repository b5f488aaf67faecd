//! Random bytes into every decoder that others can reach: a million each, none may panic, and what is read must hold.
//!
//! `HANQING_FUZZ_SEED` and `HANQING_FUZZ_COUNT` look elsewhere and longer. The frames of serial lines are judged beside
//! their code (`src/modbus/rtu_tests.rs`).

use hanqing::config::{Base, Head, profile_of_table};
use hanqing::device::{self, Point};
use hanqing::edge::control::ControlRequest;
use hanqing::modbus::parse_bytes;
use hanqing::wire::{Ack, Batch, Birth, Status};

/// xorshift64 (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed = std::env::var("HANQING_FUZZ_SEED").ok();
        let seed = seed.map_or(0x9e37_79b9_7f4a_7c15, |seed| {
            seed.parse().expect("HANQING_FUZZ_SEED is a number")
        });
        Self(seed.max(1))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A sound text with some bytes turned, left out, doubled, or cut off; or, one in four, nothing but random bytes.
    fn changed(&mut self, sound: &[u8]) -> Vec<u8> {
        if self.below(4) == 0 {
            return (0..self.below(64)).map(|_| self.next() as u8).collect();
        }
        let mut bytes = sound.to_vec();
        for _ in 0..=self.below(3) {
            if bytes.is_empty() {
                break;
            }
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes[at] = self.next() as u8,
                1 => bytes[at] = b"0123456789-.,:\"[]{}e"[self.below(20)],
                2 => drop(bytes.remove(at)),
                3 => bytes.insert(at, bytes[at]),
                _ => bytes.truncate(at),
            }
        }
        bytes
    }
}

fn count() -> usize {
    let count = std::env::var("HANQING_FUZZ_COUNT").ok();
    count.map_or(1_000_000, |count| count.parse().expect("HANQING_FUZZ_COUNT is a number"))
}

#[test]
fn registers_of_every_profile() {
    let mut random = Random::new();
    let shipped = device::shipped().iter();
    let points: Vec<Point> =
        shipped.flat_map(|(_, text)| device::parse(text).unwrap().points).collect();
    let parts: Vec<Vec<usize>> = points
        .iter()
        .map(|point| point.parts().iter().map(|part| usize::from(part.count)).collect())
        .collect();
    let mut read = 0;
    for number in 0..count() {
        let which = number % points.len();
        let (point, counts) = (&points[which], &parts[which]);
        // Most have the right length; small numbers, which codes and exponents are, come more often than by chance.
        let odd = random.below(16) == 0;
        let words: Vec<Vec<u16>> = counts
            .iter()
            .map(|count| {
                let count = if odd { random.below(6) } else { *count };
                (0..count)
                    .map(|_| {
                        if random.below(2) == 0 {
                            random.next() as u16
                        } else {
                            random.below(20) as u16
                        }
                    })
                    .collect()
            })
            .collect();
        let words: Vec<&[u16]> = words.iter().map(Vec::as_slice).collect();
        if let Ok(value) = device::decode(point, &words) {
            assert!(value.is_finite(), "{point:?} {words:x?}");
            read += 1;
        }
    }
    assert!(read > count() / 4, "{read}");
}

#[test]
fn messages_from_the_network() {
    const BATCH: &[u8] = br#"{"v":1,"gateway":"gw-1","epoch":"0000000000000001","seq":7,"at":1660000000000,"series":["pond-1/level"],"readings":[[0,0,2.35],[0,5,null,9,"timeout"],[0,9,9.5,4,"spike",[2350]]]}"#;
    let mut random = Random::new();
    let sound = Batch::from_bytes(BATCH).expect("the sound batch");
    assert_eq!(Batch::from_bytes(&sound.to_bytes()).unwrap(), sound);
    let mut read = 0;
    for number in 0..count() {
        let bytes = random.changed(BATCH);
        if let Ok(batch) = Batch::from_bytes(&bytes) {
            // What is read can be written and read again.
            assert!(Batch::from_bytes(&batch.to_bytes()).is_ok(), "{}", bytes.escape_ascii());
            read += 1;
        }
        match number % 3 {
            0 => drop(Ack::from_bytes(&bytes)),
            1 => drop(Birth::from_bytes(&bytes)),
            _ => drop(Status::from_bytes(&bytes)),
        }
    }
    assert!(read > 0);
}

#[test]
fn questions_tables_and_settings() {
    const QUESTION: &[u8] =
        br#"{"v":1,"ask":{"read":{"bus":"pumps","unit":1,"function":3,"address":0,"count":2}}}"#;
    const TABLE: &[u8] =
        "参数,功能码,地址,类型,单位,下限,上限,示例寄存器,示例值\n水位,3,4,i16,m,0,9,0001,1\n"
            .as_bytes();
    let head = Head {
        id: "meter".into(),
        name: "A meter".into(),
        source: "its manual".into(),
        verified_by: "nobody".into(),
        confidence: 0.8,
    };
    serde_json::from_slice::<ControlRequest>(QUESTION).expect("the sound question");
    let mut random = Random::new();
    for number in 0..count() {
        let bytes = random.changed(QUESTION);
        let _ = serde_json::from_slice::<ControlRequest>(&bytes);
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let _ = parse_bytes(text);
        }
        // A table takes longer: each twentieth.
        if number % 20 == 0 {
            let bytes = random.changed(TABLE);
            if let Err(problems) = profile_of_table(&bytes, &head, Base::Wire) {
                assert!(!problems.is_empty());
            }
        }
    }
}
