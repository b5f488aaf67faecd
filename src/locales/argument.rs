//! What fills a placeholder of a message.

use std::fmt;
use std::path::{Path, PathBuf};

use super::Text;

/// A name, a number, or another text, which is put into the same language as the message around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    Words(String),
    Text(Text),
}

impl Argument {
    /// Whatever can be written, as it is written now and in both languages. For an error, whose words differ by
    /// language, make its [`Text`] instead.
    #[inline(never)]
    pub fn of(value: impl fmt::Display) -> Self {
        Self::Words(value.to_string())
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl From<Text> for Argument {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<&Text> for Argument {
    fn from(text: &Text) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Argument {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<&Path> for Argument {
    fn from(path: &Path) -> Self {
        Self::of(path.display())
    }
}

impl From<&PathBuf> for Argument {
    fn from(path: &PathBuf) -> Self {
        Self::of(path.display())
    }
}

impl From<fmt::Arguments<'_>> for Argument {
    fn from(words: fmt::Arguments<'_>) -> Self {
        Self::of(words)
    }
}

macro_rules! written {
    ($($kind:ty),*) => {
        $(
            impl From<$kind> for Argument {
                // Once, and not at every message: a gateway is small.
                #[inline(never)]
                fn from(value: $kind) -> Self {
                    Self::of(value)
                }
            }
        )*
    };
}

written!(
    &str, &String, &&str, char, u8, u16, u32, u64, usize, i8, i16, i32, i64, f32, f64, &u8, &u16,
    &u32, &u64, &usize, &f64
);
