//! Inserts charts into a Word file. docx-rs cannot write charts, so the file has placeholders, which are replaced here.

use std::io::{Cursor, Read, Write};

use minijinja::value::Serde;
use minijinja::{Environment, context};
use quick_xml::escape::partial_escape;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::chart::Chart;
use super::render::ReportError;
use crate::locales::Lang;

const TEMPLATE: &str = include_str!("chart.xml.j2");

/// Namespaces of drawings and of the relationships between parts.
const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Width and height of a chart in English metric units of 1/360000 cm: 15 by 5.8 cm, three per page.
const SIZE: (u32, u32) = (5_400_000, 2_088_000);

/// Ends the columns of a table; the head row follows.
const GRID_END: &str = "</w:tblGrid>";

/// The text that marks the place of chart `index` in the document.
pub(super) fn placeholder(index: usize) -> String {
    format!("chart-{}-here", index + 1)
}

fn failed(what: impl ToString) -> ReportError {
    ReportError::Word(what.to_string())
}

/// Replaces the placeholders in `docx` by `charts`, repeats the heads of its tables on each page, names the `author`.
pub(super) fn insert(docx: &[u8], charts: &[Chart], author: &str) -> Result<Vec<u8>, ReportError> {
    let mut archive = ZipArchive::new(Cursor::new(docx)).map_err(failed)?;
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(failed)?;
        let name = entry.name().map_err(failed)?.into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(failed)?;
        if matches!(
            name.as_str(),
            "word/document.xml" | "word/_rels/document.xml.rels" | "[Content_Types].xml"
        ) {
            let text = String::from_utf8(bytes).map_err(failed)?;
            bytes = edited(&name, text, charts.len()).into_bytes();
        } else if name == "docProps/core.xml" {
            let text = String::from_utf8(bytes).map_err(failed)?;
            let author = format!(">{}<", partial_escape(author));
            bytes = text.replace(">unknown<", &author).into_bytes();
        }
        written.start_file(name, options).map_err(failed)?;
        written.write_all(&bytes).map_err(failed)?;
    }
    let mut environment = Environment::new();
    environment.add_template("chart.xml", TEMPLATE).map_err(failed)?;
    let template = environment.get_template("chart.xml").map_err(failed)?;
    for (index, chart) in charts.iter().enumerate() {
        let chart = minijinja::Value::from(Serde(chart));
        let xml =
            template.render(context! { chart, lang => Lang::current().tag() }).map_err(failed)?;
        let name = format!("word/charts/chart{}.xml", index + 1);
        written.start_file(name, options).map_err(failed)?;
        written.write_all(xml.as_bytes()).map_err(failed)?;
    }
    Ok(written.finish().map_err(failed)?.into_inner())
}

fn edited(name: &str, mut text: String, charts: usize) -> String {
    let before = |text: String, end: &str, added: String| match text.rfind(end) {
        Some(at) => format!("{}{added}{}", &text[..at], &text[at..]),
        None => text,
    };
    let numbers = 1..=charts;
    match name {
        "[Content_Types].xml" => {
            let kind = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml";
            let part = |n| {
                format!(r#"<Override PartName="/word/charts/chart{n}.xml" ContentType="{kind}"/>"#)
            };
            before(text, "</Types>", numbers.map(part).collect())
        }
        "word/_rels/document.xml.rels" => {
            let part = |n| {
                let target = format!("charts/chart{n}.xml");
                format!(
                    r#"<Relationship Id="rIdChart{n}" Type="{RELATIONSHIPS}/chart" Target="{target}"/>"#
                )
            };
            before(text, "</Relationships>", numbers.map(part).collect())
        }
        _ => {
            text = with_heads(&text);
            for index in 0..charts {
                text = with_drawing(text, index);
            }
            text
        }
    }
}

/// `text` with the first row of each table marked as its head, which every page repeats.
fn with_heads(text: &str) -> String {
    let mut tables = text.split(GRID_END);
    let mut marked = tables.next().unwrap_or("").to_owned();
    for table in tables {
        marked.push_str(GRID_END);
        marked += &table.replacen("<w:cantSplit />", "<w:cantSplit /><w:tblHeader />", 1);
    }
    marked
}

fn with_drawing(text: String, index: usize) -> String {
    let (n, (width, height)) = (index + 1, SIZE);
    let Some(at) = text.find(&format!(">{}<", placeholder(index))) else {
        return text;
    };
    let start = text[..at].rfind("<w:t");
    let end = text[at..].find("</w:t>").map(|end| at + end + "</w:t>".len());
    let (Some(start), Some(end)) = (start, end) else {
        return text;
    };
    let id = 1000 + n;
    let chart = format!(
        r#"<c:chart xmlns:c="{DRAWING}/chart" xmlns:r="{RELATIONSHIPS}" r:id="rIdChart{n}"/>"#
    );
    let graphic = format!(
        r#"<a:graphic xmlns:a="{DRAWING}/main"><a:graphicData uri="{DRAWING}/chart">{chart}</a:graphicData></a:graphic>"#
    );
    let (margins, extent) = (
        r#"distT="0" distB="0" distL="0" distR="0""#,
        format!(r#"<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{id}" name="Chart {n}"/>"#),
    );
    let inline = format!(
        r#"<wp:inline xmlns:wp="{DRAWING}/wordprocessingDrawing" {margins}>{extent}{graphic}</wp:inline>"#
    );
    format!("{}<w:drawing>{inline}</w:drawing>{}", &text[..start], &text[end..])
}
