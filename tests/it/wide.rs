//! Devices of a hundred levels each, so that a spool is soon full. Their values are as noisy as measured ones.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::context::{Context, GATEWAY};
use crate::fake_device::{Deed, FakeDevice, Question};

/// Levels that one device measures.
pub const LEVELS: u16 = 100;

/// How long an answer takes. No two readings of a series may fall on the same millisecond: they would count as one.
const ANSWER: Duration = Duration::from_millis(1);

/// Devices on one bus.
pub struct WideField {
    device: FakeDevice,
    units: u8,
}

/// How the gateway of a test runs.
pub struct Run<'a> {
    /// Where its broker is said to be.
    pub broker_port: u16,
    /// Its spool.
    pub spool: &'a Path,
    /// More of `[spool]`.
    pub limits: &'a str,
    /// Other sections.
    pub sections: &'a str,
    /// Intervals of the bus.
    pub intervals: &'a str,
}

impl WideField {
    /// Starts `units` devices.
    pub fn start(units: u8) -> Self {
        let device = FakeDevice::start(|question| {
            Deed::SendLate(ANSWER, question.registers(&words(question)))
        });
        Self { device, units }
    }

    /// The numbers of the devices, as the stations and series have them.
    pub fn devices(&self) -> std::ops::RangeInclusive<u8> {
        1..=self.units
    }

    /// Readings that each poll makes, and so each batch holds.
    pub fn readings_per_poll(&self) -> u64 {
        u64::from(self.units) * u64::from(LEVELS)
    }

    /// As [`Self::configure`], polled each second, with nothing besides.
    pub fn configure_each_second(&self, context: &Context, broker_port: u16) -> PathBuf {
        let spool = &context.path("spool.db");
        let intervals = "interval_s = 1";
        self.configure(context, &Run { broker_port, spool, limits: "", sections: "", intervals })
    }

    /// Writes `edge.toml`, and the profile of the devices.
    pub fn configure(&self, context: &Context, run: &Run) -> PathBuf {
        let devices = context.path("devices");
        std::fs::create_dir_all(&devices).unwrap();
        std::fs::write(devices.join("wide.toml"), profile()).unwrap();
        let mut text = format!(
            "gateway = \"{GATEWAY}\"\ndevices_dir = {devices:?}\nsocket = {:?}\n\
             [mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n[clock]\ntrust = \"always\"\n\
             [spool]\npath = {:?}\n{}\n{}\n[[bus]]\nname = \"wide\"\ntcp = \"127.0.0.1:{}\"\n{}\n",
            context.path("spool.sock"),
            run.broker_port,
            run.spool,
            run.limits,
            run.sections,
            self.device.port,
            run.intervals,
        );
        for unit in 1..=self.units {
            let channels: Vec<String> =
                (0..LEVELS).map(|level| format!("c{level} = \"pond-{unit}-{level}\"")).collect();
            write!(
                text,
                "[[bus.device]]\nunit = {unit}\nprofile = \"wide\"\nstation = \"unit-{unit}\"\nchannels = {{ {} }}\n",
                channels.join(", ")
            )
            .unwrap();
        }
        context.write("edge.toml", &text)
    }
}

/// Levels between 1 and 3 m; never twice the same.
fn words(question: &Question) -> Vec<u16> {
    let noise = |register: u32| {
        let mixed = (question.number.wrapping_mul(2_654_435_761) ^ register.wrapping_mul(40_503))
            .wrapping_mul(2_246_822_519);
        1000 + (mixed >> 16) as u16 % 2000
    };
    (0..u32::from(question.count)).map(noise).collect()
}

fn profile() -> String {
    let mut text = String::from(
        "id = \"wide\"\nname = \"A hundred levels\"\nsource = \"tests/it\"\n\
         verified_by = \"Nobody: it is no device.\"\nconfidence = 1.0\n",
    );
    for level in 0..LEVELS {
        write!(
            text,
            "[[point]]\nparameter = \"level\"\nchannel = \"c{level}\"\nfunction = 3\naddress = {level}\ntype = \"u16\"\n\
             unit = \"mm\"\ninvalid = [65535.0]\n"
        )
        .unwrap();
    }
    let words = vec!["1000"; LEVELS.into()].join(", ");
    write!(
        text,
        "[example]\nsource = \"tests/it\"\n[[example.block]]\nfunction = 3\naddress = 0\nwords = [{words}]\n\
         [example.expect]\nlevel = 1.0\n"
    )
    .unwrap();
    text
}
