"""Lists: a row for each entry. Titles, heads, totals, merged cells, remarks, blank rows."""

from kit import HEAD, asked, book, computed, either, entry, line, merged, refused, taken

G = "Layout of lists"
ROW = entry("gasoline", 120, "2022-09-05", "xianping", document="油票 001")


def two():
    return [line(document="油票 011"), line(value=80, first="2022-09-06", village="李坊村", document="油票 012")]


TWO = [entry("gasoline", 120, "2022-09-05", "xianping", document="油票 011"),
       entry("gasoline", 80, "2022-09-06", "lifang", document="油票 012")]

taken(G, "title-merged.xlsx", "a title in merged cells, a line with the office and the units", book(
    [line()], above=[["清源乡抗旱物资登记表"], ["填报单位：农业农村办", None, None, None, "计量单位：元、亩、升"]], tune=merged("A1:J1")), [ROW])
taken(G, "title-three-lines.xlsx", "three lines above the head, one of them empty", book(
    [line()], above=[["附件2"], ["2022年抗旱台账"], []]), [ROW])
taken(G, "signatures.xlsx", "lines for signatures below", book(
    two(), below=[[], ["制表人：陈某", None, None, None, "审核：吴某"], ["2022年9月30日"]]), TWO)
taken(G, "note-below.xlsx", "a note below", book(
    two(), below=[["注：本表汽油按加油票登记，柴油另表。"], ["说明：每月底上报。"]]), TWO)

# Totals: checked, and not entered.
taken(G, "total-below.xlsx", "a row 合计 below with the right sum", book(two(), below=[["合计", 200, "升"]]), TWO, says=["合计"])
taken(G, "total-bare.xlsx", "a row 合计 below without a unit", book(two(), below=[["合 计", 200]]), TWO)
taken(G, "total-zongji.xlsx", "a row 总计 below", book(two(), below=[["总计", 200, "升"]]), TWO)
taken(G, "total-above.xlsx", "a row 合计 first", book([["合计", 200, "升"], *two()]), TWO)
taken(G, "total-in-village.xlsx", "合计 in the column of the villages", book(two(), below=[["汽油", 200, "升", None, None, "合计"]]), TWO)
either(G, "total-formula.xlsx", "a total as a formula that was never worked out", book(two(), below=[["合计", "=SUM(B2:B3)", "升"]]), TWO)
taken(G, "total-formula-done.xlsx", "a total as a formula with its result",
      computed(book(two(), below=[["合计", "=SUM(B2:B3)", "升"]]), {"B4": 200}), TWO)
refused(G, "total-wrong.xlsx", "a total that is not the sum", book(two(), below=[["合计", 210, "升"]]), "B4", ["210", "200", "--as '合计=-'"])
either(G, "total-in-document.xlsx", "a row whose paper is 合计", book([*two(), line(value=200, document="合计")]), TWO)
taken(G, "subtotals.xlsx", "a row 小计 after each village and 合计 below", book([
    line(document="a1"), line(value=30, document="a2"), ["小计", 150, "升"],
    line(value=10, village="乔坑村", document="b1"), line(value=15, village="乔坑村", document="b2"), ["小计", 25, "升"], ["合计", 175, "升"]]),
    [entry("gasoline", 120, "2022-09-05", "xianping", document="a1"), entry("gasoline", 30, "2022-09-05", "xianping", document="a2"),
     entry("gasoline", 10, "2022-09-05", "qiaokeng", document="b1"), entry("gasoline", 15, "2022-09-05", "qiaokeng", document="b2")])
refused(G, "subtotal-wrong.xlsx", "a 小计 that is not the sum of its village", book([
    line(document="a1"), line(value=30, document="a2"), ["小计", 140, "升"], line(value=10, village="乔坑村", document="b1"), ["合计", 160, "升"]]),
    "B4", ["140", "150", "--as '小计=-'"])
either(G, "total-two-items.xlsx", "one 合计 over two items with different units", book([
    line(), line("柴油", 50, document="油票 002"), line("受灾面积", 10, "亩", crop="水稻", document="表 1"), ["合计", 180]]),
    [ROW, entry("diesel", 50, "2022-09-05", "xianping", document="油票 002"),
     entry("area_affected", 10, "2022-09-05", "xianping", "rice", "表 1")])

# Cells that stand for several rows.
taken(G, "merged-village.xlsx", "one village in merged cells over three rows", book(
    [line(document="m1"), line(village=None, document="m2"), line(village=None, document="m3"), line(village="李坊村", document="m4")],
    tune=merged("F2:F4")),
    [entry("gasoline", 120, "2022-09-05", "xianping", document=d) for d in ("m1", "m2", "m3")]
    + [entry("gasoline", 120, "2022-09-05", "lifang", document="m4")])
