//! Field devices, pure: the register map (profile), registers on the wire (decode, encode), which to ask for (plan).

mod check;
mod check_example;
mod check_registers;
mod decode;
#[cfg(feature = "demo")]
mod encode;
mod library;
mod plan;
pub mod probe;
mod profile;

pub use check::check;
pub use decode::{DecodeError, decode};
#[cfg(feature = "demo")]
pub use encode::{encode, encode_invalid};
pub use library::{parse, shipped};
pub use plan::{BITS_MAX, Costs, Planned, Request, Run, Slot, Terms, plan};
pub use profile::{
    ByteOrder, Code, CodedUnit, Counter, Example, ExampleBlock, Fraction, Function, Measures, Part,
    Point, PointType, Profile, REGISTERS_MAX, Register, UnitCode,
};
