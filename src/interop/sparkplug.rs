//! The payload of Sparkplug B: a message of Protocol Buffers.
//!
//! Names and numbers of the fields are those of `sparkplug_b.proto` in Eclipse Tahu, which the Eclipse Sparkplug
//! Specification 3.0 has in section 6.4.1. Data sets, templates and meta data are kept as the bytes that they are; sets
//! of properties inside a property are passed over.

use prost::Message as _;

use crate::wire::MESSAGE_SIZE_MAX;

/// The first level of every topic (section 4.1.1).
pub const NAMESPACE: &str = "spBv1.0";

/// `Int32` (section 6.4.16).
pub const INT_32: u32 = 3;
/// `Int64`.
pub const INT_64: u32 = 4;
/// `UInt64`.
pub const UINT_64: u32 = 8;
/// `Float`.
pub const FLOAT: u32 = 9;
/// `Double`.
pub const DOUBLE: u32 = 10;
/// `Boolean`.
pub const BOOLEAN: u32 = 11;
/// `String`.
pub const STRING: u32 = 12;

/// The property that says how good a value is (section 6.4.11).
pub const QUALITY: &str = "Quality";
/// A value to trust.
pub const QUALITY_GOOD: u32 = 192;
/// No value, or one that may be wrong.
pub const QUALITY_BAD: u32 = 0;
/// A value that may be out of date.
pub const QUALITY_STALE: u32 = 500;

/// The metric that carries the number of a connection, in births and deaths of a node (section 6.4.19).
pub const BD_SEQ: &str = "bdSeq";
/// The metric by which a host asks for all births again (section 6.4.20).
pub const REBIRTH: &str = "Node Control/Rebirth";

/// What a message carries.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Payload {
    /// When it was sent: milliseconds since 1970, UTC.
    #[prost(uint64, optional, tag = "1")]
    pub timestamp: Option<u64>,
    #[prost(message, repeated, tag = "2")]
    pub metrics: Vec<Metric>,
    /// 0 to 255, then 0 again. A death has none.
    #[prost(uint64, optional, tag = "3")]
    pub seq: Option<u64>,
    #[prost(string, optional, tag = "4")]
    pub uuid: Option<String>,
    #[prost(bytes = "vec", optional, tag = "5")]
    pub body: Option<Vec<u8>>,
}

/// A value of a node or device.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Metric {
    /// Left out in data where the birth has given an alias.
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    pub alias: Option<u64>,
    /// When the value was observed: milliseconds since 1970, UTC.
    #[prost(uint64, optional, tag = "3")]
    pub timestamp: Option<u64>,
    #[prost(uint32, optional, tag = "4")]
    pub datatype: Option<u32>,
    /// Whether it is no news, and not to be taken for the present value.
    #[prost(bool, optional, tag = "5")]
    pub is_historical: Option<bool>,
    #[prost(bool, optional, tag = "6")]
    pub is_transient: Option<bool>,
    /// Whether there is no value.
    #[prost(bool, optional, tag = "7")]
    pub is_null: Option<bool>,
    #[prost(bytes = "vec", optional, tag = "8")]
    pub metadata: Option<Vec<u8>>,
    #[prost(message, optional, tag = "9")]
    pub properties: Option<PropertySet>,
    #[prost(oneof = "Value", tags = "10, 11, 12, 13, 14, 15, 16, 17, 18")]
    pub value: Option<Value>,
}

/// The value of a metric. An integer below 0 is in `Int` or `Long` as its two's complement.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Value {
    #[prost(uint32, tag = "10")]
    Int(u32),
    #[prost(uint64, tag = "11")]
    Long(u64),
    #[prost(float, tag = "12")]
    Float(f32),
    #[prost(double, tag = "13")]
    Double(f64),
    #[prost(bool, tag = "14")]
    Boolean(bool),
    #[prost(string, tag = "15")]
    String(String),
    #[prost(bytes = "vec", tag = "16")]
    Bytes(Vec<u8>),
    #[prost(bytes = "vec", tag = "17")]
    DataSet(Vec<u8>),
    #[prost(bytes = "vec", tag = "18")]
    Template(Vec<u8>),
}

/// Properties of a metric: as many keys as values, in the same order.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PropertySet {
    #[prost(string, repeated, tag = "1")]
    pub keys: Vec<String>,
    #[prost(message, repeated, tag = "2")]
    pub values: Vec<PropertyValue>,
}

/// The value of a property.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PropertyValue {
    #[prost(uint32, optional, tag = "1")]
    pub r#type: Option<u32>,
    #[prost(bool, optional, tag = "2")]
    pub is_null: Option<bool>,
    #[prost(oneof = "Property", tags = "3, 4, 5, 6, 7, 8")]
    pub value: Option<Property>,
}

/// What a property may hold.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Property {
    #[prost(uint32, tag = "3")]
    Int(u32),
    #[prost(uint64, tag = "4")]
    Long(u64),
    #[prost(float, tag = "5")]
    Float(f32),
    #[prost(double, tag = "6")]
    Double(f64),
    #[prost(bool, tag = "7")]
    Boolean(bool),
    #[prost(string, tag = "8")]
    String(String),
}

impl Payload {
    /// The bytes of the message.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    /// Reads a message of at most [`MESSAGE_SIZE_MAX`] bytes. `None` where it is longer, or no message of this kind.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MESSAGE_SIZE_MAX {
            return None;
        }
        Self::decode(bytes).ok()
    }
}

impl PropertySet {
    /// The value of the property `key`.
    pub fn get(&self, key: &str) -> Option<&PropertyValue> {
        self.keys
            .iter()
            .zip(&self.values)
            .find_map(|(known, value)| (known == key).then_some(value))
    }

    /// Adds a whole number.
    pub fn add_int(&mut self, key: &str, number: u32) {
        self.add(key, INT_32, Property::Int(number));
    }

    /// Adds a text.
    pub fn add_text(&mut self, key: &str, text: &str) {
        self.add(key, STRING, Property::String(text.to_owned()));
    }

    fn add(&mut self, key: &str, kind: u32, value: Property) {
        self.keys.push(key.to_owned());
        self.values.push(PropertyValue { r#type: Some(kind), is_null: None, value: Some(value) });
    }
}
