//! Which language a process speaks: what was asked for, else that of the environment.

use super::{Lang, Text, core as words};

/// Where a language can be asked for, the first that is set holds: `--lang`, `HANQING_LANG`, the configuration's
/// `lang`, then `LC_ALL`, `LC_MESSAGES` and `LANG` as in POSIX.1-2017, 8.2.
#[derive(Debug, Default, Clone)]
pub struct Asked {
    pub argument: Option<String>,
    pub own_variable: Option<String>,
    pub configured: Option<Lang>,
    /// The first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set and not empty, with its value.
    pub locale: Option<(&'static str, String)>,
}

impl Asked {
    /// What the environment asks for, beside `argument`.
    pub fn of_environment(argument: Option<String>) -> Self {
        let set = |name: &str| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
            Some(value.to_string_lossy().into_owned())
        };
        Self {
            argument,
            own_variable: set("HANQING_LANG"),
            configured: None,
            locale: ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .find_map(|name| Some((name, set(name)?))),
        }
    }

    /// The language, and what to say where an unknown one was asked for.
    pub fn choose(&self) -> (Lang, Option<Text>) {
        let mut unknown = None;
        let asked = [("--lang", &self.argument), ("HANQING_LANG", &self.own_variable)];
        let mut chosen = None;
        for (place, name) in asked {
            if let (None, Some(name)) = (chosen, name) {
                chosen = Lang::of(name);
                if chosen.is_none() && unknown.is_none() {
                    unknown = Some((place, name.as_str()));
                }
            }
        }
        let chosen = chosen.or(self.configured);
        if let (None, Some((place, name))) = (chosen, &self.locale)
            && Lang::of(name).is_none()
            && !NO_LANGUAGE.contains(&name.split('.').next().unwrap_or_default())
            && unknown.is_none()
        {
            unknown = Some((place, name));
        }
        let of_locale = || self.locale.as_ref().and_then(|(_, name)| Lang::of(name));
        let lang = chosen.or_else(of_locale).unwrap_or(Lang::English);
        let said = |(place, name)| words::unknown_language(place, shown(name), lang.code());
        (lang, unknown.map(said))
    }
}

/// A name as a message repeats it: without what would steer a terminal, and not endlessly.
fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(NAME_MAX).flat_map(char::escape_debug).collect();
    if name.chars().nth(NAME_MAX).is_some() {
        shown += "...";
    }
    if shown.is_empty() { "\"\"".into() } else { shown }
}

/// Longest name that is repeated in full, in characters: locales of POSIX are shorter.
const NAME_MAX: usize = 60;

/// Locales of which nobody could miss a word.
const NO_LANGUAGE: [&str; 2] = ["C", "POSIX"];

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(argument: &str, own_variable: &str, locale: &str) -> Asked {
        let set = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Asked {
            argument: set(argument),
            own_variable: set(own_variable),
            configured: None,
            locale: set(locale).map(|name| ("LANG", name)),
        }
    }

    #[test]
    fn what_is_nearer_to_the_call_holds() {
        for (asked, lang) in [
            (asked("en", "zh", "zh_CN.UTF-8"), Lang::English),
            (asked("", "zh", "en_GB.UTF-8"), Lang::Chinese),
            (asked("", "", "zh_CN.UTF-8"), Lang::Chinese),
            (asked("", "", "C.UTF-8"), Lang::English),
            (asked("", "", ""), Lang::English),
            (Asked { configured: Some(Lang::Chinese), ..asked("", "", "en_GB") }, Lang::Chinese),
            (Asked { configured: Some(Lang::Chinese), ..asked("", "en", "") }, Lang::English),
        ] {
            assert_eq!(asked.choose(), (lang, None), "{asked:?}");
        }
    }

    #[test]
    fn an_unknown_language_is_named_once_and_the_next_that_is_asked_for_holds() {
        for (asked, lang, place) in [
            (asked("fr", "zh", ""), Lang::Chinese, "--lang = fr"),
            (asked("fr", "de", "zh_CN"), Lang::Chinese, "--lang = fr"),
            (asked("", "de", "fr_FR.UTF-8"), Lang::English, "HANQING_LANG = de"),
            (asked("", "", "fr_FR.UTF-8"), Lang::English, "LANG = fr_FR.UTF-8"),
            (asked("\u{1b}[2J", "", ""), Lang::English, "--lang = \\u{1b}[2J:"),
        ] {
            let (chosen, said) = asked.choose();
            assert_eq!(chosen, lang, "{asked:?}");
            assert!(said.unwrap().to_string().starts_with(place), "{asked:?}");
        }
    }

    #[test]
    fn the_variable_that_was_read_is_named() {
        let locale = Some(("LC_ALL", "fr_FR.UTF-8".to_owned()));
        let (_, said) = Asked { locale, ..Asked::default() }.choose();
        let said = said.unwrap();
        assert!(said.to_string().starts_with("LC_ALL = fr_FR.UTF-8: "), "{said}");
        assert!(said.within(Lang::Chinese).starts_with("LC_ALL = fr_FR.UTF-8：没有这种语言"));
    }
}
