//! Readings of a span as a file that is sent while it is written: no more than a part of it is ever in memory.

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::parquet::Groups;
use super::{Format, csv};
use crate::core::{Reading, Series};
use crate::store::{Sqlite, StoreError};
use crate::wire::CounterSpec;

/// Readings of a part, and of a row group of Parquet: some 10 MB. Engineering judgement.
const PART_READINGS: usize = 65_536;

/// What to write.
#[derive(Debug, Clone)]
pub struct Span {
    /// In the order in which they are written.
    pub series: Vec<Series>,
    pub from: Timestamp,
    /// Exclusive.
    pub to: Timestamp,
}

/// Writes the readings of `span` as they came, with local times of `zone`, as an export to a file does. What is
/// committed meanwhile may be in it or not. Returns how many there were.
///
/// # Errors
/// The store cannot be read, or `out` takes no more.
pub fn write(
    store: &Sqlite,
    format: Format,
    span: &Span,
    zone: &TimeZone,
    mut out: impl Write + Send,
) -> anyhow::Result<u64> {
    let counters = store.counters()?;
    if format == Format::Parquet {
        let mut groups = Groups::begin(&mut out)?;
        let written = parts(store, span, PART_READINGS, &mut |part| {
            groups.add(part, &|reading| spec(&counters, reading))
        })?;
        groups.finish()?;
        return Ok(written);
    }
    out.write_all(&csv::header())?;
    let written = parts(store, span, PART_READINGS, &mut |part| {
        csv::write(&mut out, part, &|reading| spec(&counters, reading), zone)
    })?;
    out.flush()?;
    Ok(written)
}

fn spec(counters: &BTreeMap<Series, CounterSpec>, reading: &Reading) -> Option<CounterSpec> {
    counters.get(&reading.series).copied()
}

/// Hands the readings of `span` to `write`, `most` at a time. The store is not held at one instant while they are
/// written: whoever takes them slowly would keep its log from being folded back.
fn parts(
    store: &Sqlite,
    span: &Span,
    most: usize,
    write: &mut dyn FnMut(&[Reading]) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
    let (mut part, mut written) = (Vec::new(), 0);
    for series in &span.series {
        let mut from = span.from;
        loop {
            let mut full = false;
            let read = store.each_reading(series, from, span.to, &mut |reading: Reading| {
                from = reading.observed_at;
                part.push(reading);
                full = part.len() >= most;
                // Any error stops the reading.
                if full { Err(StoreError::Closed) } else { Ok(()) }
            });
            if !full {
                read?;
                break;
            }
            written += part.len() as u64;
            write(&part)?;
            part.clear();
            from = Timestamp::from_millisecond(from.as_millisecond() + 1)?;
        }
    }
    written += part.len() as u64;
    if !part.is_empty() {
        write(&part)?;
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::wire::{Batch, Epoch};

    fn filled() -> (tempfile::TempDir, Sqlite) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open(&folder.path().join("store.db")).unwrap();
        let at = |minute: i64| Timestamp::from_second(1_659_312_000 + 60 * minute).unwrap();
        let readings = ["pond-1/level", "pump-1/power"].into_iter().flat_map(|name| {
            let series: Series = name.parse().unwrap();
            (0..50).map(move |minute| Reading::good(series.clone(), at(minute), minute as f64))
        });
        let batch = Batch {
            gateway: "gw-1".parse().unwrap(),
            epoch: Epoch(1),
            seq: 1,
            clock: None,
            loss: None,
            readings: readings.collect(),
        };
        store.commit(&[batch], at(60)).unwrap();
        (folder, store)
    }

    fn span(store: &Sqlite) -> Span {
        let to = "2022-08-01T00:40:00Z".parse().unwrap();
        Span { series: store.series().unwrap(), from: Timestamp::MIN, to }
    }

    #[test]
    fn parts_hold_each_reading_of_the_span_once_whatever_their_size() {
        let (_folder, store) = filled();
        for most in [1, 7, 40, 80, 81, 1000] {
            let mut found = Vec::new();
            let written = parts(&store, &span(&store), most, &mut |part| {
                assert!(part.len() <= most);
                found.extend(part.iter().map(|reading| (reading.series.clone(), reading.value())));
                Ok(())
            });
            assert_eq!(written.unwrap(), 80, "{most}");
            let expected = store.series().unwrap().into_iter().flat_map(|series| {
                (0..40).map(move |minute| (series.clone(), Some(f64::from(minute))))
            });
            assert!(found.into_iter().eq(expected), "{most}");
        }
    }

    #[test]
    fn a_stream_is_the_file_that_an_export_writes() {
        let (folder, store) = filled();
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        for format in [Format::Csv, Format::Parquet] {
            let mut streamed = Vec::new();
            let span = Span { to: Timestamp::MAX, ..span(&store) };
            assert_eq!(write(&store, format, &span, &zone, &mut streamed).unwrap(), 100);
            let path = folder.path().join(format!("{format:?}"));
            let export = super::super::Export::all(&folder.path().join("store.db"), format);
            export.write(&store, &zone, &path, false, &|_| {}).unwrap();
            if format == Format::Csv {
                assert_eq!(streamed, std::fs::read(&path).unwrap());
            }
            assert!(streamed.len() > 500 && !streamed.is_empty());
        }
    }

    #[test]
    fn whoever_takes_no_more_ends_it() {
        struct Gone(usize);
        impl Write for Gone {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0 = self.0.checked_sub(1).ok_or(std::io::ErrorKind::BrokenPipe)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let (_folder, store) = filled();
        for format in [Format::Csv, Format::Parquet] {
            assert!(write(&store, format, &span(&store), &TimeZone::UTC, Gone(0)).is_err());
        }
    }
}
