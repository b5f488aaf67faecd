"""Tables of villages by items: the form in which villages report."""

from kit import asked, book, either, entry, merged, refused, taken

G = "Villages by items"
DAY = "2022-11-16"
ALWAYS = ["--document", "旱情统计表", "--by", "黄某"]
TITLE = [["清源乡旱情统计表"], ["填报日期：2022年11月16日", None, None, None, "填报人：陈某"]]
AREAS = ["area_affected", "area_damaged", "area_failed"]
VILLAGES = ["东门村", "仙坪村", "乔坑村"]
IDS = ["dongmen", "xianping", "qiaokeng"]
HEAD = ["村名", "受灾面积（亩）", "成灾面积（亩）", "绝收面积（亩）"]
NUMBERS = [[420, 110, 18], [380, 95, 12], [205, 60, 9]]
SUMS = [1005, 265, 39]


def cells(numbers=NUMBERS, codes=AREAS, days=DAY, factor=1, crop=""):
    return [entry(code, value * factor, days, village, crop)
            for village, row in zip(IDS, numbers) for code, value in zip(codes, row) if value is not None and value != "-"]


def rows(numbers=NUMBERS):
    return [[village, *row] for village, row in zip(VILLAGES, numbers)]


def matrix(file, what, write, made, always=ALWAYS, kind=taken, says=()):
    kind(G, f"matrix-{file}.xlsx", what, write, made, always=always, says=says)


matrix("plain", "units in the heads, title with day and person", book(rows(), HEAD, TITLE), cells())
matrix("totals", "a row 合计 below", book([*rows(), ["合计", *SUMS]], HEAD, TITLE), cells())
matrix("totals-above", "a row 全乡合计 first", book([["全乡合计", *SUMS], *rows()], HEAD, TITLE), cells())
matrix("total-formulas", "a row 合计 of formulas never worked out",
       book([*rows(), ["合计", "=SUM(B4:B6)", "=SUM(C4:C6)", "=SUM(D4:D6)"]], HEAD, TITLE), cells(), kind=either)
refused(G, "matrix-total-wrong.xlsx", "a 合计 that is not the sum", book([*rows(), ["合计", 1005, 265, 40]], HEAD, TITLE), "D7", ["39", "40", "--as '合计=-'"], ALWAYS)
matrix("numbered", "序号 before, 备注 behind", book(
    [[n + 1, *row, "已核"] for n, row in enumerate(rows())], ["序号", *HEAD, "备注"], TITLE), cells())
matrix("empty-cells", "empty cells, which are not zero", book(rows([[420, None, 18], [380, 95, None], [None, 60, 9]]), HEAD, TITLE),
       cells([[420, None, 18], [380, 95, None], [None, 60, 9]]))
matrix("dashes", "cells with - and —", book(rows([[420, "-", 18], [380, 95, "—"], [205, 60, 9]]), HEAD, TITLE),
       cells([[420, None, 18], [380, 95, None], [205, 60, 9]]))
matrix("zeros", "cells with 0, which were found", book(rows([[420, 0, 0], [380, 95, 12], [205, 60, 0]]), HEAD, TITLE),
       cells([[420, 0, 0], [380, 95, 12], [205, 60, 0]]))
matrix("unit-in-title", "单位：亩 in the line above", book(
    rows(), ["村", "受灾面积", "成灾面积", "绝收面积"], [["清源乡旱情统计表（2022年11月16日）"], [None, None, None, "单位：亩"]]), cells())
matrix("unit-row", "the units in a row under the heads", book(
    [[None, "亩", "亩", "亩"], *rows()], ["村", "受灾面积", "成灾面积", "绝收面积"], TITLE), cells(), kind=either)
matrix("hectares", "（公顷）in the heads", book(rows([[2, 1, 0.5]]), [h.replace("亩", "公顷") for h in HEAD], TITLE), cells([[2, 1, 0.5]], factor=15))
matrix("two-levels", "受灾情况（亩）over 受灾, 成灾, 绝收", book(
    rows(), None, [*TITLE, ["村", "受灾情况（亩）", None, None], [None, "受灾面积", "成灾面积", "绝收面积"]], tune=merged("B3:D3", "A3:A4")), cells())
