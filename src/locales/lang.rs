//! The languages, and which of them is spoken now.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

/// A language that hanqing speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Lang {
    #[serde(rename = "zh")]
    Chinese,
    #[serde(rename = "en")]
    English,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// As `--lang` and `lang = ` are written.
    pub fn code(self) -> &'static str {
        self.pick("zh", "en")
    }

    /// As files and pages name it, by BCP 47.
    pub fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }

    /// The language of a name such as `zh`, `zh-CN`, `zh_CN.UTF-8`, `en` or `en_GB.UTF-8@euro`.
    ///
    /// ```
    /// use hanqing::locales::Lang;
    ///
    /// assert_eq!(Lang::of("zh_CN.UTF-8"), Some(Lang::Chinese));
    /// assert_eq!(Lang::of("EN"), Some(Lang::English));
    /// assert_eq!(Lang::of("fr_FR"), None);
    /// ```
    pub fn of(name: &str) -> Option<Self> {
        let language = name.split(['_', '-', '.', '@']).next()?;
        Self::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(language))
    }

    /// Which of the two is in this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }

    /// The language that is spoken here and now: that of the innermost [`within`], else the process's own.
    pub fn current() -> Self {
        HERE.get().map_or_else(
            || match PROCESS.load(Ordering::Relaxed) {
                CHINESE => Self::Chinese,
                _ => Self::English,
            },
            |(lang, _)| lang,
        )
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Who reads what is put into words.
#[derive(Clone, Copy, PartialEq)]
enum Reader {
    Person,
    Program,
}

thread_local! {
    static HERE: Cell<Option<(Lang, Reader)>> = const { Cell::new(None) };
}

/// Whether a program reads what is put into words here: it gets the built-in words, whatever an office calls things.
pub(super) fn for_a_program() -> bool {
    HERE.get().is_some_and(|(_, reader)| reader == Reader::Program)
}

const CHINESE: u8 = 1;
const ENGLISH: u8 = 2;

/// The process's own language; English until [`speak`] is called.
static PROCESS: AtomicU8 = AtomicU8::new(ENGLISH);

/// Makes `lang` the language of the whole process, for what is shown outside of any [`within`].
pub fn speak(lang: Lang) {
    let code = match lang {
        Lang::Chinese => CHINESE,
        Lang::English => ENGLISH,
    };
    PROCESS.store(code, Ordering::Relaxed);
}

/// Runs `show`, and whatever it puts into words on this thread is in `lang`, for a person: in an office's own wording,
/// where it has one.
pub fn within<T>(lang: Lang, show: impl FnOnce() -> T) -> T {
    here((lang, Reader::Person), show)
}

/// As [`within`], for programs and for what is kept: JSON, logs, rows of a database. An office's own wording is no part
/// of it.
pub fn for_programs<T>(lang: Lang, show: impl FnOnce() -> T) -> T {
    here((lang, Reader::Program), show)
}

fn here<T>(here: (Lang, Reader), show: impl FnOnce() -> T) -> T {
    /// Gives what was before back, also where `show` panics.
    struct Before(Option<(Lang, Reader)>);
    impl Drop for Before {
        fn drop(&mut self) {
            HERE.set(self.0);
        }
    }
    let _before = Before(HERE.replace(Some(here)));
    show()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_before_comes_back() {
        within(Lang::Chinese, || {
            within(Lang::English, || assert_eq!(Lang::current(), Lang::English));
            assert_eq!(Lang::current(), Lang::Chinese);
            let _ = std::panic::catch_unwind(|| within(Lang::English, || panic!("shown nothing")));
            assert_eq!(Lang::current(), Lang::Chinese);
        });
        assert_eq!(Lang::current(), Lang::English);
    }

    #[test]
    fn a_name_of_an_environment_has_a_language() {
        for (name, lang) in [
            ("zh", Some(Lang::Chinese)),
            ("zh-Hans-CN", Some(Lang::Chinese)),
            ("zh_CN.GB18030", Some(Lang::Chinese)),
            ("en_US.UTF-8", Some(Lang::English)),
            ("english", None),
            ("C", None),
            ("", None),
        ] {
            assert_eq!(Lang::of(name), lang, "{name}");
        }
    }
}
