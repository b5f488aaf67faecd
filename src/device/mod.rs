//! Field devices, pure: the register map (profile), registers on the wire (decode, encode), which to ask for (plan).

pub mod both_ways;
mod check;
mod check_example;
mod check_overlap;
mod check_registers;
mod check_sum;
mod curve;
mod decode;
#[cfg(feature = "demo")]
mod encode;
mod hydraulics;
mod in_parts;
mod library;
pub mod paste;
mod plan;
pub mod probe;
mod profile;
mod sum;
pub mod text;
mod text_request;

pub use check::check;
pub use check_example::tolerance;
pub use curve::{Curve, CurveKind, parshall_throats_m, v_notch_angles_deg};
pub use decode::{DecodeError, decode};
#[cfg(feature = "demo")]
pub use encode::{encode, encode_invalid};
pub use in_parts::InParts;
pub use library::{manual_address, manual_number, parse, shipped};
pub use plan::{BITS_MAX, Costs, Planned, Request, Run, Slot, Terms, plan};
pub use profile::{
    ByteOrder, Code, CodedUnit, Counter, Example, ExampleBlock, Fraction, Function, Measures, Part,
    Point, PointType, Profile, REGISTERS_MAX, Register, UnitCode,
};
pub use sum::Addend;
pub use text::DeviceText;
