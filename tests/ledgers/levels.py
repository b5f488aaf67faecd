"""Heads of several levels, and what their upper levels say."""

from kit import asked, book, entry, merged, refused, taken

G = "Words over the heads"
DAY = "2022-09-10"
TITLE = ["清源乡 2022年9月10日 填报人：黄某"]
AREAS = ["受灾面积（亩）", "绝收面积（亩）"]


def over(word, rows=(("东门村", 1, 2),), title=TITLE, below=AREAS):
    return book(rows, None, [title, ["村", word, None], [None, *below]], tune=merged("A2:A3", "B2:C2"))


def pair(days=DAY, village="dongmen", values=(1, 2), crop=""):
    return [entry("area_affected", values[0], days, village, crop), entry("area_failed", values[1], days, village, crop)]


for file, word in (("planned", "计划数"), ("expected", "预计数"), ("last-year", "去年同期情况"), ("last-month", "上月"), ("other-county", "其他县"),
                   ("not-checked", "未核实"), ("dry-land", "旱地"), ("before-check", "核定前")):
    asked(G, f"level-{file}.xlsx", f"{word} over the items", over(word), "B2", f"--as '{word}=-'", [(["--as", f"{word}=备注"], pair())])
taken(G, "level-harmless.xlsx", "农作物受灾情况 over the items", over("农作物受灾情况"), pair())
taken(G, "level-crop.xlsx", "水稻 over the items", over("水稻"), pair(crop="rice"))
refused(G, "level-other-year.xlsx", "2021年 over the items, 2022 in the title", over("2021年"), "B2", "--as '2021年=-'")
refused(G, "level-other-day.xlsx", "截至8月31日 over the items, 10 September in the title", over("截至8月31日"), "B2", "--as '截至8月31日=-'")
taken(G, "level-month.xlsx", "九月份 over the items, the year in the title", over("九月份", title=["清源乡2022年旱情 填报人：黄某"]), pair("2022-09-01..2022-09-30"))
taken(G, "level-day.xlsx", "8月15日情况 over the items, the month in the title", over("8月15日情况", title=["清源乡2022年8月旱情 填报人：黄某"]), pair("2022-08-15"))
refused(G, "level-village.xlsx", "仙坪村 over the items, villages in the rows", over("仙坪村"), "B2", "--as '仙坪村 / 受灾面积（亩）=-'")
taken(G, "level-unit.xlsx", "单位：公顷 over the items", over("单位：公顷", below=["受灾面积", "绝收面积"]), pair(values=(15, 30)))
GROUPS = book([["东门村", 1, 2, 3, 4]], None, [TITLE, ["村", "2021年", None, "2022年", None], [None, *AREAS, *AREAS]],
              tune=merged("A2:A3", "B2:C2", "D2:E2"))
asked(G, "level-two-years.xlsx", "2021年 and 2022年 over the same items", GROUPS, "B2", "--as '2021年=-'",
      [(["--as", "2021年=-"], pair(values=(3, 4)))])
refused(G, "level-two-years-other-left.xlsx", "the same, and the wrong year is left out", GROUPS, "B2", "--as '2021年=-'", ["--as", "2022年=-"])
MONTHS = book([["东门村", 1, 2]], None, [["清源乡2022年用油 填报人：黄某"], ["村", "8月", "9月"], [None, "汽油（升）", "汽油（升）"]], tune=merged("A2:A3"))
taken(G, "level-months.xlsx", "8月 and 9月 over the same item", MONTHS,
      [entry("gasoline", 1, "2022-08-01..2022-08-31", "dongmen"), entry("gasoline", 2, "2022-09-01..2022-09-30", "dongmen")])
taken(G, "title-item-crops.xlsx", "受灾面积（亩） in the title over columns of crops", book(
    [["东门村", 10, 20, 30]], ["村", "水稻", "白莲", "合计"], [["2022年受灾面积（亩）9月10日 填报人：黄某"]]),
    [entry("area_affected", 10, DAY, "dongmen", "rice"), entry("area_affected", 20, DAY, "dongmen", "lotus")])
