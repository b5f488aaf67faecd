//! The language of whoever asks: what she has chosen on the page, else what her browser prefers, else what the office
//! has configured.

use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, COOKIE, SET_COOKIE, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::visitor::Visitor;
use crate::locales::{Lang, within};

/// Longest `Accept-Language` that is looked at, bytes: browsers send fewer than 200.
const PREFERENCES_MAX: usize = 1000;

/// How long a choice is kept: one year.
const KEPT_S: u32 = 365 * 24 * 3600;

/// The language of whoever sends that query and these headers, and whether the query names it: `?lang=en`.
pub(super) fn language(query: Option<&str>, headers: &HeaderMap, configured: Lang) -> (Lang, bool) {
    if let Some(lang) = query.and_then(asked) {
        return (lang, true);
    }
    let cookie = lines(headers, &COOKIE).find_map(kept);
    let of_browser = || {
        let preferences: Vec<&str> = lines(headers, &ACCEPT_LANGUAGE).collect();
        preferred(&preferences.join(","))
    };
    (cookie.or_else(of_browser).unwrap_or(configured), false)
}

impl Visitor {
    /// What `say` puts into words, in the visitor's language.
    pub(super) fn answer<T: IntoResponse>(&self, say: impl FnOnce() -> T) -> Response {
        let mut response = within(self.lang, say).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.lang.tag()));
        headers.insert(VARY, HeaderValue::from_static("Accept-Language, Cookie"));
        response
    }

    /// The same for a page that keeps what the visitor has chosen there.
    pub(super) fn answer_and_keep<T: IntoResponse>(&self, say: impl FnOnce() -> T) -> Response {
        let mut response = self.answer(say);
        if self.chooses {
            let lang = self.lang;
            let cookie = format!("lang={lang}; Path=/; Max-Age={KEPT_S}; SameSite=Lax; HttpOnly");
            if let Ok(cookie) = HeaderValue::try_from(cookie) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
        }
        response
    }
}

/// The values of all headers of that name, as far as they are text.
fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

fn named(code: &str) -> Option<Lang> {
    Lang::ALL.into_iter().find(|lang| lang.code() == code)
}

/// The language that a query names: `lang=en`.
fn asked(query: &str) -> Option<Lang> {
    query.split('&').filter_map(|pair| pair.strip_prefix("lang=")).find_map(named)
}

/// The language that a `Cookie` header holds.
fn kept(cookies: &str) -> Option<Lang> {
    let pairs = cookies.split(';').map(str::trim);
    pairs.filter_map(|pair| pair.strip_prefix("lang=")).find_map(named)
}

/// The language that an `Accept-Language` header (RFC 9110 §12.5.4) wants most; of equal ones, the first. Elements that
/// are malformed or name other languages are passed over, a header that is too long is none.
fn preferred(header: &str) -> Option<Lang> {
    if header.len() > PREFERENCES_MAX {
        return None;
    }
    let mut best: Option<(Lang, u16)> = None;
    for (lang, weight) in header.split(',').filter_map(preference) {
        if weight > best.map_or(0, |(_, most)| most) {
            best = Some((lang, weight));
        }
    }
    best.map(|(lang, _)| lang)
}

