//! What devices say of themselves, for `hanqing read`: type, serial number, firmware.

use serde::Serialize;

use crate::device::DeviceText;
use crate::locales::commissioning as words;
use crate::modbus::{BusSettings, DeviceSettings};

/// A text that was read.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TextReading {
    bus: String,
    unit: u8,
    profile: String,
    /// `model`, `serial`, `firmware`, or another word of the profile.
    name: String,
    /// `None` where it could not be read, or is no text.
    value: Option<String>,
    /// What it begins with on a device of the profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    begins: Option<String>,
    /// Whether a device of the profile may say so; a text that could not be read says nothing.
    expected: bool,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
}

impl TextReading {
    /// What `device` answered to `text`, or why it has none.
    pub fn new(
        bus: &BusSettings,
        device: &DeviceSettings,
        text: &DeviceText,
        read: Result<String, String>,
    ) -> Self {
        Self {
            bus: bus.name.clone(),
            unit: device.unit,
            profile: device.profile.clone(),
            name: text.name.clone(),
            expected: match &read {
                Ok(held) => text.is_expected(held),
                Err(_) => true,
            },
            begins: text.begins.clone(),
            remark: read.as_ref().err().cloned(),
            value: read.ok(),
        }
    }

    /// Prints it: what the device says, or why it cannot be told; an unexpected text as a warning besides.
    pub fn print(&self) {
        match (&self.value, &self.remark) {
            (Some(value), _) => say!("{}", words::device_says(self.unit, &self.name, value)),
            (None, Some(why)) => say!("{}", words::device_does_not_say(self.unit, &self.name, why)),
            (None, None) => {}
        }
    }

    /// Warns of a text that no device of the profile has.
    pub fn warn(&self) {
        let (Some(value), Some(begins)) = (&self.value, &self.begins) else { return };
        if !self.expected {
            let (unit, profile) = (self.unit, &self.profile);
            complain!("{}", words::another_device(unit, &self.name, value, profile, begins));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_beginning_is_not_expected_and_no_answer_accuses_nobody() {
        let bus: BusSettings =
            toml::from_str("name = 'b'\ntcp = '127.0.0.1:502'\ninterval_s = 60\ndevice = []")
                .unwrap();
        let device: DeviceSettings =
            toml::from_str("unit = 3\nprofile = 'own'\nstation = 'pump-1'").unwrap();
        let text: DeviceText = toml::from_str(
            "name = 'model'\nfunction = 3\naddress = 7\nregisters = 4\nbegins = 'PZEM'",
        )
        .unwrap();
        let read = |read| TextReading::new(&bus, &device, &text, read);
        assert!(read(Ok("PZEM-016".into())).expected);
        let other = read(Ok("AB".into()));
        assert_eq!((other.expected, other.value.as_deref()), (false, Some("AB")));
        let none = read(Err("no answer".into()));
        assert_eq!((none.expected, none.value), (true, None));
    }
}
