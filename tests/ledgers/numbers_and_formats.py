"""Numbers, number formats, percent and units."""

from kit import HEAD, asked, book, computed, either, entry, formats, line, refused, taken

G = "Numbers"
DAY = "2022-09-20"


def money(value, unit="元", **more):
    return line("群众自筹", value, unit, DAY, village=None, document="收据 7", **more)


def raised(value):
    return [entry("funds_raised", value, DAY, document="收据 7")]


def liters(value):
    return [entry("gasoline", value, "2022-09-05", "xianping", document="油票 001")]


for name, what, value, unit, yuan in [
    ("full-width", "full-width digits", "２３５０", "元", 2350),
    ("full-width-point", "full-width digits with a point", "１２．５", "元", 12.5),
    ("thousands-text", "thousands separators in text", "3,450", "元", 3450),
    ("thousands-wide", "full-width thousands separators", "1，234，567.5", "元", 1234567.5),
    ("wan-in-cell", "1.2万元 in the cell, no unit beside", "2.6万元", None, 26000),
    ("wan-no-yuan", "万 in the cell, 元 in the column", "2.6万", "元", 26000),
    ("yi-in-cell", "亿元 in the cell", "0.0123亿元", None, 1230000),
    ("yuan-sign", "¥ before the number", "¥3,450.00", "元", 3450),
    ("number-text", "a number as text with blanks", " 3450 ", "元", 3450),
    ("unit-behind", "the number with its unit and a blank", "3450 元", None, 3450),
    ("unit-whole", "元整 behind the number", "3450元整", None, 3450),
]:
    kind = either if name in ("unit-whole", "yuan-sign") else taken
    kind(G, f"number-{name}.xlsx", what, book([money(value, unit)]), raised(yuan))
either(G, "number-wan-beside-yuan.xlsx", "1.2万元 in the cell and 元 in the column", book([money("2.6万元", "元")]), raised(26000))
refused(G, "number-other-unit-beside.xlsx", "亩 in the cell and 元 in the column", book([money("26亩", "元")]), "B2|C2", "write the same unit in both")
refused(G, "number-two-units.xlsx", "the head says 万元, the column of units 元", book(
    [money(2.6, "元")], head=["项目", "数值（万元）", *HEAD[2:]]), "C2", ["万元", "write the same unit in both"])
taken(G, "number-unit-in-head.xlsx", "数值（万元）and no column of units", book(
    [["群众自筹", 2.6, DAY, DAY, "收据 7", "陈某"]], head=["项目", "金额（万元）", "起", "止", "依据", "登记人"]), raised(26000))
taken(G, "number-unit-in-head-empty-column.xlsx", "数值（万元）and an empty column of units", book(
    [money(2.6, None)], head=["项目", "数值（万元）", *HEAD[2:]]), raised(26000))
taken(G, "number-unit-in-title.xlsx", "单位：万元 in the line above, no column of units", book(
    [["群众自筹", 2.6, DAY, "收据 7", "陈某"]], head=["项目", "金额", "日期", "依据", "登记人"], above=[["抗旱资金登记表"], [None, None, None, "单位：万元"]]),
    raised(26000))
refused(G, "number-title-against-column.xlsx", "单位：万元 in the line above, 元 in the column", book(
    [money(26000)], above=[["抗旱资金登记表"], ["单位：万元"]]), [], ["万元"])
refused(G, "number-no-unit.xlsx", "no unit anywhere", book([money(26000, None)]), "C2|B2", "元")

for name, text, word in [("yue", "约200", "约"), ("yu", "200余", "余"), ("duo", "200多", "多"), ("jin", "近200", "近"), ("zuoyou", "200左右", "左右"),
                         ("ji", "几百", "")]:
    refused(G, f"hedge-{name}.xlsx", f"the hedge {text}", book([money(text)]), "B2", [word, "the number that the paper has"] if word else "for example 1200|the number that the paper has")
refused(G, "range.xlsx", "a range 10-20", book([money("10-20")]), "B2", "write the one number")
refused(G, "range-wave.xlsx", "a range 10～20", book([money("10～20")]), "B2", "write the one number")
refused(G, "sum-in-text.xlsx", "30+20 as text", book([money("30+20")]), "B2", "write the one number|for example 1200")
refused(G, "negative.xlsx", "a negative number", book([money(-50)]), "B2", "a decrease is a correction")
refused(G, "negative-brackets.xlsx", "a negative number in an accountant's format", book([money(-50)], tune=formats("B2", "#,##0_);(#,##0)")), "B2", "a decrease is a correction")
refused(G, "value-empty.xlsx", "no value", book([money(None)]), "B2", "0")
refused(G, "value-dash.xlsx", "a dash for the value", book([money("—")]), "B2", "write 0")
refused(G, "odd-numbers.xlsx", "inf, NaN, 0x10 and TRUE for numbers", book(
    [money("inf"), money("NaN"), money("0x10"), money(True)]), ["B2", "B3", "B4", "B5"], "for example 1200")
