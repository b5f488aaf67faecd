//! What is done to a store on a failing disk: drawn at random.

use proptest::prelude::*;

use super::world::CALENDARS;
use crate::core::CorrectionKind;

/// When it begins, ms: on the hour.
pub const BEGIN_MS: i64 = 1_659_312_000_000;

/// Half of them counters. The stations of the first four are declared; those of the others belong to whoever comes
/// first.
pub const SERIES: [&str; 6] = [
    "pond-1/level",
    "meter-1/energy_total",
    "pond-2/level",
    "pump-2/volume_total",
    "free-1/level",
    "free-2/energy_total",
];

pub const GATEWAYS: [&str; 3] = ["gw-a", "gw-b", "gw-c"];

#[derive(Debug, Clone)]
pub enum Action {
    /// The hub's clock moves by so many hours, and these batches come.
    Commit(i64, Vec<Sent>),
    /// What came last comes again.
    Again,
    /// The value of one instant of a series is corrected so often.
    Correct(usize, u64),
    /// A person imports a batch.
    Import(Sent),
    /// A gateway says how a counter's register behaves, or says nothing of it.
    Birth(usize, usize, Option<(u32, Option<u32>)>),
    Status(usize, bool),
    /// So many portions of what was put off are done.
    Work(u8),
    /// Raw readings older than so many hours go, at most so many.
    Purge(i64, u32),
    Calendar(usize),
    /// A person says something of a series: from so many hours ago, for so many minutes.
    Say(usize, i64, i64, CorrectionKind),
    /// The correction that was entered at this place is withdrawn.
    Unsay(usize),
    /// The power fails after this many writes; the seed decides what is left.
    PowerFails(u64, u64),
    /// The hub is killed after this many writes.
    Killed(u64),
    /// One write fails after this many others.
    WriteFails(u64, bool),
    /// The disk is full after this many writes, for as long as nobody makes room.
    Fills(u64),
    MakeRoom,
    Reopen,
}

/// A batch on its way.
#[derive(Debug, Clone)]
pub struct Sent {
    pub gateway: usize,
    pub epoch: u64,
    pub seq: u64,
    /// How many numbers before its own are lost.
    pub lost: u64,
    pub readings: Vec<Given>,
}

/// A reading on its way: the place of its series, how many hours ago, in which part of that hour, and which value.
pub type Given = (usize, i64, i64, usize);

fn sent() -> impl Strategy<Value = Sent> {
    let hours_ago = prop_oneof![6 => -1i64..3, 2 => 3i64..30, 1 => 30i64..100];
    let given = (0..SERIES.len(), hours_ago, 0i64..4, 0usize..6);
    let readings = prop::collection::vec(given, 0..12);
    let lost = prop_oneof![9 => Just(0u64), 1 => 1u64..5];
    (0..GATEWAYS.len(), 1u64..3, 1u64..40, lost, readings).prop_map(
        |(gateway, epoch, seq, lost, readings)| Sent { gateway, epoch, seq, lost, readings },
    )
}

fn said() -> impl Strategy<Value = Action> {
    let hours_ago = prop_oneof![3 => -3i64..10, 1 => 10i64..90];
    let minutes = prop_oneof![3 => 1i64..300, 1 => 300i64..6_000];
    let said = prop_oneof![
        1 => Just(CorrectionKind::Note),
        3 => Just(CorrectionKind::Wrong),
        // Of a counter, or by nothing, it is refused.
        4 => (-9i8..10).prop_map(|tenths| CorrectionKind::Shift { by: f64::from(tenths) / 10.0 }),
    ];
    (0..SERIES.len(), hours_ago, minutes, said)
        .prop_map(|(series, hours, minutes, kind)| Action::Say(series, hours, minutes, kind))
}

pub fn action() -> impl Strategy<Value = Action> {
    let hours = prop_oneof![4 => Just(0i64), 3 => 1i64..10, 1 => 10i64..40, 1 => -5i64..0];
    let rule = prop::option::of((50u32..2000, prop::option::of(1u32..100)));
    prop_oneof![
        12 => (hours, prop::collection::vec(sent(), 1..4)).prop_map(|(h, all)| Action::Commit(h, all)),
        3 => Just(Action::Again),
        1 => (0..SERIES.len(), 2u64..20).prop_map(|(series, times)| Action::Correct(series, times)),
        1 => sent().prop_map(Action::Import),
        2 => (0..GATEWAYS.len(), 0..SERIES.len(), rule).prop_map(|(g, s, r)| Action::Birth(g, s, r)),
        1 => (0..GATEWAYS.len(), any::<bool>()).prop_map(|(g, online)| Action::Status(g, online)),
        2 => (1u8..5).prop_map(Action::Work),
        1 => (5i64..80, prop_oneof![Just(3u32), Just(1000)]).prop_map(|(h, most)| Action::Purge(h, most)),
        1 => (0..CALENDARS).prop_map(Action::Calendar),
        3 => said(),
        2 => (0usize..8).prop_map(Action::Unsay),
        3 => (1u64..80, any::<u64>()).prop_map(|(at, seed)| Action::PowerFails(at, seed)),
        2 => (1u64..80).prop_map(Action::Killed),
        2 => (1u64..60, any::<bool>()).prop_map(|(at, full)| Action::WriteFails(at, full)),
        1 => (1u64..60).prop_map(Action::Fills),
        1 => Just(Action::MakeRoom),
        1 => Just(Action::Reopen),
    ]
}
