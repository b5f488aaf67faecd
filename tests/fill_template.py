"""Fills in the workbook of `hanqing ledger template` as a clerk does: from its lists, a few rows, one in another unit."""

import datetime
import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])
sheet = book["台账"]
day = datetime.date(2022, 8, 26)
rows = [
    ["汽油", 760, "L", day, day, "东门村", None, None, "加油票 00123", "财政所 黄某", "8月第二张"],
    ["省级财政拨款", 10.5, "万元", day, day, None, None, None, "拨款通知 2022-08", "财政所 黄某", None],
    ["受灾面积", 30.5, "亩", day, day, "东门村", "水稻", None, "农情调查表 3", "财政所 黄某", None],
    ["新建饮水工程", 1, "个", day, day, "东门村", None, "上坑水源点", "验收单 2022-02", "财政所 黄某", None],
]
for number, row in enumerate(rows, start=2):
    for column, value in enumerate(row, start=1):
        if value is not None:
            sheet.cell(number, column).value = value
    for column in (4, 5):
        sheet.cell(number, column).number_format = "yyyy-mm-dd"
book.save(sys.argv[2])
