"""Kinds of files beside .xlsx and text: of old Excel, of LibreOffice, broken ones, and what is no table at all."""

import io
import pathlib
import re
import tempfile
import zipfile

import docx
import xlwt

import locked
from kit import HEAD, book, converted, day, either, entry, formats, line, merged, old_book, patched, refused, table, taken, text

G = "Kinds of files"
ROW = entry("gasoline", 120, "2022-09-05", "xianping", document="油票 001")
NINE = entry("gasoline", 9, "2022-09-05", "xianping", document="油票 009")
ROWS = [line(), line(value=9, document="油票 009")]
BOTH = [ROW, NINE]
DATED = [line(first=day("2022-09-05")), line(value=9, first=day("2022-09-05"), document="油票 009")]


def written(write, path):
    """The bytes of a workbook under another name."""
    made = io.BytesIO()
    write(made)
    path.write_bytes(made.getvalue())


def styled(column, style, value, row=1):
    return lambda _, page: page.write(row, column, value, xlwt.easyxf(num_format_str=style))


taken(G, "old.xls", ".xls of Excel 97 to 2003", old_book(ROWS), BOTH)
taken(G, "old-dates.xls", ".xls with real dates", old_book(DATED), BOTH)
taken(G, "old-title.xls", ".xls with a title and 合计", old_book([*ROWS, ["合计", 129, "升"]], above=[["清源乡抗旱台账"]]), BOTH)
taken(G, "old-percent.xls", ".xls with 0.86 shown as 86%", old_book(
    [["不抗旱损失率", None, None, "2022-08-01", "2022-11-15", None, "水稻", None, "测产 1", "陈某"]], tune=styled(1, "0%", 0.86)),
    [entry("loss_rate_without_relief", 86, "2022-08-01..2022-11-15", crop="rice")])
either(G, "old-wan.xls", ".xls with 1.7 shown as 1.7万元", old_book(
    [["群众自筹", None, "元", "2022-09-20", "2022-09-20", None, None, None, "收据", "陈某"]], tune=styled(1, '0.0"万元"', 1.7)),
    [entry("funds_raised", 17000, "2022-09-20")])


def merged_old(_, page):
    page.merge(1, 2, 5, 5)


taken(G, "old-merged.xls", ".xls with merged villages", old_book([line(), line(value=9, village=None, document="油票 009")], tune=merged_old), BOTH)


def hidden_old(_, page):
    page.row(2).hidden = True


either(G, "old-hidden-row.xls", ".xls with a hidden row", old_book(ROWS, tune=hidden_old), [ROW], says=["3"])


def hidden_sheet_old(path):
    workbook = xlwt.Workbook(encoding="utf-8")
    for name, value, visibility in (("旧台账", 999, 1), ("正式台账", 120, 0)):
        page = workbook.add_sheet(name)
        page.visibility = visibility
        for number, cells in enumerate([HEAD, line(value=value)]):
            for column, cell in enumerate(cells):
                page.write(number, column, cell)
    workbook.set_active_sheet(1)
    workbook.save(str(path))


taken(G, "old-hidden-sheet.xls", ".xls with a hidden sheet first", hidden_sheet_old, [ROW], says=["旧台账"])
refused(G, "old-formula.xls", ".xls with a formula that was never worked out", old_book(
    [line(value=xlwt.Formula("60+60"))]), "B2", "save it again")
taken(G, "of-wps.et", ".et: an .xls by its content, as WPS writes", old_book(DATED), BOTH)
taken(G, "of-wps-xlsx.et", ".et that holds an .xlsx", lambda path: written(book(ROWS), path), BOTH)
taken(G, "renamed.xls", "an .xlsx named .xls", lambda path: written(book(ROWS), path), BOTH)
taken(G, "renamed.xlsx", "an .xls named .xlsx", old_book(ROWS), BOTH)
taken(G, "renamed-csv.xlsx", "a text file named .xlsx", text(table(ROWS)), BOTH)
taken(G, "tabs.xls", "tabs in GB18030 named .xls, as many programs export", text(table(ROWS, separator="\t"), "gb18030"), BOTH)
taken(G, "capitals.XLSX", "an ending in capitals", lambda path: written(book(ROWS), path), BOTH)
taken(G, "macros.xlsm", "a workbook named .xlsm", lambda path: written(book(ROWS), path), BOTH)
HTML = "<html><head><meta charset='utf-8'></head><body><table>{}</table></body></html>"
CELLS = "".join("<tr>" + "".join(f"<td>{'' if cell is None else cell}</td>" for cell in cells) + "</tr>" for cells in [HEAD, *ROWS])
either(G, "web-page.xls", "a web page named .xls, as many programs export", text(HTML.format(CELLS)), BOTH)
refused(G, "web-page-short.xls", "a web page with one cell named .xls", text("<html><table><tr><td>项目</td></tr></table></html>"), [], [".xlsx"])

