"""Lines between the rows of a table that hold for the rows below them."""

import datetime

from kit import asked, book, entry, line, merged, refused, taken

G = "Lines between the rows"
DAY = "2022-09-10"
TITLE = ["清源乡 2022年9月10日 填报人：黄某"]
AREA = ["村", "受灾面积（亩）"]
OIL = ["项目", "数值", "单位", "日期", "依据", "登记人"]


def oil(number, value, item="汽油"):
    return [item, value, "升", "2022-9-1", f"票{number}", "黄某"]


def area(village, value, days=DAY, crop="", factor=1):
    return entry("area_affected", value * factor, days, village, crop)


ROWS = [["东门村"], oil(1, 100), ["仙坪村："], oil(2, 200)]
MADE = [entry("gasoline", 100, "2022-09-01", "dongmen", document="票1"), entry("gasoline", 200, "2022-09-01", "xianping", document="票2")]
taken(G, "section-villages.xlsx", "a village alone above its rows", book(ROWS, OIL), MADE)
taken(G, "section-villages-merged.xlsx", "the same in merged cells", book(ROWS, OIL, tune=merged("A2:F2", "A4:F4")), MADE)
taken(G, "section-village-left.xlsx", "the same, one village left out", book(ROWS, OIL), MADE[1:], ["--as", "东门村=-"])
refused(G, "section-village-late.xlsx", "a village alone, and rows above it without one", book([oil(1, 100), ["仙坪村"], oil(2, 200)], OIL), "A3", "--as '仙坪村=-'")
taken(G, "section-crops.xlsx", "一、水稻 and 二、白莲 above their rows, with 小计", book(
    [["一、水稻"], ["东门村", 100], ["仙坪村", 200], ["小计", 300], ["二、白莲"], ["东门村", 11], ["小计", 11], ["合计", 311]], AREA, [TITLE]),
    [area("dongmen", 100, crop="rice"), area("xianping", 200, crop="rice"), area("dongmen", 11, crop="lotus")])
taken(G, "section-day.xlsx", "8月20日 above further rows", book(
    [["东门村", 100], ["8月20日"], ["东门村", 110]], AREA, [["清源乡旱情 2022年8月10日 填报人：黄某"]]),
    [area("dongmen", 100, "2022-08-10"), area("dongmen", 110, "2022-08-20")])
taken(G, "section-title-again.xlsx", "a second title with its day and the head once more", book(
    [["东门村", 100], [], ["2022年9月10日受灾情况"], AREA, ["东门村", 110]], AREA, [["2022年8月10日受灾情况 填报人：黄某"]]),
    [area("dongmen", 100, "2022-08-10"), area("dongmen", 110)])
taken(G, "section-unit.xlsx", "单位：公顷 and the head once more", book(
    [["东门村", 100], [], ["单位：公顷"], ["村", "受灾面积"], ["仙坪村", 2]], ["村", "受灾面积"], [TITLE, ["单位：亩"]]),
    [area("dongmen", 100), area("xianping", 30)])
refused(G, "section-unit-contradicts.xlsx", "单位：公顷 between rows below （亩）", book([["东门村", 100], [None, "单位：公顷"], ["仙坪村", 2]], AREA, [TITLE]),
        "B4", "--as '单位：公顷=-'")
for file, word in (("last-year", "去年同期"), ("last-month", "上月数："), ("other-year", "以下为2021年数据"), ("planned", "（以下为计划数）"),
                   ("not-checked", "丘陵村，数据待核"), ("void", "作废"), ("other-item", "以下为柴油")):
    asked(G, f"section-{file}.xlsx", f"{word} between rows", book([["东门村", 100], [word], ["仙坪村", 2]], AREA, [TITLE]), "A4", f"--as '{word}=-'",
          [(["--as", f"{word}=-"], [area("dongmen", 100)]), (["--as", f"{word}=备注"], [area("dongmen", 100), area("xianping", 2)])])
asked(G, "section-list-not-checked.xlsx", "以下未核实，暂不上报 in a list", book([line(), ["以下未核实，暂不上报"], line(value=9)]), "A3", "--as '以下未核实，暂不上报=-'",
      [(["--as", "以下未核实，暂不上报=-"], [entry("gasoline", 120, "2022-09-05", "xianping")])])
taken(G, "section-page.xlsx", "the title once more, 第2页 and a signature between rows", book(
    [["东门村", 100], ["制表人：黄某"], TITLE, ["第2页"], AREA, ["仙坪村", 2]], AREA, [TITLE]), [area("dongmen", 100), area("xianping", 2)])
refused(G, "note-unit.xlsx", "a note below says that the unit is another one", book([["东门村", 100], ["说明：以上面积单位实为公顷"]], AREA, [TITLE]), "4", "公顷")
refused(G, "note-unit-title.xlsx", "单位：亩 above, 注：单位：公顷 below", book(
    [["东门村", 100], ["注：单位：公顷"]], ["村", "受灾面积"], [["单位：亩"], TITLE]), "5", "公顷")
