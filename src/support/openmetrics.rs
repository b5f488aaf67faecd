//! How metrics are written: name, help, unit and values, by the encoder of prometheus-client.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

/// Labels of one value.
pub type Labels = Vec<(&'static str, String)>;

/// Where metrics are written one after the other. One without values is left out.
pub struct Writer<'a>(pub DescriptorEncoder<'a>);

impl Writer<'_> {
    /// What a thing is, by labels.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn info(&mut self, name: &str, help: &str, labels: Labels) -> fmt::Result {
        let kind = MetricType::Info;
        let mut metric = self.0.encode_descriptor(name, help, None, kind)?;
        metric.encode_info(&labels)
    }

    /// A count.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn counter(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<Unit>,
        value: u64,
    ) -> fmt::Result {
        let kind = MetricType::Counter;
        let mut metric = self.0.encode_descriptor(name, help, unit.as_ref(), kind)?;
        metric.encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    /// Counts, by labels.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn counters(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<Unit>,
        values: impl IntoIterator<Item = (Labels, u64)>,
    ) -> fmt::Result {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return Ok(());
        }
        let kind = MetricType::Counter;
        let mut family = self.0.encode_descriptor(name, help, unit.as_ref(), kind)?;
        for (labels, value) in values {
            let mut metric = family.encode_family(&labels)?;
            metric.encode_counter::<NoLabelSet, _, f64>(&value, None)?;
        }
        Ok(())
    }

    /// A value that is now so, if there is one.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn gauge(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<Unit>,
        value: Option<impl EncodeGaugeValue>,
    ) -> fmt::Result {
        let Some(value) = value else {
            return Ok(());
        };
        let kind = MetricType::Gauge;
        let mut metric = self.0.encode_descriptor(name, help, unit.as_ref(), kind)?;
        metric.encode_gauge(&value)
    }

    /// Values that are now so, by labels.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn gauges(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<Unit>,
        values: impl IntoIterator<Item = (Labels, impl EncodeGaugeValue)>,
    ) -> fmt::Result {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return Ok(());
        }
        let kind = MetricType::Gauge;
        let mut family = self.0.encode_descriptor(name, help, unit.as_ref(), kind)?;
        for (labels, value) in values {
            family.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }
}
