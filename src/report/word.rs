//! The section and its annex as a Word file in the layout of GB/T 9704-2012.
//!
//! Fonts are named and never embedded: an office's machine has them, and they are not ours to hand on. Charts are Word's own, so that
//! its reader can restyle them.

use docx_rs::{
    AlignmentType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum, Paragraph, Run,
    RunFonts, SpecialIndentType, Style, StyleType, Table, TableCell, TableLayoutType, TableRow,
    WidthType,
};
use jiff::Timestamp;

use super::chart::{Chart, charts};
use super::filters::{self, FigureView, number, percent};
use super::render::{ReportError, zone};
use super::word_charts;
use crate::figures::{Figure, Statement};
use crate::water::Township;

/// Twips of GB/T 9704-2012 §5: A4 with margins of 37, 35, 28 and 26 mm.
const PAGE: (u32, u32) = (11906, 16838);
const MARGINS: [i32; 4] = [2098, 1984, 1588, 1474];
/// Distance of the page number from the edge: 7 mm below the type area (GB/T 9704 §7.5), less its own height.
const FOOTER: i32 = 1304;
/// 22 lines in 225 mm: 28.95 pt, a hair less than a 22nd so that the last line has room.
const LINE: i32 = 579;
/// 28 characters of 16 pt in 156 mm stand closer by this, twips.
const CHARACTER_SPACE: i32 = -5;

/// Sizes in half points: 二号, 三号, 四号, 小五.
const TITLE: usize = 44;
const BODY: usize = 32;
const PAGE_NUMBER: usize = 28;
const SMALL: usize = 18;

/// Columns of the annex's tables, twips; each adds up to the type area, 8844.
const FIGURE_COLUMNS: [usize; 6] = [1500, 1350, 1700, 700, 800, 2794];
const FINDING_COLUMNS: [usize; 4] = [700, 4044, 2400, 1700];
const COMPARISON_COLUMNS: [usize; 5] = [2444, 1600, 1700, 1700, 1400];

const FANGSONG: &str = "仿宋_GB2312";
const KAITI: &str = "楷体_GB2312";
const HEITI: &str = "黑体";
const BIAOSONG: &str = "方正小标宋简体";
const SONGTI: &str = "宋体";

fn fonts(east_asia: &str) -> RunFonts {
    RunFonts::new().east_asia(east_asia).ascii("Times New Roman").hi_ansi("Times New Roman")
}