refused(G, "note-planned.xlsx", "a note below says that the numbers are planned", book([["东门村", 100], ["注：以上为计划数"]], AREA, [TITLE]), "4", "计划")
refused(G, "units-in-title-contradict.xlsx", "单位：亩、万元 above （元）", book(
    [["东门村", 10, 1.2]], ["村", "受灾面积（亩）", "群众自筹（元）"], [TITLE, ["单位：亩、万元"]]), "2", "万元")
taken(G, "units-in-title.xlsx", "单位：亩、万元 above heads without units", book(
    [["东门村", 10, 1.2]], ["村", "受灾面积", "群众自筹"], [TITLE, ["单位：亩、万元"]]),
    [area("dongmen", 10), entry("funds_raised", 12000, DAY, "dongmen")])

D = "Days and crops of a whole table"
DATES = [["汽油", 100, "升", datetime.date(2023, 8, 15), "东门村", "票1", "黄某"]]
DATED = ["项目", "数值", "单位", "日期", "村", "依据", "登记人"]
NEXT = [entry("gasoline", 100, "2023-08-15", "dongmen")]
asked(D, "year-contradicts.xlsx", "2022年 in the title, dates of 2023", book(DATES, DATED, [["清源乡2022年抗旱用油台账"]]), "D3", "--year 2023",
      [(["--year", "2023"], NEXT)])
asked(D, "year-of-sheet-contradicts.xlsx", "2022年 as the sheet's name, dates of 2023", book(DATES, DATED, sheet="2022年"), "D2", "--year 2023",
      [(["--year", "2023"], NEXT)])
AUGUST = [area("dongmen", 100, "2022-08-01..2022-08-31")]
ONE = [["东门村", 100]]
taken(D, "filled-in-later.xlsx", "8月份 in the title, filled in in September", book(ONE, AREA, [["清源乡8月份受灾统计表"], ["填报日期：2022年9月2日", "填报人：黄某"]]), AUGUST)
taken(D, "made-later.xlsx", "（2022年8月） in the title, 制表日期 in September", book(
    ONE, AREA, [["清源乡受灾统计表（2022年8月）"], ["制表日期：2022年9月2日", "填报人：黄某"]]), AUGUST)
taken(D, "filled-in-beside.xlsx", "the period and 2022年9月11日填报 in one cell", book(
    ONE, AREA, [["清源乡受灾统计表（2022年9月1日—9月10日） 2022年9月11日填报", "填报人：黄某"]]), [area("dongmen", 100, "2022-09-01..2022-09-10")])
asked(D, "filled-in-before.xlsx", "filled in before the month of the title", book(
    ONE, AREA, [["清源乡2022年8月受灾统计表"], ["填报日期：2022年7月2日", "填报人：黄某"]]), "2", "--days", [(["--days", "2022-08-01..2022-08-31"], AUGUST)])
taken(D, "month-as-sheet.xlsx", "2022年8月 as the sheet's name", book(ONE, AREA, [["清源乡受灾统计"], ["填报人：黄某"]], sheet="2022年8月"), AUGUST)
taken(D, "month-as-sheet-year-in-title.xlsx", "8月 as the sheet's name, the year in the title", book(ONE, AREA, [["清源乡2022年受灾统计 填报人：黄某"]], sheet="8月"), AUGUST)
asked(D, "month-of-sheet-contradicts.xlsx", "8月 as the sheet's name, September in the title", book(
    ONE, AREA, [["清源乡2022年9月受灾统计 填报人：黄某"]], sheet="8月"), "sheet", "--days", [(["--days", "2022-08-01..2022-08-31"], AUGUST)])
RICE = [area("dongmen", 100, crop="rice")]
taken(D, "crop-in-title.xlsx", "水稻 in the title", book(ONE, AREA, [["水稻受灾情况 2022年9月10日 填报人：黄某"]]), RICE)
taken(D, "crop-line.xlsx", "作物：水稻 above", book(ONE, ["村", "受灾面积"], [TITLE, ["作物：水稻", "单位：亩"]]), RICE)
taken(D, "crop-as-sheet.xlsx", "水稻 as the sheet's name", book(ONE, AREA, [TITLE], sheet="水稻"), RICE)
refused(D, "crops-in-title.xlsx", "水稻 and 白莲 in the title", book(ONE, AREA, [["水稻、白莲受灾情况 2022年9月10日 填报人：黄某"]]), "1", "crop")
taken(D, "crop-in-title-of-oil.xlsx", "水稻 in the title of a table of oil", book([["东门村", 5]], ["村", "汽油（升）"], [["水稻灌溉用油 2022年9月10日 填报人：黄某"]]),
      [entry("gasoline", 5, DAY, "dongmen")])
refused(D, "village-below.xlsx", "填报单位：东门村 below the table", book([oil(1, 100)], OIL, below=[["填报单位：东门村"]]), "3", "village")
