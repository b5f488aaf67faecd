//! Field devices: the register map (profile), the words on the wire (decode, encode) and which to ask for (plan). Pure.

mod profile;

pub use profile::{ByteOrder, Counter, Example, ExampleBlock, Function, Point, PointType, Profile};
