"""Sheets, hidden parts, filters, charts."""

import openpyxl
from openpyxl.chart import BarChart, Reference

from kit import HEAD, asked, book, either, entry, formats, line, patched, refused, taken

G = "Sheets and hidden parts"
ROW = entry("gasoline", 120, "2022-09-05", "xianping", document="油票 001")
NINE = entry("gasoline", 9, "2022-09-05", "xianping", document="油票 009")
OTHER = line(value=9, document="油票 009")


def second(name, rows, head=HEAD, state="visible", first_state="visible"):
    def tune(workbook, page):
        other = workbook.create_sheet(name)
        for cells in [head, *rows] if head else rows:
            other.append(list(cells))
        other.sheet_state = state
        page.sheet_state = first_state
        if first_state != "visible":
            workbook.active = 1
    return tune


taken(G, "hidden-first.xlsx", "the first sheet hidden, an older ledger", book(
    [line(value=999, document="旧")], sheet="旧台账", tune=second("正式台账", [line()], first_state="hidden")), [ROW], says=["旧台账"])
taken(G, "very-hidden-first.xlsx", "the first sheet hidden so that no menu shows it", book(
    [line(value=999, document="旧")], sheet="旧台账", tune=second("正式台账", [line()], first_state="veryHidden")), [ROW], says=["旧台账"])
taken(G, "hidden-second.xlsx", "the second sheet hidden", book([line()], tune=second("草稿", [OTHER], state="hidden")), [ROW], says=["草稿"])
refused(G, "hidden-only.xlsx", "the ledger only in a hidden sheet", book(
    [line()], tune=second("封面", [["清源乡"]], head=None, first_state="hidden")), "台账", [])
asked(G, "two-months.xlsx", "two sheets 8月 and 9月", book(
    [line()], sheet="8月", tune=second("9月", [OTHER])), ["8月", "9月"], "--sheet",
    [(["--sheet", "8月", "--sheet", "9月"], [ROW, NINE]), (["--sheet", "9月"], [NINE])], rows=[ROW, NINE])
taken(G, "cover-sheet.xlsx", "a cover and an empty sheet beside the ledger", book(
    [line()], tune=lambda w, p: (w.create_sheet("封面", 0).append(["清源乡抗旱工作"]), w.create_sheet("Sheet3"))), [ROW])
refused(G, "no-such-sheet.xlsx", "a sheet is asked for that is not there", book([line()]), "10月", "台账", ["--sheet", "10月"])
either(G, "total-sheet.xlsx", "a sheet 汇总 with sums beside the ledger", book(
    [line()], tune=second("汇总", [["汽油", 120, "升"]], head=["项目", "合计", "单位"])), [ROW])


def hidden_rows(*numbers, **more):
    def tune(_, page):
        for number in numbers:
            page.row_dimensions[number].hidden = True
        if more.get("filter"):
            page.auto_filter.ref = f"A1:J{page.max_row}"
            page.auto_filter.add_filter_column(1, ["120"])
    return tune


either(G, "hidden-row.xlsx", "a hidden row", book([line(), OTHER], tune=hidden_rows(3)), [ROW], says=["3"])
either(G, "filtered-rows.xlsx", "rows that a filter hides", book([line(), OTHER], tune=hidden_rows(3, filter=True)), [ROW], says=["3"])
taken(G, "filter-open.xlsx", "a filter that hides nothing", book([line(), OTHER], tune=lambda _, p: setattr(p.auto_filter, "ref", "A1:J3")), [ROW, NINE])


def hidden_column(letter):
    def tune(_, page):
        page.column_dimensions[letter].hidden = True
    return tune


either(G, "hidden-column-work.xlsx", "a hidden empty column", book([line()], tune=hidden_column("H")), [ROW])
either(G, "hidden-column-unit.xlsx", "the column of units hidden", book([line()], tune=hidden_column("C")), [ROW])
either(G, "hidden-column-values.xlsx", "older values in a hidden column", book(
    [["汽油", 999, 120, "升", "2022-09-05", "仙坪村", "油票 001", "陈某"]], ["项目", "数值", "数值", "单位", "日期", "村", "依据", "登记人"],
    tune=hidden_column("B")), [ROW])
either(G, "row-of-no-height.xlsx", "a row of no height", patched(
    book([line(), OTHER], tune=lambda _, p: setattr(p.row_dimensions[3], "height", 1)), "xl/worksheets/sheet1.xml",
    lambda content: content.replace('ht="1"', 'ht="0"')), [ROW], says=["3"])


def chart(workbook, page):
    picture = BarChart()
    picture.add_data(Reference(page, min_col=2, min_row=1, max_row=3))
    workbook.create_chartsheet("图").add_chart(picture)


taken(G, "chart-sheet.xlsx", "a sheet with a chart", book([line(), OTHER], tune=chart), [ROW, NINE])
taken(G, "white-text.xlsx", "a comment and colours", book(
    [line()], tune=lambda _, p: setattr(p["B2"], "comment", openpyxl.comments.Comment("约", "陈某"))), [ROW])
taken(G, "wide-formats.xlsx", "formats far below and to the right of the table", book([line()], tune=formats("Z400 AA2", "0.00")), [ROW])
taken(G, "frozen-and-validated.xlsx", "frozen panes and print area", book(
    [line()], tune=lambda _, p: (setattr(p, "freeze_panes", "B2"), setattr(p, "print_area", "A1:J2"))), [ROW])
