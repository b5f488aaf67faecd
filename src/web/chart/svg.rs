//! SVG as text: escaping and numbers.

use std::fmt::Write;

/// `text` so that it stands for itself in markup and in quoted attributes. What XML 1.0 has no place for is left out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c < ' ' => {}
            c => out.push(c),
        }
    }
    out
}

/// A coordinate with at most one decimal. One that is not finite cannot be drawn; no caller has one.
pub fn number(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".into() } else { text.into() }
}

/// The commands of a path.
#[derive(Default)]
pub struct Path(String);

impl Path {
    /// Begins a line at a point; further points follow by [`Self::to`].
    pub fn start(&mut self, x: f64, y: f64) {
        self.put("M", x, y);
    }

    /// Goes on to a point.
    pub fn to(&mut self, x: f64, y: f64) {
        self.put(" ", x, y);
    }

    /// A horizontal stroke. One of no length is made long enough to be seen as a dot.
    pub fn stroke(&mut self, x: f64, y: f64, length: f64) {
        self.start(x, y);
        self.push(format_args!("h{}", number(length.max(0.1))));
    }

    /// A box from a corner.
    pub fn area(&mut self, x: f64, y: f64, width: f64, height: f64) {
        self.start(x, y);
        let (w, h) = (number(width), number(height));
        self.push(format_args!("h{w}v{h}h-{w}z"));
    }

    pub fn close(&mut self) {
        self.0.push('z');
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn put(&mut self, command: &str, x: f64, y: f64) {
        self.push(format_args!("{command}{} {}", number(x), number(y)));
    }

    fn push(&mut self, what: std::fmt::Arguments<'_>) {
        self.0.write_fmt(what).expect("writing into a String does not fail");
    }

    /// The element of that class; nothing where there is nothing to draw.
    pub fn element(&self, class: &str) -> String {
        if self.is_empty() {
            return String::new();
        }
        format!("<path class=\"{class}\" d=\"{}\"/>", self.0)
    }
}