taken(G, "merged-item-and-day.xlsx", "item and days in merged cells", book(
    [line(document="m1"), [None, 30, "升", None, None, "李坊村", None, None, "m2", "陈某"]], tune=merged("A2:A3", "D2:D3", "E2:E3")),
    [entry("gasoline", 120, "2022-09-05", "xianping", document="m1"), entry("gasoline", 30, "2022-09-05", "lifang", document="m2")])
refused(G, "merged-value.xlsx", "one value in merged cells over two villages", book(
    [line(document="m1"), line(value=None, village="李坊村", document="m2")], tune=merged("B2:B3")), "B2|B3", "split the cells")
taken(G, "ditto-words.xlsx", "同上 for village and paper", book(
    [line(), ["汽油", 40, "升", "2022-09-06", "2022-09-06", "同上", None, None, "同上", "陈某"]]),
    [ROW, entry("gasoline", 40, "2022-09-06", "xianping", document="油票 001")])
taken(G, "ditto-marks.xlsx", "〃 and \" for item, unit and village", book(
    [line(), ["〃", 40, "〃", "2022-09-06", "2022-09-06", "\"", None, None, "油票 002", "〃"]]),
    [ROW, entry("gasoline", 40, "2022-09-06", "xianping", document="油票 002")])
refused(G, "ditto-first.xlsx", "同上 in the first row", book([line(village="同上")]), "F2", "write it out")
either(G, "village-left-out.xlsx", "the village only in its first row, an empty cell below", book(
    [line(document="v1"), line(value=30, village=None, document="v2")]), [
        entry("gasoline", 120, "2022-09-05", "xianping", document="v1"), entry("gasoline", 30, "2022-09-05", "", document="v2")])

# Heads.
taken(G, "head-of-two-levels.xlsx", "起止日期 over 起 and 止", book(
    [line()], head=None, above=[[*HEAD[:3], "起止日期", None, *HEAD[5:]], [None] * 3 + ["起", "止"]],
    tune=merged("D1:E1", *[f"{c}1:{c}2" for c in "ABCFGHIJ"])), [ROW])
taken(G, "head-other-names.xlsx", "序号, 项目名称, 数量, 计量单位, 日期, 村名, 凭证号, 经办人, 备注", book(
    [[1, "汽油", 120, "升", "2022-09-05", "仙坪村", "油票 001", "陈某", "已付"]],
    head=["序号", "项目名称", "数量", "计量单位", "日期", "村名", "凭证号", "经办人", "备注"]), [ROW])
asked(G, "head-more-names.xlsx", "编号, 名称, 数值, 单位, 时间, 行政村, 依据文件, 填报人", book(
    [["1", "汽油", 120, "升", "2022-09-05", "仙坪村", "油票 001", "陈某"]],
    head=["编号", "名称", "数值", "单位", "时间", "行政村", "依据文件", "填报人"]), "B1", "--as", [(["--as", "名称=项目"], [ROW])], rows=[ROW])
taken(G, "head-with-blanks.xlsx", "heads with blanks and line breaks", book(
    [line()], head=["项 目", "数\n值", "单　位", "起", "止", "村", "作 物", "工程", "依 据", "登记人"]), [ROW])
taken(G, "head-with-unit.xlsx", "数值（升）beside an equal column of units", book([line()], head=["项目", "数值（升）", *HEAD[2:]]), [ROW])
taken(G, "remarks.xlsx", "columns 备注 and 经办单位", book([line() + ["已付款", "农业农村办"]], head=[*HEAD, "备注", "经办单位"]), [ROW])
taken(G, "numbered.xlsx", "a column 序号 before", book([[1, *line()], [2, *line(value=9, document="油票 009")]], head=["序号", *HEAD]),
      [ROW, entry("gasoline", 9, "2022-09-05", "xianping", document="油票 009")])
asked(G, "unknown-column.xlsx", "a column that could be anything", book([line() + ["300"]], head=[*HEAD, "折算"]),
      "折算", "--as", [(["--as", "折算=-"], [ROW])], rows=[ROW])
asked(G, "no-paper.xlsx", "no column for the paper", book([line()[:8] + line()[9:]], head=[*HEAD[:8], "登记人"]),
      [], "--document", [(["--document", "9月油票汇总"], [entry("gasoline", 120, "2022-09-05", "xianping", document="9月油票汇总")])])
asked(G, "no-person.xlsx", "no column for the person", book([line()[:9]], head=HEAD[:9]),
      [], "--by", [(["--by", "黄某"], [entry("gasoline", 120, "2022-09-05", "xianping", document="油票 001", by="黄某")])])
asked(G, "no-days.xlsx", "no column of days and none in the title", book(
    [["汽油", 120, "升", "仙坪村", "油票 001", "陈某"]], head=["项目", "数值", "单位", "村", "依据", "登记人"]),
    [], "--days", [(["--days", "2022-09-01..2022-09-30"], [entry("gasoline", 120, "2022-09-01..2022-09-30", "xianping", document="油票 001")])])