# LibreOffice.
FULL = book([*DATED, ["合计", "=SUM(B2:B3)", "升"]])
taken(G, "calc.ods", ".ods of LibreOffice", converted(FULL, "ods", "calc8"), BOTH)
taken(G, "calc.xlsx", ".xlsx of LibreOffice, formulas worked out", converted(FULL, "xlsx", "Calc MS Excel 2007 XML"), BOTH)
taken(G, "calc.xls", ".xls of LibreOffice", converted(FULL, "xls", "MS Excel 97"), BOTH)
taken(G, "calc-merged.ods", ".ods with merged villages", converted(
    book([line(), line(value=9, village=None, document="油票 009")], tune=merged("F2:F3")), "ods", "calc8"), BOTH)
taken(G, "calc-percent.ods", ".ods with 0.86 shown as 86%", converted(book(
    [line("不抗旱损失率", 0.86, None, "2022-08-01", "2022-11-15", None, "水稻", document="测产 1")], tune=formats("B2", "0%")), "ods", "calc8"),
    [entry("loss_rate_without_relief", 86, "2022-08-01..2022-11-15", crop="rice")])
either(G, "calc-wan.ods", ".ods with 1.7 shown as 1.7万元", converted(book(
    [line("群众自筹", 1.7, "元", "2022-09-20", village=None)], tune=formats("B2", '0.0"万元"')), "ods", "calc8"),
    [entry("funds_raised", 17000, "2022-09-20")])
either(G, "calc-hidden-row.ods", ".ods with a hidden row", converted(
    book(ROWS, tune=lambda _, p: setattr(p.row_dimensions[3], "hidden", True)), "ods", "calc8"), [ROW], says=["3"])


def older_first(workbook, page):
    page.sheet_state = "hidden"
    other = workbook.create_sheet("正式台账")
    for cells in [HEAD, line()]:
        other.append(cells)
    workbook.active = 1


either(G, "calc-hidden-sheet.ods", ".ods with a hidden sheet first", converted(
    book([line(value=999)], sheet="旧台账", tune=older_first), "ods", "calc8"), [ROW], says=["旧台账"])
refused(G, "calc-error.ods", ".ods with a formula that gives #DIV/0!", converted(book([line(value="=1/0")]), "ods", "calc8"), "B2", "correct the formula")
either(G, "calc.fods", "the flat form of .ods", converted(FULL, "fods", "OpenDocument Spreadsheet Flat XML"), BOTH)
refused(G, "password.xlsx", ".xlsx with a password", locked.new_book, [], "password")
refused(G, "password.xls", ".xls with a password", locked.old_book(old_book(ROWS)), [], "password")
refused(G, "password.ods", ".ods with a password", locked.open_document, [], "password")


def strict(content):
    for old, new in (("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
                     ("http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                      "http://purl.oclc.org/ooxml/officeDocument/relationships")):
        content = content.replace(old, new)
    return content


either(G, "strict.xlsx", "strict Office Open XML: the namespaces of the strict form", patched(book(ROWS), "*", strict), BOTH)
taken(G, "prefixed.xlsx", ".xlsx whose XML has a prefix for each element", patched(
    book(ROWS), "xl/worksheets/sheet1.xml", lambda content: prefixed(content)), BOTH)


def prefixed(content):
    content = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", content)
    return content.replace('xmlns="http://schemas.openxmlformats.org/spreadsheetml', 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml')


# Broken, and no tables.
def cut(write, share):
    def half(path):
        made = io.BytesIO()
        write(made)
        path.write_bytes(made.getvalue()[:int(len(made.getvalue()) * share)])
    return half


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("台账.csv", table(ROWS))


def letter(path):
    document = docx.Document()
    document.add_paragraph("关于报送抗旱台账的通知")
    document.save(path)


refused(G, "empty.xlsx", "an empty file", lambda path: path.write_bytes(b""), [], "empty")
refused(G, "cut-off.xlsx", "an .xlsx of which the end is missing", cut(book(ROWS), 0.6), [], ["save"])
refused(G, "cut-off.xls", "an .xls of which the end is missing", cut(lambda out: old_bytes(out), 0.5), [], ["save"])
refused(G, "letter.docx", "a Word file", letter, [], [".xlsx"])
refused(G, "letter.xlsx", "a Word file named .xlsx", letter, [], [".xlsx"])
refused(G, "print.pdf", "a PDF", lambda path: path.write_bytes(
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"), [], [".xlsx"])
refused(G, "picture.xlsx", "a picture named .xlsx", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64)), [], "type its numbers")
refused(G, "table.zip", "an archive with a table", zipped, [], "unpack it")


def old_bytes(out):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "old.xls"
        old_book(ROWS)(path)
        out.write(path.read_bytes())
