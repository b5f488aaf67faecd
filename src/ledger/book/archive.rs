//! The archive in which .xlsx and .ods lie: its parts as XML, within bounds.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use super::problems;
use crate::core::Problem;
use crate::locales::book as words;

/// Most bytes that all parts together unpack to, each time one is read. Engineering judgement: a ledger of a hundred
/// thousand rows has some 60 MB.
const UNPACKED_MAX: u64 = 128 << 20;

/// Most bytes from one tag to the next. A cell of Excel has at most 32,767 characters.
const PIECE_MAX: usize = 2 << 20;

/// Most elements that lie in one another. Engineering judgement: a workbook has some ten.
const DEPTH_MAX: usize = 200;

/// Most tags and texts of all parts together, each time one is read: some five for a cell and four for a shared string.
/// A ledger of a hundred thousand full rows has some 12 million. Engineering judgement.
const EVENTS_MAX: u64 = 20_000_000;

/// Most parts. Engineering judgement: a workbook has some dozens, and a picture is one.
const PARTS_MAX: usize = 10_000;

/// How each part begins in the directory of an archive.
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// An archive.
pub(super) struct Archive<'a> {
    packed: ZipArchive<Cursor<&'a [u8]>>,
    /// Bytes that may still be unpacked.
    left: u64,
    /// Tags and texts that may still be read.
    events: u64,
}

impl<'a> Archive<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, Problem> {
        let entries = bytes.windows(DIRECTORY_ENTRY.len()).filter(|at| *at == DIRECTORY_ENTRY);
        if entries.take(PARTS_MAX + 1).count() > PARTS_MAX {
            return Err(problems::damaged(words::too_many_parts(PARTS_MAX)));
        }
        let packed = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        Ok(Self { packed, left: UNPACKED_MAX, events: EVENTS_MAX })
    }

    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether a part lies in this folder, which ends with `/`.
    pub fn has_folder(&self, folder: &str) -> bool {
        self.names().any(|name| name.starts_with(folder))
    }

    /// The part `name` as XML; `None` if there is none.
    pub fn xml(&mut self, name: &str) -> Result<Option<Xml<'_>>, Problem> {
        let Some(name) = self.find(name) else {
            return Ok(None);
        };
        let part = self.packed.by_name(&name).map_err(broken)?;
        let limited = Limited { part: Box::new(part), left: &mut self.left };
        let inner = BufReader::with_capacity(1 << 16, limited);
        Ok(Some(Xml::new(Pieces { inner, length: 0 }, &mut self.events)))
    }

    /// The first bytes of the part `name`.
    pub fn begin(&mut self, name: &str, most: u64) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        if let Some(name) = self.find(name) {
            let part = self.packed.by_name(&name).map_err(broken)?;
            part.take(most)
                .read_to_end(&mut bytes)
                .map_err(|error| problems::unreadable(&error))?;
        }
        Ok(bytes)
    }

    fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.packed.file_names().filter_map(Result::ok)
    }

    /// The name as it is in the archive: parts differ by more than the case of letters.
    fn find(&self, name: &str) -> Option<String> {
        if self.packed.index_for_name(name).is_some() {
            return Some(name.to_owned());
        }
        self.names().find(|own| own.eq_ignore_ascii_case(name)).map(Cow::into_owned)
    }
}

/// What is wrong with an archive.
fn broken(error: ZipError) -> Problem {
    match error {
        ZipError::InvalidPassword | ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            problems::has_password()
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            problems::damaged(words::archive_unsupported())
        }
        _ => problems::damaged(words::archive_damaged()),
    }
}

/// A part that is unpacked within the budget of its archive. The sizes in the directory are not trusted.
struct Limited<'a> {
    part: Box<dyn Read + 'a>,
    left: &'a mut u64,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.part.read(buffer)?;
        let left = self.left.checked_sub(read as u64);
        *self.left = left.ok_or(ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

/// Bytes of XML of which no piece is too long: a reader keeps it whole.
struct Pieces<'a> {
    inner: BufReader<Limited<'a>>,
    /// Bytes since the last `<`.
    length: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl BufRead for Pieces<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.length > PIECE_MAX {
            return Err(ErrorKind::QuotaExceeded.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let bytes = self.inner.buffer().get(..count).unwrap_or_default();
        match bytes.iter().rposition(|byte| *byte == b'<') {
            Some(at) => self.length = count - at,
            None => self.length += count,
        }
        self.inner.consume(count);
    }
}

/// A part of an archive, event by event. An empty element is a start and an end.
pub(super) struct Xml<'a> {
    reader: Reader<Pieces<'a>>,
    buffer: Vec<u8>,
    depth: usize,
    events: &'a mut u64,
}

impl<'a> Xml<'a> {
    fn new(pieces: Pieces<'a>, events: &'a mut u64) -> Self {
        let mut reader = Reader::from_reader(pieces);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0, events }
    }

    /// The next event; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Event<'_>>, Problem> {
        self.buffer.clear();
        *self.events = self.events.checked_sub(1).ok_or_else(problems::too_many_events)?;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
            quick_xml::Error::Io(error) => problems::unreadable(&error),
            _ => xml_damaged(),
        })?;
        match &event {
            Event::Start(_) if self.depth >= DEPTH_MAX => return Err(xml_damaged()),
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            // No spreadsheet writes one; it defines entities that grow without bound.
            Event::DocType(_) => return Err(xml_damaged()),
            Event::Eof if self.depth > 0 => return Err(xml_damaged()),
            Event::Eof => return Ok(None),
            _ => {}
        }
        Ok(Some(event))
    }
}

pub(super) fn xml_damaged() -> Problem {
    problems::damaged(words::xml_damaged())
}

/// The value of an attribute, by its name without the namespace.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Problem> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| xml_damaged())?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            return Ok(Some(value.map_err(|_| xml_damaged())?.into_owned()));
        }
    }
    Ok(None)
}

/// Whether an attribute is true, as XML Schema writes it.
pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "true" | "on"))
}

/// Adds the text of `event`, if it is any, to `text`.
pub(super) fn push_text(event: &Event<'_>, text: &mut String) -> Result<(), Problem> {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(reference) => {
            let c = match reference.resolve_char_ref().map_err(|_| xml_damaged())? {
                Some(c) => c,
                None => match reference.xml10_content().as_ref() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => return Err(xml_damaged()),
                },
            };
            text.push(c);
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
