//! The templates of all pages: each page's own beside its code, layout and parts here. Every text is escaped, and words
//! are put into the language of whoever asks while a page is rendered.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context};
use serde::Serialize;

use super::assets::ASSETS;
use super::format::encoded;
use super::model::Shown;
use super::visitor::Visitor;
use crate::core::Role;
use crate::locales::{self, Lang, Text, full_moment, page as words};

/// Instructions that a rendering may take: enough for well over a thousand sources, and a bound on a runaway template.
const FUEL: u64 = 5_000_000;

/// The compiled templates. They are part of the program and tested with it. Should one not compile, each rendering
/// reports it, and the hub goes on taking readings.
pub(super) struct Templates {
    environment: Environment<'static>,
}

/// Name and text of each template.
pub(super) const SOURCES: [(&str, &str); 27] = [
    ("layout", include_str!("layout.html.j2")),
    ("parts", include_str!("parts.html.j2")),
    ("problem", include_str!("problem.html.j2")),
    ("morning/page", include_str!("morning/page.html.j2")),
    ("morning/part", include_str!("morning/part.html.j2")),
    ("station/page", include_str!("station/page.html.j2")),
    ("station/chart", include_str!("station/chart.html.j2")),
    ("pumps/page", include_str!("pumps/page.html.j2")),
    ("pumps/part", include_str!("pumps/part.html.j2")),
    ("alarms/page", include_str!("alarms/page.html.j2")),
    ("alarms/part", include_str!("alarms/part.html.j2")),
    ("gateways/page", include_str!("gateways/page.html.j2")),
    ("gateways/part", include_str!("gateways/part.html.j2")),
    ("ledger/import", include_str!("ledger/import.html.j2")),
    ("ledger/rows", include_str!("ledger/rows/rows.html.j2")),
    ("ledger/row", include_str!("ledger/rows/row.html.j2")),
    ("ledger/enter", include_str!("ledger/rows/enter.html.j2")),
    ("ledger/checked", include_str!("ledger/rows/checked.html.j2")),
    ("ledger/review", include_str!("ledger/rows/review.html.j2")),
    ("ledger/row_parts", include_str!("ledger/rows/row_parts.html.j2")),
    ("report/page", include_str!("report/page.html.j2")),
    ("report/figure", include_str!("report/figure.html.j2")),
    ("report/issued", include_str!("report/issued.html.j2")),
    ("people/sign_in", include_str!("people/sign_in.html.j2")),
    ("people/first", include_str!("people/first.html.j2")),
    ("people/page", include_str!("people/page.html.j2")),
    ("people/audit", include_str!("people/audit.html.j2")),
];

impl Templates {
    pub(super) fn new() -> Self {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        match syntax {
            Ok(syntax) => environment.set_syntax(syntax),
            Err(error) => not_compiled("syntax", &error),
        }
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_fuel(Some(FUEL));
        environment.add_function("t", label);
        for (name, source) in SOURCES {
            if let Err(error) = environment.add_template(name, source) {
                not_compiled(name, &error);
            }
        }
        Self { environment }
    }

    /// The template `name`, which extends the layout: 200, and a choice of the language is kept.
    pub(super) fn page<V: Serialize>(
        &self,
        visitor: &Visitor,
        shown: &Shown,
        name: &str,
        view: &V,
    ) -> Response {
        self.page_around(visitor, shown, name, view, "")
    }

    /// As [`Self::page`], around a part that [`Self::text`] has made: `part` in the template.
    pub(super) fn page_around<V: Serialize>(
        &self,
        visitor: &Visitor,
        shown: &Shown,
        name: &str,
        view: &V,
        part: &str,
    ) -> Response {
        let make = || {
            let frame = Frame::of(visitor, Some(shown), name);
            let part = Value::from_safe_string(part.to_owned());
            let context = context! { v => Serde(view), f => Serde(&frame), part };
            html(
                StatusCode::OK,
                self.environment.get_template(name).and_then(|t| t.render(context)),
            )
        };
        visitor.answer_and_keep(make)
    }

    /// The template `name` alone, without layout: what a page shows anew. Its frame knows who asks, not the township.
    pub(super) fn part<V: Serialize>(&self, visitor: &Visitor, name: &str, view: &V) -> Response {
        let make = || {
            let frame = Frame::of(visitor, None, name);
            let context = context! { v => Serde(view), f => Serde(&frame) };
            html(
                StatusCode::OK,
                self.environment.get_template(name).and_then(|t| t.render(context)),
            )
        };
        visitor.answer(make)
    }