refused(G, "crops-without-item.xlsx", "columns of crops, and no item anywhere", book([["东门村", 10, 20]], ["村", "水稻", "白莲"], [TITLE]), "2", "受灾面积")
taken(G, "head-crop-item.xlsx", "水稻受灾面积（亩） as a head", book([["东门村", 10, 20]], ["村", "水稻受灾面积（亩）", "白莲受灾面积（亩）"], [TITLE]),
      [entry("area_affected", 10, DAY, "dongmen", "rice"), entry("area_affected", 20, DAY, "dongmen", "lotus")])
taken(G, "title-item-months.xlsx", "汽油（升） in the title over columns of months", book(
    [["东门村", 10, 20, 30]], ["村", "8月", "9月", "合计"], [["2022年汽油（升）填报人：黄某"]]),
    [entry("gasoline", 10, "2022-08-01..2022-08-31", "dongmen"), entry("gasoline", 20, "2022-09-01..2022-09-30", "dongmen")])
taken(G, "title-item-villages.xlsx", "汽油（升） in the title, months by villages", book(
    [["8月", 10, 20, 30], ["合计", 10, 20, 30]], ["月份", "东门村", "仙坪村", "合计"], [["2022年各村汽油（升） 填报人：黄某"]]),
    [entry("gasoline", 10, "2022-08-01..2022-08-31", "dongmen"), entry("gasoline", 20, "2022-08-01..2022-08-31", "xianping")])
taken(G, "level-unit-alone.xlsx", "（万元） below 群众自筹, beside 农作物（亩） over its items", book(
    [["东门村", 100, 20, 5, 6]], None, [TITLE, ["村", "农作物（亩）", None, None, "群众自筹"], [None, "受灾", "成灾", "绝收", "（万元）"]], tune=merged("B2:D2")),
    [entry("area_affected", 100, DAY, "dongmen"), entry("area_damaged", 20, DAY, "dongmen"), entry("area_failed", 5, DAY, "dongmen"),
     entry("funds_raised", 60000, DAY, "dongmen")])
taken(G, "head-unit-loose.xlsx", "绝收面积 亩 and 群众自筹，万元 as heads", book([["东门村", 1, 3]], ["村", "绝收面积 亩", "群众自筹，万元"], [TITLE]),
      [entry("area_failed", 1, DAY, "dongmen"), entry("funds_raised", 30000, DAY, "dongmen")])
taken(G, "head-unit-is-village.xlsx", "单位 as the head of the villages", book([["东门村", 1, 2]], ["单位", *AREAS], [TITLE]), pair())
refused(G, "column-twice-letters.xlsx", "an item twice", book([["东门村", 1, 2]], ["村", "受灾面积（亩）", "受灾面积（亩）"], [TITLE]), "C2", "column C=-")
taken(G, "column-twice-left.xlsx", "an item twice, one left out by its letters", book([["东门村", 1, 2]], ["村", "受灾面积（亩）", "受灾面积（亩）"], [TITLE]),
      [entry("area_affected", 1, DAY, "dongmen")], ["--as", "列C=-"])
refused(G, "column-twice-both.xlsx", "an item twice, both left out by their head", book(
    [["东门村", 1, 2, 3]], ["村", "受灾面积（亩）", "受灾面积（亩）", "绝收面积（亩）"], [TITLE]), "C2", "column C=-", ["--as", "受灾面积（亩）=-"])
refused(G, "two-tables-beside.xlsx", "two tables beside each other", book(
    [["东门村", 1, None, "仙坪村", 20]], ["村", "受灾面积（亩）", None, "村", "绝收面积（亩）"], [TITLE]), "D2", "side by side")
refused(G, "among-not-all.xlsx", "其中 columns that are not all of 合计", book(
    [["东门村", 200, 100, 50]], None, [TITLE, ["村", "受灾面积（亩）", None, None], [None, "合计", "其中：水稻", "其中：白莲"]], tune=merged("B2:D2")),
    "B4", "not all")
