"""Text files: encodings, separators, quotes, lines."""

from kit import HEAD, asked, entry, line, refused, table, taken, either, text

G = "Text files"
ROW = entry("gasoline", 120, "2022-09-05", "xianping", document="油票 001")
NINE = entry("gasoline", 9, "2022-09-05", "xianping", document="油票 009")
PLAIN = table([line(), line(value=9, document="油票 009")])
BOTH = [ROW, NINE]
IDS = "code,value,unit,from,to,village,crop,work,document,entered_by,entered_at,reason,supersedes\n"

taken(G, "ids.csv", "the program's own columns", text(IDS + "gasoline,120,L,2022-09-05,2022-09-05,xianping,,,油票 001,陈某,,,\n"), [ROW])
for name, what, encoding in [("utf8", "UTF-8", "utf-8"), ("utf8-bom", "UTF-8 with a mark (Excel's CSV UTF-8)", "utf-8-sig"),
                             ("gb18030", "GB18030 (Excel's CSV in China)", "gb18030"), ("utf16", "UTF-16 with a mark", "utf-16")]:
    taken(G, f"{name}.csv", what, text(PLAIN, encoding), BOTH)
taken(G, "utf16-be.csv", "UTF-16, the high byte first, with a mark", lambda path: path.write_bytes(b"\xfe\xff" + PLAIN.encode("utf-16-be")), BOTH)
either(G, "utf16-no-mark.csv", "UTF-16 without a mark", text(PLAIN, "utf-16-le"), BOTH)
taken(G, "unicode-text.txt", "Excel's Unicode text: UTF-16 and tabs", text(table([line(), line(value=9, document="油票 009")], separator="\t", newline="\r\n"), "utf-16"), BOTH)
taken(G, "gbk-rare.csv", "GB18030 with a character of four bytes", text(table([line(by="𠮷某")]), "gb18030"), [{**ROW, "entered_by": "𠮷某"}])
refused(G, "mixed-encodings.csv", "UTF-8 and GB18030 in one file", lambda path: path.write_bytes(
    PLAIN.encode() + table([line(document="票")], head=None).encode("gb18030")), [], "GB18030")
for name, what, separator in [("tabs", "tabs", "\t"), ("semicolons", "semicolons", ";"), ("bars", "vertical bars", "|")]:
    taken(G, f"{name}.csv", f"{what} for commas", text(table([line(), line(value=9, document="油票 009")], separator=separator), "utf-8-sig"), BOTH)
taken(G, "wide-commas.csv", "full-width commas", text(PLAIN.replace(",", "，")), BOTH)
taken(G, "tabs-gb18030.txt", "tabs in GB18030", text(PLAIN.replace(",", "\t"), "gb18030"), BOTH)
taken(G, "sep-line.csv", "Excel's line sep=; above", text("sep=;\n" + PLAIN.replace(",", ";"), "utf-8-sig"), BOTH)
taken(G, "quoted-thousands.csv", "thousands separators in quotes", text(table([line(value="3,450")])), [{**ROW, "value": 3450}])
taken(G, "quotes-in-cell.csv", "quotes within a cell", text(table([line(document='"九月"油票')])), [{**ROW, "document": '"九月"油票'}])
taken(G, "line-break.csv", "a line break within a cell", text(table([line("汽\n油")])), [ROW])
taken(G, "crlf.csv", "lines that end as in Windows", text(PLAIN.replace("\n", "\r\n")), BOTH)
taken(G, "cr.csv", "lines that end as in the old Mac", text(PLAIN.replace("\n", "\r")), BOTH)
taken(G, "no-last-newline.csv", "no end of the last line", text(PLAIN.rstrip()), BOTH)
taken(G, "trailing-commas.csv", "commas behind each line and lines of commas", text(PLAIN.replace("\n", ",,,\n") + ",,,,,,,,,,,,\n"), BOTH)
taken(G, "title.csv", "a title above the head", text("清源乡抗旱台账,,,,,,,,,\n" + PLAIN), BOTH)
taken(G, "title-short.csv", "a title without commas", text("清源乡抗旱台账\n" + PLAIN), BOTH)
taken(G, "short-lines.csv", "lines that end early", text(PLAIN.replace("油票 009,陈某", "油票 009,陈某") + ",,\n"), BOTH)
taken(G, "totals.csv", "合计 below", text(PLAIN + "合计,129,升\n"), BOTH)
refused(G, "blank-lines.csv", "wrong numbers after empty lines and a line break in a cell, with the number of each", text(
    table([line()]) + "\n\n" + table([line(value="abc", document="x")], head=None) + table([line(document="第一行\n第二行")], head=None)
    + table([line(value="xyz", document="y")], head=None)), ["row 5", "row 7|row 8"], "for example 1200")
