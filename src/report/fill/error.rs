//! Why an office's file cannot be filled.

use zip::result::ZipError;

use crate::locales::{Text, fill as words, foreign};

/// Why a file cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    #[error("{}", words::no_archive(.0))]
    Archive(Text),
    #[error("{}", words::old_word())]
    Old,
    /// An entry of the archive would lie outside of it where it is unpacked.
    #[error("{}", words::outside(name))]
    Outside { name: String },
    #[error("{}", words::no_document())]
    NoDocument,
    #[error("{}", words::too_large(what, most))]
    TooLarge { what: Text, most: u64 },
    /// A part is not valid XML at byte `at`.
    #[error("{}", words::xml_wrong(part, at, what))]
    Xml { part: String, at: u64, what: Text },
}

/// # Errors
/// There are more than `most` of `what`.
pub(super) fn within(count: usize, most: usize, what: fn() -> Text) -> Result<(), FillError> {
    match count > most {
        true => Err(FillError::TooLarge { what: what(), most: most as u64 }),
        false => Ok(()),
    }
}

impl From<ZipError> for FillError {
    fn from(error: ZipError) -> Self {
        Self::Archive(match error {
            ZipError::Io(error) => foreign::io(&error),
            ZipError::InvalidArchive(_) | ZipError::FileNotFound => words::zip_invalid(),
            ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
                words::zip_unsupported()
            }
            ZipError::InvalidPassword => words::zip_password(),
            other => foreign::said(other),
        })
    }
}

impl From<std::io::Error> for FillError {
    fn from(error: std::io::Error) -> Self {
        Self::Archive(foreign::io(&error))
    }
}