matrix("two-levels-unmerged", "受灾情况（亩）over the items, the cell below 村 empty", book(
    rows(), None, [*TITLE, ["村", "受灾情况（亩）", None, None], [None, "受灾面积", "成灾面积", "绝收面积"]], tune=merged("B3:D3")), cells())
matrix("three-levels", "农业 over 受灾情况 over items and units", book(
    rows(), None, [*TITLE, ["村名", "农业受灾情况", None, None], [None, "受灾面积", "成灾面积", "绝收面积"], [None, "亩", "亩", "亩"]],
    tune=merged("A3:A5", "B3:D3")), cells())
asked(G, "matrix-equipment.xlsx", "投入设备（台）in the head, which meters count, too", book(
    [["东门村", 44], ["仙坪村", 30]], ["村名", "投入设备（台）"], TITLE), "B3", ["没有监测|not monitored", "--as '投入设备（台）"],
    [(["--as", "投入设备（台）=未装表抗旱设备"], [entry("equipment_declared", 44, DAY, "dongmen"), entry("equipment_declared", 30, DAY, "xianping")])],
    always=ALWAYS)
either(G, "matrix-side-by-side.xlsx", "the villages in two halves beside each other", book(
    [["东门村", 420, "仙坪村", 380], ["乔坑村", 205, "李坊村", 90]], ["村名", "受灾面积（亩）", "村名", "受灾面积（亩）"], TITLE),
    [entry("area_affected", v, DAY, village) for village, v in (("dongmen", 420), ("xianping", 380), ("qiaokeng", 205), ("lifang", 90))], always=ALWAYS)
refused(G, "matrix-two-tables.xlsx", "a second table with another head below the first", book(
    [*rows(), [], ["村名", "群众自筹（元）", "省级拨款（元）"], ["东门村", 1000, 2000], ["仙坪村", 500, 800]], HEAD, TITLE), "8", [], ALWAYS)
matrix("months", "a column 月份 beside the villages, 8月 and 9", book(
    [["东门村", "8月", 420], ["仙坪村", 9, 380]], ["村", "月份", "受灾面积（亩）"], [["清源乡2022年旱情统计表"], ["填报人：陈某"]]),
    [entry("area_affected", 420, "2022-08-01..2022-08-31", "dongmen"), entry("area_affected", 380, "2022-09-01..2022-09-30", "xianping")])
refused(G, "matrix-groups.xlsx", "a row 其中：一组 below its village", book(
    [["东门村", 420, 110], ["其中：一组", 200, 50]], ["村名", "受灾面积（亩）", "成灾面积（亩）"], TITLE), "A5", "group", ALWAYS)
matrix("crops", "受灾面积（亩）over the crops", book(
    [["东门村", 300, 120, 420], ["仙坪村", 260, 120, 380], ["合计", 560, 240, 800]], None,
    [*TITLE, ["村", "受灾面积（亩）", None, None], [None, "水稻", "白莲", "小计"]], tune=merged("B3:D3", "A3:A4")),
    [entry("area_affected", value, DAY, village, crop) for village, a, b in (("dongmen", 300, 120), ("xianping", 260, 120))
     for crop, value in (("rice", a), ("lotus", b))])
refused(G, "matrix-crops-sum-wrong.xlsx", "a 小计 over the crops that is not their sum", book(
    [["东门村", 300, 120, 430]], None, [*TITLE, ["村", "受灾面积（亩）", None, None], [None, "水稻", "白莲", "小计"]], tune=merged("B3:D3", "A3:A4")),
    "D5", ["430", "420"], ALWAYS)
matrix("crop-column", "a column of crops beside the villages", book(
    [["东门村", "水稻", 300, 18], ["东门村", "白莲", 120, 4]], ["村", "作物", "受灾面积（亩）", "绝收面积（亩）"], TITLE),
    [entry("area_affected", 300, DAY, "dongmen", "rice"), entry("area_failed", 18, DAY, "dongmen", "rice"),
     entry("area_affected", 120, DAY, "dongmen", "lotus"), entry("area_failed", 4, DAY, "dongmen", "lotus")])
matrix("merged-villages", "a column of crops beside merged villages", book(
    [["东门村", "水稻", 300], [None, "白莲", 120], ["仙坪村", "水稻", 200], [None, "白莲", 90]], ["村", "作物", "受灾面积（亩）"], TITLE,
    tune=merged("A4:A5", "A6:A7")),
    [entry("area_affected", v, DAY, village, crop) for village, crop, v in
     (("dongmen", "rice", 300), ("dongmen", "lotus", 120), ("xianping", "rice", 200), ("xianping", "lotus", 90))])