refused(G, "open-quote.csv", "a quote that is not closed", text(table([line()]) + '汽油,5,升,2022-09-05,2022-09-05,仙坪村,,,"油票,陈某\n'), "row 3", "quote")
refused(G, "comma-in-number.csv", "3,450 without quotes, so that the line has a field more", text(
    table([line()]) + "汽油,3,450,升,2022-09-05,2022-09-05,仙坪村,,,油票,陈某\n"), "row 3", "double quotes")
refused(G, "comma-in-matrix.csv", "3,450 without quotes where the last field is empty", text(
    "村名,受灾面积（亩）,成灾面积（亩）,绝收面积（亩）,备注\n东门村,3,450,110,18,\n仙坪村,380,95,12,\n"), "row 2", ["6 fields", "double quotes"],
    always=["--document", "旱情统计表", "--by", "黄某", "--days", "2022-11-16..2022-11-16"])
refused(G, "field-too-few.csv", "a line that has a field less than the head", text(
    "村名,受灾面积（亩）,成灾面积（亩）,绝收面积（亩）\n东门村,420,110,18\n仙坪村,380,12\n"), "row 3", ["3 fields", "separator"],
    always=["--document", "旱情统计表", "--by", "黄某", "--days", "2022-11-16..2022-11-16"])
asked(G, "equal-slips.csv", "two slips of one day that are equal", text(table([line(document="加油票"), line(document="加油票")])), ["2", "3"],
      "--equal-rows", [(["--equal-rows", "each"], [{**ROW, "document": "加油票"}] * 2), (["--equal-rows", "one"], [{**ROW, "document": "加油票"}])])
refused(G, "corrections.csv", "corrections of rows that the ledger does not have", text(
    IDS + "gasoline,-700,L,2022-11-08,2022-11-08,qiaokeng,,,冲销,黄某,,红字冲销,113\ngasoline,70,L,2022-11-08,2022-11-08,qiaokeng,,,改,黄某,,,113\n"
    "gasoline,70,L,2022-11-08,2022-11-08,qiaokeng,,,改,黄某,,改,9999\n"), ["row 2", "row 3"], "a decrease is a correction")
refused(G, "correction-of-nothing.csv", "a correction of a row that the ledger does not have", text(
    IDS + "gasoline,70,L,2022-11-08,2022-11-08,qiaokeng,,,改,黄某,,改,9999\n"), "row 2", "9999")
taken(G, "matrix.csv", "villages by items", text("村名,受灾面积（亩）,绝收面积（亩）\n东门村,420,18\n仙坪村,380,12\n合计,800,30\n"),
      [entry(code, v, "2022-11-16", village) for village, values in (("dongmen", (420, 18)), ("xianping", (380, 12)))
       for code, v in zip(("area_affected", "area_failed"), values)],
      always=["--document", "旱情统计表", "--by", "黄某", "--days", "2022-11-16..2022-11-16"])
refused(G, "control-characters.csv", "terminal control characters", text(table([line(document="油票\x1b[31m红")])), "row 2", "type it again")
taken(G, "formula-text.csv", "text that a spreadsheet would run", text(table([line(document="=HYPERLINK(\"http://x\")")])),
      [{**ROW, "document": "=HYPERLINK(\"http://x\")"}])
refused(G, "nul.csv", "NUL bytes in UTF-8", lambda path: path.write_bytes(PLAIN.encode().replace("油票 009".encode(), b"\0\0")), [], "right file|type it again")
refused(G, "empty.csv", "an empty file", text(""), [], "empty")
refused(G, "prose.txt", "a letter", text("各村：\n请于月底前报送抗旱台账。\n\n党政办\n2022年9月1日\n"), [], "a row for each village")
