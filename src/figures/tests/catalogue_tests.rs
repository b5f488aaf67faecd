//! Tests of the catalogue, and of the page that is made of it.

use crate::account::{Counting, EntryCode};
use crate::figures::recipe::Recipe;
use crate::figures::{FORMS, FigureId, Form, FormRow};

#[test]
fn ids_are_unique_and_read_back() {
    for figure in FigureId::ALL {
        assert_eq!(FigureId::from_id(figure.spec().id), Some(*figure));
    }
    assert_eq!(FigureId::ALL.len(), 106);
}

/// The page, as `docs/figures.md` has to have it between its marks.
fn tables() -> String {
    let mut text = String::from(
        "| id | 名称 | name | unit | form unit | class | printed as | made by | 算法 | formula | source | belongs to |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for figure in FigureId::ALL {
        let spec = figure.spec();
        let rows = FORMS.iter().flat_map(|form| form.rows);
        let mut form_units: Vec<&str> =
            rows.filter(|row| row.figure == *figure).map(|row| row.form_unit).collect();
        let held = |form: &&Form| form.rows.iter().any(|row| row.figure == *figure);
        let forms = FORMS.iter().filter(held).map(|form| form.name_zh);
        let belongs: Vec<&str> =
            [spec.passage].into_iter().chain(forms).filter(|text| !text.is_empty()).collect();
        form_units.sort_unstable();
        form_units.dedup();
        let printed = match spec.print {
            Some((hedge, unit)) => format!("{hedge:?}, {}", unit.text()),
            None => "words".into(),
        };
        let class = format!("{:?}", spec.class).to_lowercase();
        let made = match figure.recipe() {
            Recipe::Own(_) | Recipe::After(_) => "own rule",
            Recipe::Rows(codes) => match codes.first().map(|code| code.counting()) {
                Some(Counting::Running) => "running total",
                Some(Counting::Survey) => "latest survey",
                Some(Counting::Greatest) => "greatest of each village",
                Some(Counting::State) => "state at the end",
                counting => panic!("{}: {counting:?}", spec.id),
            },
            Recipe::Peak(_) => "greatest state",
            Recipe::Total(_) => "sum of figures",
        };
        text += &format!(
            "| `{}` | {} | {} | {} | {} | {class} | {printed} | {made} | {} | {} | {} | {} |\n",
            spec.id,
            spec.name_zh,
            spec.name_en,
            spec.unit,
            form_units.join(", "),
            spec.formula[0],
            spec.formula[1],
            spec.source,
            belongs.join("; ")
        );
    }
    for form in FORMS {
        text += &format!(
            "\n### {}（{}）\n\n{}, for the {}. Fields: {}.\n\n| field | 栏目 | figure | township | form |\n|---|---|---|---|---|\n",
            form.name_zh, form.authority[0], form.name_en, form.authority[1], form.source
        );
        for row in form.rows {
            let id = row.figure.spec().id;
            let FormRow { label_zh, label_en, unit, form_unit, .. } = row;
            text += &format!("| {label_en} | {label_zh} | `{id}` | {unit} | {form_unit} |\n");
        }
    }
    text
}

#[test]
fn the_page_is_made_of_the_catalogue() {
    const PATH: &str = "docs/figures.md";
    let page = include_str!("../../../docs/figures.md");
    let (before, rest) = page.split_once("<!-- catalogue -->\n").unwrap();
    let (held, after) = rest.split_once("<!-- end -->\n").unwrap();
    let made = tables();
    if std::env::var_os("HANQING_BLESS").is_some() {
        let whole = format!("{before}<!-- catalogue -->\n{made}<!-- end -->\n{after}");
        std::fs::write(PATH, whole).unwrap();
    } else {
        assert!(
            held == made,
            "{PATH} is not what the catalogue makes: HANQING_BLESS=1 cargo test --lib catalogue"
        );
    }
}

#[test]
fn every_unit_has_a_name_in_english() {
    let rows = FORMS.iter().flat_map(|form| form.rows);
    let forms = rows.flat_map(|row| [row.unit_name(), row.form_unit_name()]);
    let figures = FigureId::ALL.iter().map(|id| id.spec().unit_name());
    let codes = EntryCode::ALL.iter().map(|code| code.unit_name());
    for name in forms.chain(figures).chain(codes) {
        let name = name.to_string();
        assert!(name.chars().all(|c| c.is_ascii() || c == '³'), "{name}");
    }
}