/// Writes the Word file of `statement`, whose section reads `paragraphs`.
///
/// # Errors
/// The zone is unknown, or the library cannot write the file.
pub(super) fn write(
    township: &Township,
    statement: &Statement,
    paragraphs: &[String],
    issued_at: Timestamp,
) -> Result<Vec<u8>, ReportError> {
    let period = statement.period;
    let day = |day: jiff::civil::Date| day.strftime("%Y年%-m月%-d日").to_string();
    let issued = issued_at.to_zoned_datetime(zone(township)?);
    let issued = issued.strftime("%Y年%-m月%-d日 %H:%M");
    let mut docx = document(&issued_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    docx = docx.add_paragraph(styled("Title", &format!("{}抗旱救灾情况", township.name)));
    let dates = format!("（统计期：{}至{}）", day(period.from), day(period.to));
    docx = docx.add_paragraph(styled("Dates", &dates));
    for paragraph in paragraphs {
        let run = Run::new().add_text(paragraph).character_spacing(CHARACTER_SPACE);
        docx = docx.add_paragraph(Paragraph::new().style("Body").add_run(run));
    }
    let charts = charts(statement);
    docx = with_charts(docx, &charts);
    let annex = Paragraph::new()
        .style("Heading1")
        .page_break_before(true)
        .add_run(Run::new().add_text("附表：指标及来源"));
    docx = docx.add_paragraph(annex).add_table(figures(statement));
    if !statement.findings.found.is_empty() {
        docx =
            docx.add_paragraph(styled("Heading1", "需要核对的地方")).add_table(findings(statement));
    }
    if !statement.comparisons.is_empty() {
        docx =
            docx.add_paragraph(styled("Heading1", "与往年比较")).add_table(comparisons(statement));
    }
    if !statement.pending.is_empty() {
        docx = docx.add_paragraph(styled("Heading1", "待复核、未计入的台账"));
        for entry in &statement.pending {
            docx = docx.add_paragraph(styled("Note", &filters::pending(entry)));
        }
    }
    let absent = absent(statement);
    if !absent.is_empty() {
        docx = docx.add_paragraph(styled("Heading1", "缺少数据的指标"));
        for (name, notes) in absent {
            docx = docx.add_paragraph(styled("Note", &format!("{name}：{notes}")));
        }
    }
    let version = statement.figures.first().map_or("", |f| f.code_version);
    let made = format!("出具时间：{issued}；程序版本：{version}");
    docx = docx.add_paragraph(styled("Note", &made));
    let mut packed = std::io::Cursor::new(Vec::new());
    let written = docx.pack(&mut packed);
    written.map_err(|error| ReportError::Word(error.to_string()))?;
    word_charts::insert(packed.get_ref(), &charts)
}

/// An empty document with page, styles and page numbers.
fn document(created_at: &str) -> Docx {
    let [top, bottom, left, right] = MARGINS;
    let margins = PageMargin::new()
        .top(top)
        .bottom(bottom)
        .left(left)
        .right(right)
        .header(851)
        .footer(FOOTER);
    let paragraph = |id: &str, name: &str| Style::new(id, StyleType::Paragraph).name(name);
    let exact = |line: i32| LineSpacing::new().line_rule(LineSpacingType::Exact).line(line);
    let two_characters = || Some(SpecialIndentType::FirstLine(640));
    Docx::new()
        .page_size(PAGE.0, PAGE.1)
        .page_margin(margins)
        .default_fonts(fonts(FANGSONG))
        .default_size(BODY)
        .created_at(created_at)
        .updated_at(created_at)
        .add_style(
            paragraph("Title", "Title")
                .fonts(fonts(BIAOSONG))
                .size(TITLE)
                .align(AlignmentType::Center)
                .line_spacing(exact(LINE + 80).after(120)),
        )
        .add_style(
            paragraph("Dates", "统计期")
                .fonts(fonts(KAITI))
                .size(BODY)
                .align(AlignmentType::Center)
                .line_spacing(exact(LINE).after(280)),
        )
        .add_style(
            paragraph("Body", "公文正文")
                .fonts(fonts(FANGSONG))
                .size(BODY)
                .align(AlignmentType::Both)
                .indent(None, two_characters(), None, None)
                .first_line_chars(200)
                .line_spacing(exact(LINE)),
        )
        .add_style(
            paragraph("Heading1", "heading 1")
                .fonts(fonts(HEITI))
                .size(BODY)
                .outline_lvl(0)
                .line_spacing(exact(LINE).before(120)),
        )
        .add_style(
            paragraph("Caption", "caption")
                .fonts(fonts(HEITI))
                .size(SMALL + 3)
                .align(AlignmentType::Center)
                .line_spacing(exact(320).after(160)),
        )
        .add_style(
            paragraph("Cell", "表格文字").fonts(fonts(SONGTI)).size(SMALL).line_spacing(exact(240)),
        )
        .add_style(
            paragraph("CellHead", "表头文字")
                .fonts(fonts(HEITI))
                .size(SMALL)
                .align(AlignmentType::Center)
                .line_spacing(exact(240)),
        )
        .add_style(
            paragraph("Note", "附注").fonts(fonts(SONGTI)).size(SMALL + 3).line_spacing(exact(320)),
        )
        .footer(page_number(AlignmentType::Right))
        .even_footer(page_number(AlignmentType::Left))
}

/// `— 1 —`, odd pages right and even ones left (GB/T 9704 §7.5).
fn page_number(side: AlignmentType) -> Footer {
    let run = |text: &str| Run::new().add_text(text).fonts(fonts(SONGTI)).size(PAGE_NUMBER);
    let paragraph = Paragraph::new()
        .align(side)
        .fonts(fonts(SONGTI))
        .size(PAGE_NUMBER)
        .add_run(run("— "))
        .add_page_num(PageNum::new())
        .add_run(run(" —"));
    Footer::new().add_paragraph(paragraph)
}

fn styled(style: &str, text: &str) -> Paragraph {
    Paragraph::new().style(style).add_run(Run::new().add_text(text))
}

/// A place for each chart, and its caption below it.
fn with_charts(mut docx: Docx, charts: &[Chart]) -> Docx {
    if !charts.is_empty() {
        docx = docx.add_paragraph(styled("Heading1", "附图"));
    }
    for (index, chart) in charts.iter().enumerate() {
        let place = Run::new().add_text(word_charts::place(index));
        docx = docx
            .add_paragraph(
                Paragraph::new().align(AlignmentType::Center).keep_next(true).add_run(place),
            )
            .add_paragraph(styled("Caption", &format!("图{} {}", index + 1, chart.title)));
    }
    docx
}

fn table<const N: usize>(
    columns: [usize; N],
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Table {
    let cells = |style: &str, texts: &[String; N]| {
        let cell = |(text, width): (&String, usize)| {
            TableCell::new().width(width, WidthType::Dxa).add_paragraph(styled(style, text))
        };
        texts.iter().zip(columns).map(cell).collect::<Vec<_>>()
    };
    let head = head.map(str::to_owned);
    let mut all = vec![TableRow::new(cells("CellHead", &head)).cant_split()];
    all.extend(rows.map(|texts| TableRow::new(cells("Cell", &texts))));
    Table::new(all)
        .set_grid(columns.to_vec())
        .layout(TableLayoutType::Fixed)
        .width(columns.iter().sum(), WidthType::Dxa)
}

fn figures(statement: &Statement) -> Table {
    let shown = |figure: &&Figure| figure.narrative || figure.phrase.is_some();
    let row = |figure: &Figure| {
        let view = FigureView::of(figure);
        [
            figure.name_zh.to_owned(),
            filters::value_unit(&view),
            figure.phrase.clone().unwrap_or_else(|| "—".into()),
            filters::class_name(figure.class).to_owned(),
            percent(figure.coverage),
            filters::remarks(&view).join("；"),
        ]
    };
    let head = ["指标", "数值", "成文", "类别", "覆盖率", "方法与说明"];
    table(FIGURE_COLUMNS, head, statement.figures.iter().filter(shown).map(row))
}

fn findings(statement: &Statement) -> Table {
    let rows = statement.findings.found.iter().map(|finding| {
        [
            finding.severity.name_zh().to_owned(),
            finding.sentence(),
            finding.look.clone(),
            filters::acceptance(finding),
        ]
    });
    table(FINDING_COLUMNS, ["程度", "问题", "到哪里核对", "认可"], rows)
}

fn comparisons(statement: &Statement) -> Table {
    let rows = statement.comparisons.iter().map(|row| {
        [
            row.name_zh.to_owned(),
            row.label.clone(),
            format!("{} {}", number(row.earlier), row.unit),
            format!("{} {}", number(row.now), row.unit),
            filters::change(row.change_percent),
        ]
    });
    table(COMPARISON_COLUMNS, ["指标", "比较对象", "当时", "本次", "增减"], rows)
}

fn absent(statement: &Statement) -> Vec<(&'static str, String)> {
    let absent = |figure: &&Figure| figure.narrative && figure.phrase.is_none();
    let rows = statement.figures.iter().filter(absent);
    rows.map(|figure| (figure.name_zh, figure.notes.join("；"))).collect()
}