    /// The text of the template `name`, in the language spoken here: the same for everybody who has it.
    pub(super) fn text<V: Serialize>(&self, name: &str, view: &V) -> Result<String, Error> {
        self.environment.get_template(name)?.render(context! { v => Serde(view) })
    }

    /// An error as a page: what is wrong, and the way out.
    pub(super) fn problem(
        &self,
        visitor: &Visitor,
        shown: &Shown,
        status: StatusCode,
        title: Text,
        lines: Vec<Text>,
    ) -> Response {
        let make = || {
            let frame = Frame::of(visitor, Some(shown), "problem");
            let context = context! { v => Serde(Problem { title, lines }), f => Serde(&frame) };
            let rendered = self.environment.get_template("problem").and_then(|t| t.render(context));
            html(status, rendered)
        };
        visitor.answer(make)
    }
}

fn not_compiled(name: &str, error: &Error) {
    tracing::error!(
        error = error as &dyn std::error::Error,
        name,
        "cannot compile a template of the page"
    );
}

/// What was rendered as an answer; a page that cannot be rendered is a fault of the program, and the log has it.
pub(super) fn html(status: StatusCode, rendered: Result<String, Error>) -> Response {
    match rendered {
        Ok(text) => {
            (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot render the page");
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{}\n", words::page_failed()))
                .into_response()
        }
    }
}

/// `t("module.name", n=3)` in a template: the label of that name. Without one the page does not render.
fn label(name: &str, arguments: Kwargs) -> Result<String, Error> {
    let mut values = Vec::new();
    for key in arguments.args() {
        values.push((key.to_owned(), arguments.peek::<Value>(key)?.to_string()));
    }
    let unknown = || Error::new(ErrorKind::InvalidOperation, format!("unknown label {name}"));
    locales::label(name, values).map(String::from).ok_or_else(unknown)
}

#[derive(Serialize)]
struct Problem {
    title: Text,
    lines: Vec<Text>,
}

/// What every page has around its own content.
#[derive(Serialize)]
struct Frame {
    /// The language of all words, as the switch and its cookie name it; the same as HTML names it; the other one.
    lang: Lang,
    tag: &'static str,
    other: Lang,
    township: String,
    now: String,
    simulated: bool,
    /// Open alarms.
    alarms: usize,
    /// Who has signed in, and as what.
    person: Option<String>,
    role: Option<Text>,
    may_read: bool,
    may_record: bool,
    may_review: bool,
    may_administer: bool,
    form_token: String,
    /// Which page it is, as the first part of its template's name: `morning`.
    section: String,
    /// The page itself: its path, with what its query asks for.
    path: String,
    /// The same in the other language, and where to sign in to come back to it; `None` where one signs in.
    other_link: String,
    sign_in: Option<String>,
    style: &'static str,
    script: &'static str,
    chart_script: &'static str,
    icon: &'static str,
}

impl Frame {
    fn of(visitor: &Visitor, shown: Option<&Shown>, template: &str) -> Self {
        let lang = Lang::current();
        let section = template.split('/').next().unwrap_or_default();
        let assets = &*ASSETS;
        let other = lang.pick(Lang::English, Lang::Chinese);
        let joint = if visitor.page.contains('?') { '&' } else { '?' };
        let now = shown.map(|shown| full_moment(shown.now, &shown.zone));
        Self {
            lang,
            tag: lang.tag(),
            other,
            township: shown.map(|shown| shown.township.clone()).unwrap_or_default(),
            now: now.map(String::from).unwrap_or_default(),
            simulated: shown.is_some_and(|shown| shown.simulated),
            alarms: shown.map_or(0, |shown| shown.alarms),
            person: visitor.account.as_ref().map(|account| account.name.clone()),
            role: visitor.account.as_ref().map(|account| account.role.name()),
            may_read: visitor.may(Role::Viewer),
            may_record: visitor.may(Role::Recorder),
            may_review: visitor.may(Role::Reviewer),
            may_administer: visitor.may(Role::Administrator),
            form_token: visitor.form_token.clone(),
            section: if template == "people/audit" { "audit" } else { section }.to_owned(),
            path: visitor.page.clone(),
            other_link: format!("{}{joint}lang={other}", visitor.page),
            sign_in: (!matches!(template, "people/sign_in" | "people/first"))
                .then(|| format!("/sign-in?next={}", encoded(&visitor.page))),
            style: &assets.style,
            script: &assets.script,
            chart_script: &assets.chart_script,
            icon: &assets.icon,
        }
    }
}

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;
