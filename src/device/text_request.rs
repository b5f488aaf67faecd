//! The request that reads a text.

use super::plan::Request;
use super::text::DeviceText;

impl DeviceText {
    /// The request that reads it.
    pub fn request(&self) -> Request {
        Request { function: self.function, address: self.address, count: self.registers }
    }
}
