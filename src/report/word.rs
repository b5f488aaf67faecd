//! The section and its annex as a Word file in the layout of GB/T 9704-2012.
//!
//! Fonts are named and never embedded: the office's computers have them, and we have no licence to distribute them.
//! Charts are native Word charts, so that a reader can restyle them.

use docx_rs::{
    AlignmentType, Docx, FieldCharType, Footer, InstrPAGE, InstrText, LineSpacing, LineSpacingType,
    PageMargin, Paragraph, Run, RunFonts, SpecialIndentType, Style, StyleType, Table, TableCell,
    TableLayoutType, TableRow, WidthType,
};
use jiff::Timestamp;

use super::chart::{Chart, charts};
use super::filters::{self, FigureView, number, percent};
use super::render::{ReportError, issued_on, zone};
use super::word_charts;
use crate::figures::{Figure, Statement, Value};
use crate::locales::{Lang, Text, report as words};
use crate::water::Township;

/// Twips of GB/T 9704-2012 §5: A4 with margins of 37, 35, 28 and 26 mm.
const PAGE: (u32, u32) = (11906, 16838);
const MARGINS: [i32; 4] = [2098, 1984, 1588, 1474];
/// Distance of the page number from the edge: 7 mm below the type area (GB/T 9704 §7.5), less its own height.
const FOOTER: i32 = 1304;
/// Line pitch for 22 lines in 225 mm: 28.95 pt, slightly less than a 22nd so that the last line fits.
const LINE: i32 = 579;
/// Reduction of the character pitch so that 28 characters of 16 pt fit into 156 mm, twips.
const CHARACTER_SPACE: i32 = -5;

/// Sizes in half points: 二号, 三号, 四号, 小五.
const TITLE: usize = 44;
const BODY: usize = 32;
const PAGE_NUMBER: usize = 28;
/// One character of 四号, twips: how far the page number is from the edge of the type area (GB/T 9704 §7.5).
const PAGE_NUMBER_INDENT: i32 = 280;
const SMALL: usize = 18;

/// Columns of the annex's tables, twips; each adds up to the type area, 8844.
const FIGURE_COLUMNS: [usize; 6] = [1500, 1350, 1700, 700, 800, 2794];
const FIGURE_COLUMNS_EN: [usize; 6] = [1550, 1350, 1600, 950, 920, 2474];
const FINDING_COLUMNS: [usize; 4] = [700, 4044, 2400, 1700];
const FINDING_COLUMNS_EN: [usize; 4] = [950, 3794, 2400, 1700];
const COMPARISON_COLUMNS: [usize; 5] = [2444, 1600, 1700, 1700, 1400];

const FANGSONG: &str = "仿宋_GB2312";
const KAITI: &str = "楷体_GB2312";
const HEITI: &str = "黑体";
const BIAOSONG: &str = "方正小标宋简体";
const SONGTI: &str = "宋体";

fn fonts(east_asia: &str) -> RunFonts {
    RunFonts::new().east_asia(east_asia).ascii("Times New Roman").hi_ansi("Times New Roman")
}