matrix("items-by-villages", "a row for each item, a column for each village", book(
    [["受灾面积（亩）", 420, 380, 205], ["成灾面积（亩）", 110, 95, 60], ["绝收面积（亩）", 18, 12, 9]], ["项目", *VILLAGES], TITLE), cells())
matrix("items-by-villages-units", "the same with a column of units and 合计", book(
    [["受灾面积", "亩", 420, 380, 205, 1005], ["成灾面积", "亩", 110, 95, 60, 265], ["绝收面积", "亩", 18, 12, 9, 39]],
    ["指标", "计量单位", *VILLAGES, "合计"], TITLE), cells())
refused(G, "matrix-items-sum-wrong.xlsx", "the same with a wrong 合计", book(
    [["受灾面积", "亩", 420, 380, 205, 1015]], ["指标", "计量单位", *VILLAGES, "合计"], TITLE), "F4", ["1015", "1005"], ALWAYS)
MIXED = ["gasoline", "diesel", "funds_raised", "wells_engaged"]
matrix("mixed-units", "heads with different units", book(
    rows([[120, 60, 1.5, 3], [80, 40, 0.8, 2]]), ["行政村", "汽油（升）", "柴油（升）", "群众自筹（万元）", "投入抗旱机电井（眼）"], TITLE),
    cells([[120, 60, 15000, 3], [80, 40, 8000, 2]], MIXED))
asked(G, "matrix-own-word.xlsx", "投入设备（台）, the office's own word", book(
    [["东门村", 420, 4], ["仙坪村", 380, 3]], ["村名", "受灾面积（亩）", "投入设备（台）"], TITLE), "C3", "--as",
    [(["--as", "投入设备=未装表抗旱设备"], cells([[420, 4], [380, 3]], ["area_affected", "equipment_declared"]))], always=ALWAYS,
    rows=cells([[420, 4], [380, 3]], ["area_affected", "equipment_declared"]))
refused(G, "matrix-no-unit.xlsx", "areas without a unit anywhere", book(rows(), ["村", "受灾面积", "成灾面积", "绝收面积"], TITLE), "B|C", "亩", ALWAYS)
matrix("month-in-title", "the days of a month in the title", book(rows(), HEAD, [["清源乡2022年8月旱情统计表"]]), cells(days="2022-08-01..2022-08-31"))
asked(G, "matrix-no-day.xlsx", "no day anywhere", book(rows(), HEAD, [["清源乡旱情统计表"]]), [], "--days",
      [(["--days", "2022-11-16..2022-11-16"], cells())], always=ALWAYS)
matrix("day-column", "a column of days", book(
    [["东门村", "2022-08-10", 420, 110], ["东门村", "2022-09-10", 430, 120]], ["村", "日期", "受灾面积（亩）", "成灾面积（亩）"]),
    [entry(code, value, d, "dongmen") for d, values in (("2022-08-10", (420, 110)), ("2022-09-10", (430, 120)))
     for code, value in zip(AREAS, values)])
matrix("signatures", "signatures below", book([*rows(), ["合计", *SUMS], [], ["制表人：陈某", None, "审核人：吴某", "负责人：刘某"]], HEAD, TITLE), cells())
taken(G, "matrix-person-in-title.xlsx", "填报人：陈某 above, who enters the rows", book(rows(), HEAD, TITLE),
      [{**row, "entered_by": "陈某"} for row in cells()], always=ALWAYS[:2])
refused(G, "matrix-hedge.xlsx", "约420 in a cell", book(rows([["约420", 110, 18]]), HEAD, TITLE), "B4", "约", ALWAYS)
refused(G, "matrix-village-unknown.xlsx", "a village that the township does not have", book([*rows(), ["下洋村", 1, 1, 1]], HEAD, TITLE), "A7", "no such village", ALWAYS)
matrix("village-twice", "a village twice, with other numbers", book([*rows(), ["东门村", 1, 1, 1]], HEAD, TITLE),
       [*cells(), *(entry(code, 1, DAY, "dongmen") for code in AREAS)], kind=either)
