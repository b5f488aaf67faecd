"""Rows that may be no entries: sums of villages, totals in odd places, struck and voided rows; months in cells of days."""

import datetime

import openpyxl
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from kit import HEAD, asked, book, converted, entry, formats, line, old_book, refused, table, taken, text

G = "Rows that may be no entries"
ROW = entry("gasoline", 120, "2022-09-05", "xianping", document="油票 001")


def villages(*more):
    return [line(value=100, village="东门村", document="票1"), line(value=200, first="2022-09-06", document="票2"), *more]


TWO = [entry("gasoline", 100, "2022-09-05", "dongmen", document="票1"), entry("gasoline", 200, "2022-09-06", "xianping", document="票2")]
WHOLE = line(value=300, first="2022-09-30", village="全乡", document="月末汇总")

asked(G, "township-is-the-sum.xlsx", "全乡 with the sum of the villages before it", book(villages(WHOLE)), "F4", ["乡本级", "remove the row"],
      [(["--as", "全乡=-"], TWO)])
asked(G, "township-by-name-is-the-sum.xlsx", "the township by its name with the sum of the villages below", book(
    [line(value=300, first="2022-09-30", village="清源乡", document="月末汇总"), *villages()]), "F2", "remove the row",
    [(["--as", "清源乡=-"], TWO)])
taken(G, "township-beside-villages.xlsx", "全乡 with another value than the sum", book(villages(line(value=310, village="全乡", document="票3"))),
      [*TWO, entry("gasoline", 310, "2022-09-05", "", document="票3")])
taken(G, "township-of-its-own.xlsx", "乡本级 with just the sum of the villages", book(
    villages(line(value=300, first="2022-09-30", village="乡本级", document="票3"))), [*TWO, entry("gasoline", 300, "2022-09-30", "", document="票3")])
refused(G, "subtotal-in-paper.xlsx", "小计 within the paper of a row", book(villages(line(value=300, village="李坊村", document="票1、2小计"))), "I4", "小计")
refused(G, "total-in-remark.xlsx", "合计 among the remarks", book(
    [[*row, None] for row in villages()] + [[*line(value=300, village="李坊村", document="票4"), "以上合计"]], head=[*HEAD, "备注"]), "K4", "合计")
taken(G, "paper-named-total.xlsx", "several rows of one paper whose name has 合计", book(
    [line(document="9月用油合计表"), line(value=9, village="李坊村", document="9月用油合计表")]),
    [entry("gasoline", 120, "2022-09-05", "xianping"), entry("gasoline", 9, "2022-09-05", "lifang")])
asked(G, "total-in-day.xlsx", "合计 in the column of days", book(
    [["2022-09-05", "汽油", 120, "升", "仙坪村", "油票 001", "陈某"], ["合计", None, 120, "升"]],
    head=["日期", "项目", "数值", "单位", "村", "依据", "登记人"]), "A3", "--as '合计=-'", [(["--as", "合计=-"], [ROW])], rows=[ROW])
refused(G, "each-village.xlsx", "各村, which is each or all", book([line(village="各村")]), "F2", "全乡")
refused(G, "not-this-village.xlsx", "除东门村外", book([line(village="除东门村外")]), "F2", "a row for each village")
refused(G, "average.xlsx", "平均 among the villages", book([line(), line(value=60, village="平均", document="x")]), "F3", "--as '平均=-'")
taken(G, "numbered-villages.xlsx", "numbers before the villages", book([line(village="2.仙坪村")]), [ROW])
refused(G, "ditto-below-hidden.xlsx", "同上 below a hidden row", book(
    [line(), line(village="李坊村", document="x2"), line(village="同上", document="x3")],
    tune=lambda _, page: setattr(page.row_dimensions[3], "hidden", True)), "F4", "write it out")

for name, word in [("zuofei", "作废"), ("hongzi", "红字冲销")]:
    refused(G, f"void-{name}.xlsx", f"{word} among the remarks", book(
        [[*line(), None], [*line(value=80, document="油票 002"), word]], head=[*HEAD, "备注"]), "K3", "remove the row")
refused(G, "void-in-paper.xlsx", "作废 within the paper", book([line(document="油票 001（作废）")]), "I2", "remove the row")


def struck(*cells):
    def tune(_, page):
        for cell in cells:
            page[cell].font = Font(strike=True)

    return tune


