"""Writes a ledger as an office keeps it: a title, Chinese heads, dates, formulas, merged cells, a unit that is not the program's.

With `right` as second argument, without the rows that have something wrong in them."""

import datetime
import sys

import openpyxl

book = openpyxl.Workbook()
notes = book.active
notes.title = "说明"
notes["A1"] = "本表由财政所汇总"
sheet = book.create_sheet("抗旱台账")
sheet["A1"] = "清源乡抗旱台账（2022年）"
sheet.append([])
sheet.append(["项目", "数值", "单位", "起", "止", "村", "作物", "依据", "登记人", "登记时间"])
day = datetime.date(2022, 8, 26)
sheet.append(["省级财政拨款", 10.5, "万元", day, day, None, None, "拨款通知 2022-08", "财政所 黄某", datetime.datetime(2022, 8, 26, 16, 0)])
sheet.append(["汽油", 760, "L", "2022年8月5日", "2022-08-05", "东门村", None, "加油票 2022-08-0001", "财政所 黄某"])
sheet.append(["受灾面积", "1,200", "亩", day, day, "东门村", "水稻", "农情调查表", "农技站 陈某"])
sheet.append(["绝收面积", 12, None, day, day, "东门村", "水稻", "农情调查表", "农技站 陈某"])
sheet.append(["汽油", 40, "L", day, day, "东们村", None, "加油票 2022-08-0002", "财政所 黄某"])
# Formulas have no result before a program like Excel has worked them out.
sheet.append(["汽油", "=20+20", "升", day, day, "东门村", None, "加油票 2022-08-0003", "财政所 黄某"])
sheet.append(["受灾面积", 30, "亩", day, day, "仙坪村", "水稻", "农情调查表 3", "农技站 陈某"])
sheet.append(["成灾面积", 20, "亩", day, day, None, "水稻", "农情调查表 3", "农技站 陈某"])
sheet.merge_cells("F10:F11")
sheet.append(["抗旱后损失率", 0.12, "%", day, day, None, "水稻", "测产表", "农技站 陈某"])
sheet["B12"].number_format = "0%"
sheet.append(["汽油", "=1/0", "L", day, day, None, None, "加油票 2022-08-0004", "财政所 黄某"])
if sys.argv[2:] == ["right"]:
    # From below, so that the numbers above stay.
    for row in (13, 9, 8, 7):
        for cells in sheet.merged_cells.ranges:
            if cells.min_row > row:
                cells.shift(row_shift=-1)
        sheet.delete_rows(row)
book.save(sys.argv[1])
