//! Tests of what pages may unpack to.

use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::file::metadata::ParquetMetaDataReader;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use std::sync::Arc;

use super::*;

/// What is unfit in a file with the one column `station` of `texts`.
fn of_texts(texts: &[&str], properties: WriterProperties) -> ParquetResult<Option<Unfit>> {
    let schema = parse_message_type("message readings { required binary station (STRING); }")?;
    let mut file = tempfile::tempfile().unwrap();
    let mut writer = SerializedFileWriter::new(&mut file, Arc::new(schema), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    let mut column = group.next_column()?.unwrap();
    let values: Vec<ByteArray> = texts.iter().map(|text| ByteArray::from(*text)).collect();
    column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
    column.close()?;
    group.close()?;
    writer.close()?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file)?;
    let mut packed = file.metadata().unwrap().len();
    unfit(&file, metadata.row_group(0), &["station"], &mut packed)
}

fn gzip() -> ::parquet::file::properties::WriterPropertiesBuilder {
    WriterProperties::builder().set_compression(Compression::GZIP(Default::default()))
}

#[test]
fn pages_that_unpack_to_more_than_the_limit_are_told_with_and_without_dictionary() {
    let long = "a".repeat(33 << 20);
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        for dictionary in [true, false] {
            let properties = || {
                let own = gzip().set_writer_version(version).set_dictionary_enabled(dictionary);
                own.set_encoding(::parquet::basic::Encoding::PLAIN)
                    .set_statistics_enabled(EnabledStatistics::None)
                    .build()
            };
            let found = of_texts(&[&long], properties()).unwrap();
            assert_eq!(found, Some(Unfit::TooMuch), "{version:?} {dictionary}");
            let found = of_texts(&["pond-dongmen-1"; 5_000], properties()).unwrap();
            assert_eq!(found, None, "{version:?} {dictionary}");
        }
    }
}

#[test]
fn many_short_values_of_a_dictionary_cost_more_than_their_bytes() {
    let texts: Vec<String> = (0..1_200_000).map(|n| format!("{n:x}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let large = gzip().set_dictionary_page_size_limit(30 << 20).build();
    assert_eq!(of_texts(&texts, large).unwrap(), Some(Unfit::TooMuch));
    assert_eq!(of_texts(&texts, gzip().build()).unwrap(), None);
}

#[test]
fn an_encoding_that_repeats_parts_of_texts_is_not_read() {
    let encoding = ::parquet::basic::Encoding::DELTA_BYTE_ARRAY;
    let properties = gzip().set_dictionary_enabled(false).set_encoding(encoding).build();
    assert_eq!(of_texts(&["a", "aa"], properties).unwrap(), Some(Unfit::Encoding(7)));
}

#[test]
fn a_header_is_read_as_the_compact_protocol_writes_it() {
    // A dictionary page of 300 bytes, 10 in the file, with 3 values in PLAIN.
    let bytes = [0x15, 4, 0x15, 0xD8, 4, 0x15, 20, 0x4C, 0x15, 6, 0x15, 0, 0, 0];
    let header = Header::read(bytes.as_slice()).unwrap();
    let [packed, unpacked, levels] = [10, 300, 0];
    let encoding = 0;
    let values = Some(3);
    assert_eq!(header, Header { packed, unpacked, levels, compressed: true, encoding, values });
    for (at, byte) in [(2, 0x18), (3, 0xD9), (7, 0x49), (0, 0x95)] {
        let mut wrong = bytes;
        wrong[at] = byte;
        assert!(Header::read(wrong.as_slice()).is_err(), "{at}");
    }
    assert!(Header::read([0x15, 4, 0x15].as_slice()).is_err());
    assert!(Header::read([0x1C; 40].as_slice()).is_err());
}