refused(G, "too-large.xlsx", "a number beyond any township", book([money(1e20)]), "B2", "at most")
either(G, "signs-and-points.xlsx", "+5, .5 and 5. as text", book(
    [money("+5"), money(".5"), money("5.")]), [entry("funds_raised", v, DAY, document="收据 7") for v in (5, 0.5, 5)])
either(G, "exponent.xlsx", "1e3 as text", book([money("1e3")]), raised(1000))
taken(G, "float-noise.xlsx", "0.1 + 0.2 as a spreadsheet computes it", book([line(value=0.1 + 0.2)]), liters(0.3))
refused(G, "half-a-set.xlsx", "half a set of equipment", book([line("未装表抗旱设备", 0.5, "台")]), "B2", "whole number")

F = "Numbers as shown"
taken(F, "format-thousands.xlsx", "#,##0.00", book([money(3450)], tune=formats("B2", "#,##0.00")), raised(3450))
either(F, "format-wan.xlsx", "1.2 shown as 1.2万元, unit 元", book([money(1.7)], tune=formats("B2", '0.0"万元"')), raised(17000))
taken(F, "format-wan-no-unit.xlsx", "1.2 shown as 1.2万元, no unit beside", book([money(1.7, None)], tune=formats("B2", '0.0"万元"')), raised(17000))
taken(F, "format-scaled-wan.xlsx", "17000 shown as 1.7万", book([money(17000)], tune=formats("B2", '0!.0,"万"')), raised(17000))
refused(F, "format-scaled-thousand.xlsx", "17000 shown as 17 by a comma in the format", book([money(17000)], tune=formats("B2", "0,")), "B2", "format it as General")
either(F, "format-rounded.xlsx", "1234.56 shown as 1235: what is shown, and the other number named", book(
    [money(1234.56)], tune=formats("B2", "0")), raised(1235), says=["1234.56"])
refused(F, "format-hidden.xlsx", "a number shown as nothing by ;;;", book([money(120)], tune=formats("B2", ";;;")), "B2", "format it as General")
taken(F, "format-currency.xlsx", "a number with ¥ by its format", book([money(3450)], tune=formats("B2", '"¥"#,##0.00')), raised(3450))
taken(F, "format-unit.xlsx", "a number with 亩 by its format", book(
    [line("受灾面积", 36.5, None, crop="水稻", document="表 3")], tune=formats("B2", '0.0"亩"')),
    [entry("area_affected", 36.5, "2022-09-05", "xianping", "rice", "表 3")])
refused(F, "format-other-unit.xlsx", "a number with 公顷 by its format, unit 亩", book(
    [line("受灾面积", 36.5, "亩", crop="水稻", document="表 3")], tune=formats("B2", '0.0"公顷"')), "B2|C2", "write the same unit in both")
refused(F, "format-date-for-value.xlsx", "a value formatted as a date", book([line(value=120)], tune=formats("B2", "yyyy-mm-dd")), "B2", "General|a number")
taken(F, "format-text.xlsx", "a number in a cell formatted as text", book([money("3450")], tune=formats("B2", "@")), raised(3450))
either(F, "format-condition.xlsx", "a format with a condition", book([money(3450)], tune=formats("B2", "[>=10000]0!.0,\"万\";0")), raised(3450))

LOSS = [entry("loss_rate_without_relief", 86, "2022-08-01..2022-11-15", crop="rice", document="测产 1")]


def rate(value, unit):
    return line("不抗旱损失率", value, unit, "2022-08-01", "2022-11-15", None, "水稻", document="测产 1")