refused(G, "no-head.xlsx", "no heads at all", book([line()], head=None), [], ["code", "row for each village"])
refused(G, "two-value-columns.xlsx", "the head 数值 twice", book(
    [["汽油", 120, 130, "升", "2022-09-05", "仙坪村", "油票 001", "陈某"]], head=["项目", "数值", "数值", "单位", "日期", "村", "依据", "登记人"]),
    "C1", "--as")
taken(G, "head-again.xlsx", "the head repeated, as on each printed page", book([two()[0], HEAD, two()[1]]), TWO)
taken(G, "moved.xlsx", "the table begins in C4", book(
    [[None, None, *line()]], head=[None, None, *HEAD], above=[[], [], []]), [ROW])

refused(G, "village-in-title.xlsx", "a list of one village, which only its title names", book(
    [line()[:5] + line()[6:]], head=HEAD[:5] + HEAD[6:], above=[["仙坪村抗旱物资登记表"]]), "仙坪村", "column village|village")
taken(G, "office-in-title.xlsx", "a list of the township without a column of villages", book(
    [line("省级财政拨款", 12, "万元")[:5] + line()[6:]], head=HEAD[:5] + HEAD[6:], above=[["清源乡抗旱资金登记表"]]),
    [entry("funds_province", 120000, "2022-09-05", document="油票 001")])
asked(G, "carried-over.xlsx", "承前页 and 过次页, as in a paper ledger", book(
    [["承前页", 300, "升"], *two(), ["过次页", 500, "升"]]), ["2", "5"], "--as '承前页=",
    [(["--as", "承前页=-", "--as", "过次页=-"], TWO)], rows=TWO)
either(G, "head-with-stars.xlsx", "heads with a star where they have to be filled in", book([line()], head=["*" + h for h in HEAD[:5]] + HEAD[5:]), [ROW])
asked(G, "price-and-amount.xlsx", "数量, 单价 and 金额, of which one is the value", book(
    [["汽油", 120, 8.5, 1020, "升", "2022-09-05", "仙坪村", "油票 001", "陈某"]],
    head=["品名", "数量", "单价", "金额", "单位", "日期", "村", "凭证号", "经办人"]), ["C1", "D1"], ["--as '单价=-'", "--as '金额=-'"],
    [(["--as", "单价=-", "--as", "金额=-"], [ROW])])
# Blank rows, doubled rows, mixed faults.
taken(G, "blank-rows.xlsx", "empty rows between", book([two()[0], [None] * 10, [None] * 10, two()[1]]), TWO)
taken(G, "rows-of-blanks.xlsx", "rows of blanks between", book([two()[0], ["  "] * 10, ["　"] * 10, two()[1]]), TWO)
taken(G, "numbered-blank.xlsx", "prepared rows with a number and nothing else", book(
    [[1, *line()], [2], [3]], head=["序号", *HEAD]), [ROW])
asked(G, "equal-rows.xlsx", "three equal rows", book([line(), line(), line()]), ["2", "3"], "--equal-rows",
      [(["--equal-rows", "one"], [ROW]), (["--equal-rows", "each"], [ROW] * 3)])
refused(G, "good-and-bad.xlsx", "good rows beside a word for a number and a missing paper", book(
    [line(), line(value="abc", document="x2"), line(value=3, document=None), line(document="x4")]), ["B3", "I4"], ["for example 1200", "name the paper"])
taken(G, "line-break-in-cell.xlsx", "a line break within an item", book([line("汽\n油")]), [ROW])
taken(G, "blanks-around.xlsx", "blanks, no-break and full-width ones around words", book(
    [line("汽油 ", 120, "升\u00a0", " 2022-09-05", "2022-09-05 ", "仙坪村\u3000", document="油票 001 ")]), [ROW])
either(G, "bidi-marks.xlsx", "marks of writing direction and of zero width within words", book(
    [line("\u200b汽油", 120, "升\u200e", "2022-09-05\u200f", "2022-09-05", "\ufeff仙坪村")]), [ROW])
either(G, "control-characters.xlsx", "a control character in the paper, as Excel writes it", book(
    [line(document="油票_x001B_[31m红")]), [{**ROW, "document": "油票_x001B_[31m红"}])
taken(G, "formula-as-text.xlsx", "text that a spreadsheet would run, in the paper", book(
    [line(document="x")], tune=lambda _, page: (setattr(page["I2"], "value", "=cmd|' /C calc'!A0"), setattr(page["I2"], "data_type", "s"))),
    [{**ROW, "document": "=cmd|' /C calc'!A0"}])
either(G, "only-head.xlsx", "a head without rows", book([]), [])
refused(G, "long-text.xlsx", "a paper of 600 characters", book([line(document="票" * 600)]), "I2", ["500", "shorten"])
