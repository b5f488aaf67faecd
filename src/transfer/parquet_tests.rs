//! Tests of reading Parquet.

use super::*;

#[test]
fn a_text_longer_than_any_of_ours_is_refused_at_its_first_row() {
    let mut out = tempfile::tempfile().unwrap();
    let mut file = SerializedFileWriter::new(&mut out, schema().unwrap(), properties()).unwrap();
    let mut group = file.next_row_group().unwrap();
    // Each row would have a copy of it, though the file has it once.
    let long = "a".repeat(TEXT_MAX + 1);
    for text in [long.as_str(), "level", "m"] {
        required::<ByteArrayType>(&mut group, vec![ByteArray::from(text); 1000].into_iter())
            .unwrap();
    }
    required::<Int64Type>(&mut group, 0..1000).unwrap();
    optional::<DoubleType>(&mut group, (0..1000).map(|_| Some(1.0))).unwrap();
    required::<Int32Type>(&mut group, (0..1000).map(|_| 1)).unwrap();
    for _ in 0..2 {
        optional::<ByteArrayType>(&mut group, (0..1000).map(|_| None)).unwrap();
    }
    for _ in 0..2 {
        optional::<DoubleType>(&mut group, (0..1000).map(|_| None)).unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    let mut taken = 0;
    let read = read(out, &mut |_, _| {
        taken += 1;
        Ok(())
    });
    assert_eq!(
        read.unwrap_err().to_string(),
        words::text_too_long(1, "station", TEXT_MAX).to_string()
    );
    assert_eq!(taken, 0);
}

/// A file of `rows` readings of one station.
fn of_station(station: &str, rows: i64) -> File {
    let mut out = tempfile::tempfile().unwrap();
    let mut file = SerializedFileWriter::new(&mut out, schema().unwrap(), properties()).unwrap();
    let mut group = file.next_row_group().unwrap();
    let all = || 0..rows;
    for text in [station, "level", "m"] {
        let texts = all().map(|_| ByteArray::from(text));
        required::<ByteArrayType>(&mut group, texts).unwrap();
    }
    required::<Int64Type>(&mut group, all().map(|n| 1_660_000_000_000 + n * 60_000)).unwrap();
    optional::<DoubleType>(&mut group, all().map(|_| Some(1.0))).unwrap();
    required::<Int32Type>(&mut group, all().map(|_| 1)).unwrap();
    for _ in 0..2 {
        optional::<ByteArrayType>(&mut group, all().map(|_| None)).unwrap();
    }
    for _ in 0..2 {
        optional::<DoubleType>(&mut group, all().map(|_| None)).unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    out
}

/// What reading `file` comes to, and how many rows were handed on.
fn taken(file: File) -> (anyhow::Result<()>, u64) {
    let mut taken = 0;
    let read = read(file, &mut |number, _| {
        taken += 1;
        assert_eq!(number, taken);
        Ok(())
    });
    (read, taken)
}

#[test]
fn all_rows_of_our_own_pages_are_read() {
    let (read, taken) = taken(of_station("pond-1", 50_000));
    read.unwrap();
    assert_eq!(taken, 50_000);
}

#[test]
fn no_more_is_read_after_a_thousand_wrong_rows() {
    let (read, taken) = taken(of_station("No Station", 5_000));
    let said = words::too_many_wrong(WRONG_MAX, WRONG_MAX).to_string();
    assert_eq!(read.unwrap_err().to_string(), said);
    assert_eq!(taken, WRONG_MAX);
}

#[test]
fn a_page_of_more_than_the_limit_is_refused_before_its_first_row() {
    let (read, taken) = taken(of_station(&"a".repeat(33 << 20), 1));
    let said = words::pages_too_large(1, UNPACKED_MAX >> 20).to_string();
    assert_eq!(read.unwrap_err().to_string(), said);
    assert_eq!(taken, 0);
}

#[test]
fn a_description_of_more_bytes_than_the_limit_is_refused() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"PAR1").unwrap();
    file.write_all(&(FOOTER_MAX + 1).to_le_bytes()).unwrap();
    file.write_all(b"PAR1").unwrap();
    let (read, _) = taken(file);
    assert_eq!(read.unwrap_err().to_string(), words::damaged().to_string());
}