/// Writes the Word file of `statement`, whose section consists of `paragraphs`, in the language that is spoken here.
pub(super) fn write(
    township: &Township,
    statement: &Statement,
    paragraphs: &[String],
    issued_at: Timestamp,
) -> Result<Vec<u8>, ReportError> {
    let period = statement.period;
    let dates = words::period(filters::long_day(period.from), filters::long_day(period.to));
    let mut docx = empty_document(&issued_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .add_paragraph(styled("Title", words::title(&township.name)))
        .add_paragraph(styled("Dates", dates));
    if !statement.pending.is_empty() {
        let pending = words::pending_count(statement.pending.len());
        docx = docx.add_paragraph(styled("Dates", pending));
    }
    for paragraph in paragraphs {
        let run = Run::new().add_text(printable(paragraph)).character_spacing(CHARACTER_SPACE);
        docx = docx.add_paragraph(Paragraph::new().style("Body").add_run(run));
    }
    let annex = Paragraph::new()
        .style("Heading1")
        .page_break_before(true)
        .add_run(Run::new().add_text(words::annex()));
    docx = docx.add_paragraph(annex).add_table(figures(statement));
    if !statement.findings.found.is_empty() {
        docx =
            docx.add_paragraph(heading(words::to_check())).add_table(findings(statement, township));
    }
    if !statement.comparisons.is_empty() {
        docx =
            docx.add_paragraph(heading(words::earlier_years())).add_table(comparisons(statement));
    }
    docx = with_notes(docx, words::pending(), statement.pending.iter().map(filters::pending));
    docx = with_notes(docx, words::absent_figures(), absent(statement));
    let unproved = statement.figures.iter().filter_map(filters::unproved_line);
    docx = with_notes(docx, words::unproved_figures(), unproved);
    // Last, so that no page ends after one of them.
    let charts = charts(statement);
    docx = with_charts(docx, &charts);
    let version = statement.figures.first().map_or("", |f| f.code_version);
    let issued = issued_on(&issued_at.to_zoned_datetime(zone(township)?));
    docx = docx.add_paragraph(styled("Note", words::made(issued, version)));
    let mut packed = std::io::Cursor::new(Vec::new());
    let written = docx.pack(&mut packed);
    written.map_err(|error| ReportError::Word(error.to_string()))?;
    word_charts::insert(packed.get_ref(), &charts, &township.name)
}

/// An empty document with page, styles and page numbers.
fn empty_document(created_at: &str) -> Docx {
    let [top, bottom, left, right] = MARGINS;
    let margins = PageMargin::new()
        .top(top)
        .bottom(bottom)
        .left(left)
        .right(right)
        .header(851)
        .footer(FOOTER);
    let exact = |line: i32| LineSpacing::new().line_rule(LineSpacingType::Exact).line(line);
    let mut docx = Docx::new()
        .page_size(PAGE.0, PAGE.1)
        .page_margin(margins)
        .default_fonts(fonts(FANGSONG))
        .default_size(BODY)
        .created_at(created_at)
        .updated_at(created_at);
    let (center, both) = (Some(AlignmentType::Center), Some(AlignmentType::Both));
    for (id, name, font, size, alignment, spacing) in [
        ("Title", Text::verbatim("Title"), BIAOSONG, TITLE, center, exact(LINE + 80).after(120)),
        ("Dates", words::style_dates(), KAITI, BODY, center, exact(LINE).after(280)),
        ("Body", words::style_body(), FANGSONG, BODY, both, exact(LINE)),
        ("Heading1", Text::verbatim("heading 1"), HEITI, BODY, None, exact(LINE).before(120)),
        ("Caption", Text::verbatim("caption"), HEITI, SMALL + 3, center, exact(320).after(160)),
        ("Cell", words::style_cell(), SONGTI, SMALL, None, exact(240)),
        ("CellHead", words::style_head(), HEITI, SMALL, center, exact(240)),
        ("Note", words::style_note(), SONGTI, SMALL + 3, None, exact(320)),
    ] {
        let style = Style::new(id, StyleType::Paragraph).name(name).fonts(fonts(font));
        let mut style = style.size(size).line_spacing(spacing);
        if let Some(alignment) = alignment {
            style = style.align(alignment);
        }
        docx = docx.add_style(match id {
            // Two characters of 16 pt.
            "Body" => style
                .indent(None, Some(SpecialIndentType::FirstLine(640)), None, None)
                .first_line_chars(200),
            "Heading1" => style.outline_lvl(0),
            _ => style,
        });
    }
    docx.footer(page_number(AlignmentType::Right)).even_footer(page_number(AlignmentType::Left))
}

/// `— 1 —`, one character from the right of odd pages and from the left of even ones (GB/T 9704 §7.5).
fn page_number(side: AlignmentType) -> Footer {
    let run = || Run::new().fonts(fonts(SONGTI)).size(PAGE_NUMBER);
    // The page number of the library has no size of its own.
    let number = run()
        .add_field_char(FieldCharType::Begin, false)
        .add_instr_text(InstrText::PAGE(InstrPAGE::new()))
        .add_field_char(FieldCharType::Separate, false)
        .add_text("1")
        .add_field_char(FieldCharType::End, false);
    let [left, right] = match side {
        AlignmentType::Right => [None, Some(PAGE_NUMBER_INDENT)],
        _ => [Some(PAGE_NUMBER_INDENT), None],
    };
    let paragraph = Paragraph::new()
        .align(side)
        .indent(left, None, right, None)
        .fonts(fonts(SONGTI))
        .size(PAGE_NUMBER)
        .add_run(run().add_text("— "))
        .add_run(number)
        .add_run(run().add_text(" —"));
    Footer::new().add_paragraph(paragraph)
}

fn styled(style: &str, text: impl Into<String>) -> Paragraph {
    let text: String = text.into();
    let text = printable(&filters::without_backticks(&text));
    Paragraph::new().style(style).add_run(Run::new().add_text(text))
}

/// `text` in one line, without the characters that no XML may hold (XML 1.0, 2.2): Word opens no file with one.
fn printable(text: &str) -> String {
    let line = text.chars().map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c });
    line.filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

fn heading(text: Text) -> Paragraph {
    styled("Heading1", text).keep_next(true)
}

/// Adds a heading and one paragraph for each note, if there are any.
fn with_notes(mut docx: Docx, title: Text, notes: impl IntoIterator<Item = String>) -> Docx {
    let mut notes = notes.into_iter().peekable();
    if notes.peek().is_some() {
        docx = docx.add_paragraph(heading(title));
    }
    notes.fold(docx, |docx, note| docx.add_paragraph(styled("Note", note)))
}

/// Adds a placeholder for each chart, with its caption below.
fn with_charts(mut docx: Docx, charts: &[Chart]) -> Docx {
    if !charts.is_empty() {
        docx = docx.add_paragraph(heading(words::charts()));
    }
    for (index, chart) in charts.iter().enumerate() {
        let place = Run::new().add_text(word_charts::placeholder(index));
        docx = docx
            .add_paragraph(
                Paragraph::new().align(AlignmentType::Center).keep_next(true).add_run(place),
            )
            .add_paragraph(styled("Caption", words::chart_caption(index + 1, &chart.title)));
    }
    docx
}