/// A language and its weight in thousandths: `zh-CN`, `en;q=0.8`.
fn preference(element: &str) -> Option<(Lang, u16)> {
    let (range, weight) = match element.split_once(';') {
        Some((range, weight)) => (range, thousandths(weight.trim_matches(BLANK))?),
        None => (element, 1000),
    };
    let range = range.trim_matches(BLANK);
    let is_subtag = |subtag: &str| {
        (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let lang = Lang::of(range).filter(|_| range.split('-').all(is_subtag))?;
    Some((lang, weight))
}

const BLANK: [char; 2] = [' ', '\t'];

/// A weight: `q=` and 0 to 1 with up to three decimals.
fn thousandths(weight: &str) -> Option<u16> {
    let value = weight.strip_prefix("q=").or_else(|| weight.strip_prefix("Q="))?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Lang::{Chinese, English};

    #[test]
    fn the_heaviest_language_that_is_spoken_here_wins() {
        for (header, lang) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some(Chinese)),
            ("en-GB,en-US;q=0.9,en;q=0.8,zh-CN;q=0.7", Some(English)),
            ("en;q=0.2, zh;q=0.3", Some(Chinese)),
            ("fr, de;q=0.9, en;q=0.1", Some(English)),
            ("zh;q=0.5, en;q=0.5", Some(Chinese)),
            ("en, zh", Some(English)),
            ("EN-us;Q=0.4,zh-Hant-TW;q=0.399", Some(English)),
            ("\ten ;\tq=1.000 , zh;q=0.999", Some(English)),
            ("en;q=0,zh;q=0.001", Some(Chinese)),
            ("zh;q=0.,en;q=1.", Some(English)),
            ("zh;q=0", None),
            ("en;q=0.000", None),
            ("fr-CH, fr;q=0.9, *;q=0.5", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(preferred(header), lang, "{header:?}");
        }
    }

    #[test]
    fn what_is_malformed_is_passed_over() {
        for header in [
            "en;q=2",
            "en;q=1.001",
            "en;q=0.1234",
            "en;q=-0.5",
            "en;q=+0.5",
            "en;q=.5",
            "en;q=1e0",
            "en;q=",
            "en;q",
            "en;",
            "en;level=1",
            "en;q=0.5;q=0.9",
            "en;q = 0.5",
            "en_GB",
            "en.UTF-8",
            "en-",
            "en-toolongsubtag",
            "en us",
            "english",
            ";q=1",
            ",,;,",
            "e\u{301}n",
        ] {
            assert_eq!(preferred(header), None, "{header:?}");
            let beside = format!("{header}, zh;q=0.1");
            assert_eq!(preferred(&beside), Some(Chinese), "{beside:?}");
        }
    }

    #[test]
    fn a_header_that_is_too_long_is_none() {
        let header = |elements: usize| format!("{}en", "fr,".repeat(elements));
        assert_eq!(preferred(&header(332)), Some(English));
        assert_eq!(preferred(&header(333)), None);
    }

    #[test]
    fn the_choice_kept_in_a_cookie_is_found_among_others() {
        for (cookies, lang) in [
            ("lang=en", Some(English)),
            ("session=1; lang=zh; theme=dark", Some(Chinese)),
            ("xlang=en;lang=zh", Some(Chinese)),
            ("lang=fr; lang=en", Some(English)),
            ("lang=\"en\"", None),
            ("lang=en-GB", None),
            ("lang", None),
            ("", None),
        ] {
            assert_eq!(kept(cookies), lang, "{cookies:?}");
        }
    }

    #[test]
    fn a_choice_outweighs_the_browser_and_the_browser_the_office() {
        let reader = |query, cookie: &'static str, browser: &'static str, configured| {
            let mut headers = HeaderMap::new();
            for (name, value) in [(COOKIE, cookie), (ACCEPT_LANGUAGE, browser)] {
                if !value.is_empty() {
                    headers.append(name, HeaderValue::from_static(value));
                }
            }
            language(query, &headers, configured)
        };
        let keeps = |lang| (lang, false);
        let chooses = |lang| (lang, true);
        let en = Some("x=1&lang=en");
        assert_eq!(reader(en, "lang=zh", "zh", Chinese), chooses(English));
        assert_eq!(reader(Some("lang=fr"), "lang=en", "zh", Chinese), keeps(English));
        assert_eq!(reader(None, "lang=zh", "en", English), keeps(Chinese));
        assert_eq!(reader(None, "lang=fr", "en", Chinese), keeps(English));
        assert_eq!(reader(None, "", "fr", English), keeps(English));
        assert_eq!(reader(None, "", "", Chinese), keeps(Chinese));
    }

    #[test]
    fn headers_that_are_sent_twice_count_together() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_LANGUAGE, HeaderValue::from_static("zh;q=0.5"));
        headers.append(ACCEPT_LANGUAGE, HeaderValue::from_static("en;q=0.6"));
        assert_eq!(language(None, &headers, Chinese).0, English);
        headers.append(COOKIE, HeaderValue::from_static("theme=dark"));
        headers.append(COOKIE, HeaderValue::from_static("lang=zh"));
        assert_eq!(language(None, &headers, English).0, Chinese);
        let not_text = HeaderValue::from_bytes(b"en;q=0.5\xff").unwrap();
        headers.clear();
        headers.append(ACCEPT_LANGUAGE, not_text);
        assert_eq!(language(None, &headers, Chinese).0, Chinese);
    }
}
