//! The bytes of a line as a technician's command shows them: a line for each frame, in hexadecimal.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::modbus::{Direction, Tap};
use crate::support::Stopwatch;

/// A frame, or what came of one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Frame {
    /// When it was sent, or when its first byte was received: ms since the line was opened, in tenths.
    pub ms: f64,
    /// `sent` or `received`.
    pub direction: &'static str,
    /// In hexadecimal, separated by blanks.
    pub bytes: String,
}

/// Records the bytes of a line.
pub struct Wire {
    since: Stopwatch,
    frames: Mutex<Vec<(f64, Direction, Vec<u8>)>>,
}

impl Wire {
    pub fn start() -> Arc<Self> {
        Arc::new(Self { since: Stopwatch::start(), frames: Mutex::default() })
    }

    /// What the line has to call.
    pub fn tap(self: &Arc<Self>) -> Tap {
        let wire = Arc::clone(self);
        Arc::new(move |direction, bytes: &[u8]| wire.add(direction, bytes))
    }

    fn add(&self, direction: Direction, bytes: &[u8]) {
        let ms = self.since.elapsed().as_secs_f64() * 1000.0;
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        match frames.last_mut() {
            // An answer comes in several runs; between two answers there is a request.
            Some((_, last, seen)) if *last == direction && direction == Direction::Received => {
                seen.extend_from_slice(bytes);
            }
            _ => frames.push((ms, direction, bytes.to_vec())),
        }
    }

    /// Takes the frames that were recorded since the last call.
    pub fn take(&self) -> Vec<Frame> {
        let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let frame = |(ms, direction, bytes): (f64, Direction, Vec<u8>)| {
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            Frame {
                ms: (ms * 10.0).round() / 10.0,
                direction: match direction {
                    Direction::Sent => "sent",
                    Direction::Received => "received",
                },
                bytes: bytes.join(" "),
            }
        };
        std::mem::take(&mut *frames).into_iter().map(frame).collect()
    }
}

impl Frame {
    /// The frame in a line: when, which way, its bytes.
    pub fn line(&self) -> String {
        let arrow = if self.direction == "sent" { "->" } else { "<-" };
        format!("{:>9.1} ms {arrow} {}", self.ms, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runs_of_an_answer_are_one_frame() {
        let wire = Wire::start();
        let tap = wire.tap();
        tap(Direction::Sent, &[1, 3, 0, 0, 0, 2, 0xC4, 0x0B]);
        tap(Direction::Received, &[1, 3, 4]);
        tap(Direction::Received, &[0, 0x0A]);
        tap(Direction::Sent, &[2]);
        tap(Direction::Sent, &[3]);
        let frames = wire.take();
        let said: Vec<(&str, &str)> =
            frames.iter().map(|f| (f.direction, f.bytes.as_str())).collect();
        assert_eq!(
            said,
            [
                ("sent", "01 03 00 00 00 02 c4 0b"),
                ("received", "01 03 04 00 0a"),
                ("sent", "02"),
                ("sent", "03"),
            ]
        );
        assert_eq!(wire.take(), []);
        let frame = Frame { ms: 12.34, direction: "received", bytes: "01".into() };
        assert_eq!(frame.line(), "     12.3 ms <- 01");
    }
}
