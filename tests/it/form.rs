//! The forms of a page, as a browser without scripts finds and sends them.

use crate::visit::{Answer, Visit};

/// A form, and what it sends where nobody changes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The first form of a page whose action has these letters in it.
    pub fn of(page: &str, action: &str) -> Option<Self> {
        let mut forms = page.split("<form").skip(1).filter_map(|rest| {
            let form = rest.split("</form>").next()?;
            let head = form.split('>').next()?;
            let to = attribute(head, "action").unwrap_or_default();
            to.contains(action).then(|| Self { action: to, fields: fields(form) })
        });
        forms.next()
    }

    /// Fills in a field. One that the form does not have is not sent by a browser: the test is wrong.
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(field, _)| field == name);
        let Some(field) = field else { panic!("no field {name} in {self:?}") };
        value.clone_into(&mut field.1);
        self
    }

    /// Fills in every field whose name has these letters, such as a password that is asked for twice.
    pub fn fill_all(mut self, letters: &str, value: &str) -> Self {
        for (_, field) in self.fields.iter_mut().filter(|(name, _)| name.contains(letters)) {
            value.clone_into(field);
        }
        self
    }

    pub fn send(&self, visit: &mut Visit) -> Answer {
        let fields: Vec<(&str, &str)> =
            self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        visit.post(&self.action, &fields)
    }
}

/// Names and values of what stands between `<form` and its end.
fn fields(form: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut chooses = false;
    for tag in form.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap_or((tag, ""));
        let name = attribute(tag, "name");
        let value = attribute(tag, "value");
        if tag.starts_with("option") {
            let first = std::mem::take(&mut chooses);
            if (first || tag.contains("selected"))
                && let Some(last) = found.last_mut()
            {
                last.1 = value.unwrap_or_else(|| plain(text.trim()));
            }
            continue;
        }
        let Some(name) = name else { continue };
        let kind = attribute(tag, "type").unwrap_or_default();
        let marked = tag.contains("checked");
        if tag.starts_with("input") && matches!(kind.as_str(), "radio" | "checkbox") {
            match found.iter().position(|(field, _)| *field == name) {
                Some(place) if marked => found[place].1 = value.unwrap_or_default(),
                Some(_) => {}
                None => found.push((name, value.unwrap_or_default())),
            }
        } else if tag.starts_with("input") {
            found.push((name, value.unwrap_or_default()));
        } else if tag.starts_with("textarea") {
            found.push((name, plain(text)));
        } else if tag.starts_with("select") {
            chooses = true;
            found.push((name, String::new()));
        }
    }
    found
}

/// The value of an attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!("{name}=\"");
    let mut places = tag.match_indices(&start);
    let whole = |(at, _): &(usize, &str)| tag[..*at].ends_with(char::is_whitespace);
    let (at, _) = places.find(whole)?;
    let rest = &tag[at + start.len()..];
    Some(plain(&rest[..rest.find('"')?]))
}

/// A text as it was before it was escaped for HTML.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let (name, behind) = after.split_once(';').unwrap_or(("", after));
        let hex = name.strip_prefix("#x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = hex.or_else(|| name.strip_prefix('#').and_then(|digits| digits.parse().ok()));
        match (name, code.and_then(char::from_u32)) {
            (_, Some(letter)) => plain.push(letter),
            ("amp", _) => plain.push('&'),
            ("lt", _) => plain.push('<'),
            ("gt", _) => plain.push('>'),
            ("quot", _) => plain.push('"'),
            _ => plain.push('&'),
        }
        rest = behind;
    }
    plain + rest
}

#[test]
fn a_form_is_read_as_a_browser_reads_it() {
    let page = "<form action=\"/a\"><input name=\"x\"></form><form method=\"post\" action=\"/b&#x2f;c\">\
        <input type=\"hidden\" name=\"form_token\" value=\"t\"><select name=\"kind\"><option value=\"note\">N\
        <option value=\"wrong\" selected>W</select><textarea name=\"why\">a &amp; b</textarea>\
        <input type=\"radio\" name=\"r\" value=\"1\"><input type=\"radio\" name=\"r\" value=\"2\" checked></form>";
    let form = Form::of(page, "/b").unwrap();
    assert_eq!(form.action, "/b/c");
    let has: Vec<String> =
        form.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(has, ["form_token=t", "kind=wrong", "why=a & b", "r=2"]);
    assert_eq!(Form::of(page, "/d"), None);
}