fn table<const N: usize>(
    columns: [usize; N],
    head: [Text; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Table {
    let cells = |style: &str, texts: &[String; N]| {
        let cell = |(text, width): (&String, usize)| {
            TableCell::new().width(width, WidthType::Dxa).add_paragraph(styled(style, text))
        };
        texts.iter().zip(columns).map(cell).collect::<Vec<_>>()
    };
    let head = head.map(String::from);
    let mut all = vec![TableRow::new(cells("CellHead", &head)).cant_split()];
    all.extend(rows.map(|texts| TableRow::new(cells("Cell", &texts)).cant_split()));
    Table::new(all)
        .set_grid(columns.to_vec())
        .layout(TableLayoutType::Fixed)
        .width(columns.iter().sum(), WidthType::Dxa)
}

fn figures(statement: &Statement) -> Table {
    let shown = |figure: &&Figure| figure.narrative || figure.value != Value::Absent;
    let row = |figure: &Figure| {
        let view = FigureView::of(figure);
        [
            figure.name().into(),
            filters::value_unit(&view),
            filters::said(&view),
            figure.class.name().into(),
            percent(figure.coverage),
            filters::clauses(&filters::remarks(&view)),
        ]
    };
    let head = [
        words::figure(),
        words::value(),
        words::in_words(),
        words::class(),
        words::coverage(),
        words::methods_and_notes(),
    ];
    let columns = Lang::current().pick(FIGURE_COLUMNS, FIGURE_COLUMNS_EN);
    table(columns, head, statement.figures.iter().filter(shown).map(row))
}

fn findings(statement: &Statement, township: &Township) -> Table {
    let rows = statement.findings.found.iter().map(|finding| {
        [
            finding.severity.name().into(),
            finding.sentence().into(),
            finding.look.to_string(),
            filters::acceptance(finding, township).into(),
        ]
    });
    let head = [words::severity(), words::finding(), words::where_to_check(), words::acceptance()];
    let columns = Lang::current().pick(FINDING_COLUMNS, FINDING_COLUMNS_EN);
    table(columns, head, rows)
}

fn comparisons(statement: &Statement) -> Table {
    let rows = statement.comparisons.iter().map(|row| {
        [
            row.name().into(),
            row.label.to_string(),
            format!("{} {}", number(row.earlier), row.unit_name()),
            format!("{} {}", number(row.now), row.unit_name()),
            filters::change(row.change_percent),
        ]
    });
    let head =
        [words::figure(), words::compared_with(), words::then(), words::now(), words::change()];
    table(COMPARISON_COLUMNS, head, rows)
}

fn absent(statement: &Statement) -> impl Iterator<Item = String> {
    let absent = |figure: &&Figure| figure.narrative && figure.value == Value::Absent;
    let figures = statement.figures.iter().filter(absent);
    figures.map(|figure| {
        let why: Vec<String> = figure.notes.iter().map(Text::to_string).collect();
        words::absent_figure(figure.name(), filters::clauses(&why)).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_xml_may_hold_is_left_out() {
        let written = styled("Cell", "当年\u{1}未装表\u{ffff}，\r\n按油票\u{7f}折算");
        let json = serde_json::to_string(&written).unwrap();
        assert!(json.contains("当年未装表， 按油票折算"), "{json}");
    }

    #[test]
    fn the_columns_of_each_table_add_up_to_the_type_area() {
        let area = PAGE.0 as usize - (MARGINS[2] + MARGINS[3]) as usize;
        for columns in [
            &FIGURE_COLUMNS[..],
            &FIGURE_COLUMNS_EN,
            &FINDING_COLUMNS,
            &FINDING_COLUMNS_EN,
            &COMPARISON_COLUMNS,
        ] {
            assert_eq!(columns.iter().sum::<usize>(), area, "{columns:?}");
        }
    }

    #[test]
    fn the_page_number_is_one_character_from_the_edge_on_both_sides() {
        let mut packed = std::io::Cursor::new(Vec::new());
        empty_document("2022-11-16T01:30:00Z").pack(&mut packed).unwrap();
        let mut archive = zip::ZipArchive::new(packed).unwrap();
        let mut footers = Vec::new();
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).unwrap();
            if part.name().unwrap().starts_with("word/footer") {
                let mut text = String::new();
                std::io::Read::read_to_string(&mut part, &mut text).unwrap();
                footers.push(text);
            }
        }
        assert_eq!(footers.len(), 2);
        for (side, indent) in [("right", "w:right=\"280\""), ("left", "w:left=\"280\"")] {
            let own = footers.iter().find(|text| text.contains(&format!("w:jc w:val=\"{side}\"")));
            assert!(own.unwrap().contains(indent), "{footers:?}");
            let runs: Vec<&str> = own.unwrap().split("<w:r>").skip(1).collect();
            let sized = |run: &&str| run.contains("<w:sz w:val=\"28\" />");
            assert!(runs.len() == 3 && runs.iter().all(sized), "{runs:?}");
        }
    }
}
