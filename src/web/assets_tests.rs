//! Tests of the files that pages load, and of the colours in them.

use std::collections::BTreeMap;

use super::*;

/// The least contrast of text and what is behind it, WCAG 2.2 AA.
const CONTRAST_MIN: f64 = 4.5;

const STATUSES: [&str; 8] = ["normal", "low", "warn", "guard", "dry", "none", "info", "alert"];

/// The colours of each `:root` block that has some: light, dark, print.
fn palettes() -> Vec<BTreeMap<&'static str, &'static str>> {
    let blocks = STYLE.split(":root").skip(1).filter_map(|block| {
        let (_, rest) = block.split_once('{')?;
        rest.split_once('}').map(|(block, _)| block)
    });
    let colours = |block: &'static str| {
        let pairs = block.split(';').filter_map(|line| line.split_once(':'));
        let pairs = pairs.map(|(name, value)| (name.trim(), value.trim()));
        let colours = pairs.filter_map(|(name, value)| {
            Some((name.strip_prefix("--")?, value)).filter(|(_, value)| value.starts_with('#'))
        });
        colours.collect::<BTreeMap<_, _>>()
    };
    blocks.map(colours).filter(|colours| !colours.is_empty()).collect()
}

/// Relative luminance by WCAG 2.2.
fn luminance(colour: &str) -> f64 {
    assert_eq!(colour.len(), 7, "{colour} is #rrggbb");
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn black_on_white_has_the_greatest_contrast() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
}

#[test]
fn every_text_can_be_read_in_light_dark_and_print() {
    let palettes = palettes();
    assert_eq!(palettes.len(), 3, "light, dark and print");
    for palette in palettes {
        let pairs = STATUSES.iter().map(|status| (status.to_string(), format!("{status}-bg")));
        let texts = ["ink", "soft", "link"].into_iter().flat_map(|text| {
            ["paper", "card", "head"].map(|behind| (text.to_owned(), behind.to_owned()))
        });
        // Words of a trend stand on the card, and a button is the other way round.
        let others = [("guard", "card"), ("warn", "card"), ("water", "card"), ("info", "card")]
            .map(|(text, behind)| (text.to_owned(), behind.to_owned()));
        for (text, behind) in pairs.chain(texts).chain(others) {
            let ratio = contrast(palette[text.as_str()], palette[behind.as_str()]);
            assert!(ratio >= CONTRAST_MIN, "--{text} on --{behind}: {ratio:.2} in {palette:?}");
        }
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    for text in [STYLE, SCRIPT, CHART_SCRIPT] {
        // The name of SVG, at which nothing is asked for.
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for banned in ["http://", "https://", "@import", "url(", "eval("] {
            assert!(!text.contains(banned), "{banned}");
        }
    }
    assert!(!ICON.contains("href"), "the icon is whole");
}

#[test]
fn scripts_are_small() {
    assert!(SCRIPT.len() + CHART_SCRIPT.len() <= 24_000, "a few kB of script");
}

#[tokio::test]
async fn a_file_is_there_under_its_digest_only() {
    let name = |address: &str| Ok(Path(address.rsplit('/').next().unwrap().to_owned()));
    for (address, kind) in [
        (&ASSETS.style, "text/css; charset=utf-8"),
        (&ASSETS.script, "text/javascript; charset=utf-8"),
        (&ASSETS.chart_script, "text/javascript; charset=utf-8"),
        (&ASSETS.icon, "image/svg+xml"),
    ] {
        let digits = address.rsplit('-').next().unwrap().split('.').next().unwrap();
        assert_eq!(digits.len(), 16, "{address}");
        let response = file(name(address)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], kind);
        assert_eq!(response.headers()[header::CACHE_CONTROL], KEPT);
        let other = address.replace(digits, "0123456789abcdef");
        assert_eq!(file(name(&other)).await.status(), StatusCode::NOT_FOUND);
    }
    for other in ["/assets/style.css", "/assets/..", "/assets/"] {
        assert_eq!(file(name(other)).await.status(), StatusCode::NOT_FOUND);
    }
}