taken(F, "percent-format.xlsx", "0.86 shown as 86%", book([rate(0.86, "%")], tune=formats("B2", "0%")), LOSS)
taken(F, "percent-format-no-unit.xlsx", "0.86 shown as 86%, no unit beside", book([rate(0.86, None)], tune=formats("B2", "0.0%")), LOSS)
taken(F, "percent-text.xlsx", "86% as text, unit %", book([rate("86%", "%")]), LOSS)
taken(F, "percent-text-no-unit.xlsx", "86% as text, no unit beside", book([rate("86%", None)]), LOSS)
taken(F, "percent-plain.xlsx", "86 with the unit %", book([rate(86, "%")]), LOSS)
taken(F, "percent-wide.xlsx", "86％ with a full-width sign", book([rate("８６％", "％")]), LOSS)
refused(F, "percent-share.xlsx", "0.86 with the unit %, which may mean 86 %", book([rate(0.86, "%")]), "B2", "write it with %")
refused(F, "percent-over.xlsx", "a share of 120 %", book([rate(120, "%")]), "B2", "100")

V = "Values that cannot be"
EVENT = {"unit": "次", "first": "2022-08-01", "village": None, "document": "总结"}
METER = {"unit": "示数", "first": "2022-09-10", "village": None, "document": "换表单 1"}
refused(V, "value-grade.xlsx", "a response of grade 9", book([line("抗旱应急响应级别", 9, "级", village=None, document="通知 1")]), "B2",
        ["1 to 4", "the grade that the notice has"])
refused(V, "value-event.xlsx", "a drought event with the number 5", book([line("抗旱期", 5, last="2022-11-15", **EVENT)]), "B2",
        ["with the number 1", "a row for each"])
refused(V, "value-inspection.xlsx", "7 inspections in one row", book([line("农饮工程隐患大排查", 7, "次", document="通知 2")]), "B2",
        ["with the number 1", "a row for each"])
refused(V, "value-villages.xlsx", "12 villages in one row", book([line("受旱行政村", 12, "个", village=None, document="调查表 2")]), "B2",
        ["with the number 1", "a row for each"])
refused(V, "value-persons.xlsx", "100,000,000 persons short of water", book(
    [line("因旱饮水困难人口（当前）", 100000000, "人", document="调查表 3")]), "B2", ["10000000", "decimal point"])
refused(V, "value-tiny.xlsx", "a number with 300 zeros behind the point", book([line(value=1e-300)]), "B2", ["0.000001", "decimal point"])
refused(V, "value-rain.xlsx", "30,000 mm of rain", book([line("降雨量（气象部门）", 30000, "mm", village=None, document="气象 1")]), "B2",
        ["27000", "decimal point"])
refused(V, "event-too-long.xlsx", "a drought event of three years, its year mistyped", book([line("抗旱期", 1, last="2025-11-15", **EVENT)]), "E2",
        ["1203 days", "check the years"])
refused(V, "meter-unknown.xlsx", "the meter of a pump that the township does not have", book(
    [line("换表旧表止码", 5210, work="pump-99/energy_total", **METER)]), "H2", ["no meter of the township's pumps", "the meters are|did you mean"])
refused(V, "meter-unnamed.xlsx", "an old meter's last reading, and no word of which meter", book([line("换表旧表止码", 5210, **METER)]), "H2",
        "which meter")
taken(V, "meter-known.xlsx", "the meter of a pump that there is", book([line("换表旧表止码", 5210, work="pump-dongmen-1/energy_total", **METER)]),
      [entry("meter_replaced", 5210, "2022-09-10", document="换表单 1")])
taken(V, "value-much.xlsx", "90,000 persons short of water: doubtful, and possible", book(
    [line("因旱饮水困难人口（当前）", 90000, "人", document="调查表 3")]), [entry("persons_short", 90000, "2022-09-05", "xianping")])

X = "Formulas"
taken(X, "formula-done.xlsx", "a formula with its result", computed(book([line(value="=60+60")]), {"B2": 120}), liters(120))
refused(X, "formula-not-done.xlsx", "a formula that was never worked out", book([line(value="=60+60")]), "B2", "save it again")
refused(X, "formula-unit.xlsx", "the unit by a formula that was never worked out", book([line(unit='="升"')]), "C2", "save it again")
taken(X, "formula-text.xlsx", "the village by a formula with its result", computed(book([line(village='="仙坪"&"村"')]), {"F2": "仙坪村"}), liters(120))
refused(X, "formula-error.xlsx", "a formula that gives #DIV/0!", computed(book([line(value="=1/0")]), {"B2": "#DIV/0!"}), "B2", "#DIV/0!")
refused(X, "formula-name-error.xlsx", "a formula that gives #REF!", computed(book([line(value="=#REF!")]), {"B2": "#REF!"}), "B2", "#REF!")
refused(F, "letter-for-zero.xlsx", "12O with a letter, 升 beside it", book([line(value="12O")]), "B2", ["not a number", "for example 1200"])