def struck_in_part(_, page):
    page["B2"].value = CellRichText(TextBlock(InlineFont(strike=True), "120"), TextBlock(InlineFont(), " 130"))


def old_struck(_, page):
    page.write(2, 1, 80, xlwt.easyxf("font: struck_out on"))


STRUCK = [line(), line(value=80, document="油票 002")]
refused(G, "struck-row.xlsx", "a row that is struck through", book(STRUCK, tune=struck(*[f"{c}3" for c in "ABCDEFI"])), "3", "take the line away")
refused(G, "struck-cell.xlsx", "one cell that is struck through", book(STRUCK, tune=struck("I3")), "3", "take the line away")
refused(G, "struck-row.xls", "a value that is struck through in Excel 97", old_book([STRUCK[0], [STRUCK[1][0], None, *STRUCK[1][2:]]], tune=old_struck), "3", "take the line away")
refused(G, "struck-row.ods", "a row that is struck through, by LibreOffice", converted(book(STRUCK, tune=struck("A3", "B3")), "ods", "calc8"), "3",
        "take the line away")
taken(G, "struck-head.xlsx", "a head that is struck through", book([line()], tune=struck("H1")), [ROW])

M = "Months in cells of days"


def day(first, last=None, number_format="yyyy-mm"):
    rows = [line(first=first, last=last)]
    return book(rows, tune=formats("D2 E2", number_format))


SEPTEMBER = [entry("gasoline", 120, "2022-09-01..2022-09-30", "xianping", document="油票 001")]
for name, number_format in [("words", 'yyyy"年"m"月"'), ("dash", "yyyy-mm"), ("english", "mmm-yy"), ("month", 'm"月"')]:
    taken(M, f"month-{name}.xlsx", f"a day shown as {number_format}", day(datetime.date(2022, 9, 1), number_format=number_format), SEPTEMBER)
taken(M, "month-span.xlsx", "August in 起 and September in 止, as months", day(datetime.date(2022, 8, 1), datetime.date(2022, 9, 1)),
      [entry("gasoline", 120, "2022-08-01..2022-09-30", "xianping", document="油票 001")])
for name, number_format in [("words", 'yyyy"年"m"月"'), ("dash", "yyyy-mm")]:
    taken(M, f"month-{name}.ods", f"a day shown as {number_format}, by LibreOffice",
          converted(day(datetime.date(2022, 9, 1), number_format=number_format), "ods", "calc8"), SEPTEMBER)
refused(M, "year-only.xlsx", "a day shown as its year", day(datetime.date(2022, 9, 1), number_format="yyyy"), "D2", "format it as a date")

S = "Several rows of one survey"
AREA = [line("受灾面积", value, "亩", crop="水稻", document=f"调查表 {value}") for value in (100, 50)]
refused(S, "two-of-one-survey.xlsx", "two areas of one village, crop and day", book(AREA), "3", ["one row with the sum", "2"])
refused(S, "survey-said-twice.xlsx", "two equal areas of one village and day", book([AREA[0], AREA[0]]), "3", "--equal-rows")
taken(S, "survey-again-later.xlsx", "a second survey ten days later", book([AREA[0], line("受灾面积", 50, "亩", first="2022-09-15", crop="水稻", document="调查表 50")]),
      [entry("area_affected", 100, "2022-09-05", "xianping", "rice"), entry("area_affected", 50, "2022-09-15", "xianping", "rice")])

R = "Numbers as shown"
refused(R, "rounded-to-nothing-wan.xlsx", "100 shown as 0.0万", book([line(value=100)], tune=formats("B2", '0!.0,"万"')), "B2", "General")
refused(R, "rounded-to-nothing.xlsx", "0.4 shown as 0", book([line(value=0.4)], tune=formats("B2", "0")), "B2", "General")
refused(R, "comma-fills-remarks.csv", "1,200 without quotes, which pushes the last value into 备注", text(
    table([], head=["村", "受灾面积（亩）", "绝收面积（亩）", "备注"]) + "东门村,1,200,10\n仙坪村,50,5,\n"), "2",
        "double quotes", always=["--days", "2022-09-10", "--document", "月报", "--by", "黄某"])
taken(R, "funds-of-township.xlsx", "the level of response without a village, below rows with villages", book(
    [line(document="通知 1"), line("抗旱应急响应级别", 3, "级", village=None, document="通知 1")]),
    [entry("gasoline", 120, "2022-09-05", "xianping"), entry("response_level", 3, "2022-09-05", "")])
