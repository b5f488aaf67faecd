"""Days as offices write them."""

import datetime
import re

from openpyxl.utils.datetime import CALENDAR_MAC_1904

from kit import HEAD, asked, book, day, either, entry, formats, line, patched, refused, taken

G = "Days"


def row(days="2022-08-23"):
    return [entry("gasoline", 120, days, "xianping", document="油票 001")]


def written(first, last=None, **more):
    return book([line(first=first, last=last)], **more)


for name, text in [("dots", "2022.8.23"), ("short", "2022-8-23"), ("slashes", "2022/08/23"), ("digits", "20220823"), ("chinese", "2022年08月23日"),
                   ("chinese-short", "2022年8月23号"), ("time", "2022-08-23 00:00:00"), ("numerals", "二〇二二年八月二十三日"),
                   ("full-width", "２０２２-０８-２３"), ("blanks", "2022 年 8 月 23 日")]:
    taken(G, f"day-{name}.xlsx", f"{text} as text", written(text), row())
either(G, "day-weekday.xlsx", "2022年8月23日（星期二）as text", written("2022年8月23日（星期二）"), row())
either(G, "day-two-digits.xlsx", "22.8.23 as text", written("22.8.23"), row())
either(G, "day-serial-text.xlsx", "44796 as text", written("44796"), row())
either(G, "day-serial.xlsx", "44796 without a format", written(44796), row())
for name, text, year in [("month-day", "8月23日", True), ("month-day-dots", "8.23", True), ("month-day-slash", "8/23", True)]:
    asked(G, f"day-{name}.xlsx", f"{text} as text: no year anywhere", written(text), "D2", "--year", [(["--year", "2022"], row())])
taken(G, "day-year-in-title.xlsx", "8月23日 as text, the year in the title", written("8月23日", above=[["清源乡2022年抗旱台账"]]), row())
asked(G, "day-two-years-in-title.xlsx", "8月23日 as text, two years in the title", written("8月23日", above=[["2021—2022年抗旱台账"]]),
      "D3", "--year", [(["--year", "2022"], row())])
taken(G, "month.xlsx", "2022年8月 in both columns", written("2022年8月"), row("2022-08-01..2022-08-31"))
either(G, "month-dots.xlsx", "2022.08 as text", written("2022.08"), row("2022-08-01..2022-08-31"))
either(G, "month-number.xlsx", "2022.08 as a number", written(2022.08), row("2022-08-01..2022-08-31"))
refused(G, "day-number.xlsx", "8.1 as a number: 1 or 10 August", written(8.1), "D2", "write year, month and day", ["--year", "2022"])
taken(G, "real-dates.xlsx", "real dates, YYYY-MM-DD", written(day("2022-08-23"), tune=formats("D2 E2", "yyyy-mm-dd")), row())
taken(G, "real-dates-chinese.xlsx", "real dates shown as 2022年8月23日", written(day("2022-08-23"), tune=formats("D2 E2", 'yyyy"年"m"月"d"日"')), row())
taken(G, "real-dates-no-year.xlsx", "real dates shown as 8月23日", written(day("2022-08-23"), tune=formats("D2 E2", '[$-804]m"月"d"日"')), row())
taken(G, "real-times.xlsx", "real dates with a time of day", written(datetime.datetime(2022, 8, 23, 15, 30)), row())


def built_in(number):
    """The format of all days has this number in place of its text: what Excel does for dates of the system's country."""
    def change(text):
        begin = text.index("<numFmts")
        end = text.index("</numFmts>") + len("</numFmts>")
        return re.sub('numFmtId="16[4-9]"', f'numFmtId="{number}"', text[:begin] + text[end:])
    return patched(written(day("2022-08-23"), tune=formats("D2 E2", '[$-804]m"月"d"日"')), "xl/styles.xml", change)


# 55 is a time of day in Chinese: the day is not to be seen. 27 and 57 show the month alone.
for number in (14, 27, 30, 31, 55, 57, 58):
    (either if number == 55 else taken)(G, f"built-in-format-{number}.xlsx", f"real dates with the built-in format {number}", built_in(number),
                                        row("2022-08-01..2022-08-31" if number in (27, 57) else "2022-08-23"))


def with_days_of_1904(workbook, page):
    workbook.epoch = CALENDAR_MAC_1904
    for cell in ("D2", "E2"):
        page[cell] = day("2022-08-23")


taken(G, "epoch-1904.xlsx", "real dates counted from 1904", written(None, None, tune=with_days_of_1904), row())
ONE = [c for c in HEAD if c != "止"]


def one(text, head="日期"):
    return book([line(first=text)[:4] + line()[5:]], head=[head if c == "起" else c for c in ONE])


taken(G, "one-column.xlsx", "one column 日期", one("2022-08-23"), row())
taken(G, "one-column-span.xlsx", "2022年8月3日至8月9日 in one column", one("2022年8月3日至8月9日", "起止日期"), row("2022-08-03..2022-08-09"))
taken(G, "one-column-dash.xlsx", "2022.8.3-2022.8.9 in one column", one("2022.8.3-2022.8.9", "起止时间"), row("2022-08-03..2022-08-09"))
taken(G, "one-column-short-span.xlsx", "2022年8月3-9日 in one column", one("2022年8月3-9日", "时间"), row("2022-08-03..2022-08-09"))
taken(G, "month-numbers.xlsx", "月份 with 8, the year in the title", book(
    [line(first=8)[:4] + line()[5:]], head=["月份" if c == "起" else c for c in ONE], above=[["清源乡2022年抗旱台账"]]), row("2022-08-01..2022-08-31"))
asked(G, "month-number-no-year.xlsx", "月份 with 8, no year", one("8", "月份"), "D2", "--year", [(["--year", "2022"], row("2022-08-01..2022-08-31"))])
refused(G, "month-thirteen.xlsx", "月份 with 13", one(13, "月份"), "D2", "write a day")
taken(G, "one-column-month.xlsx", "2022年8月 in one column", one("2022年8月", "月份"), row("2022-08-01..2022-08-31"))
asked(G, "one-column-month-number.xlsx", "8月 in one column, no year", one("8月", "月份"), "D2", "--year",
      [(["--year", "2022"], row("2022-08-01..2022-08-31"))])
either(G, "one-column-ten-days.xlsx", "2022年8月上旬 in one column", one("2022年8月上旬"), row("2022-08-01..2022-08-10"))
refused(G, "one-column-words.xlsx", "8月底 in one column", one("2022年8月底"), "D2", "write a day|write year, month and day")
either(G, "last-day-empty.xlsx", "起 filled, 止 empty", book([line(first="2022-08-23")[:4] + [None] + line()[5:]]), row())
refused(G, "day-empty.xlsx", "no day", book([line()[:3] + [None, None] + line()[5:]]), "D2", "missing")
refused(G, "year-typo.xlsx", "2202 for 2022", written("2202-08-23"), "D2", ["2202", "check the year"])
refused(G, "year-typo-date.xlsx", "a real date of the year 2202", written(day("2202-08-23"), tune=formats("D2 E2", "yyyy-mm-dd")), "D2", ["2202", "check the year"])
refused(G, "year-one-digit-more.xlsx", "20022-08-23", written("20022-08-23"), "D2", "write a day|check the year")
refused(G, "no-such-day.xlsx", "30 February", written("2022-02-30"), "D2", "check month and day")
refused(G, "backwards.xlsx", "the last day before the first", written("2022-08-23", "2022-08-22"), "E2", "swap")
refused(G, "day-several-ways.xlsx", "8/9/10", written("8/9/10"), "D2", "write year, month and day")
refused(G, "odd-days.xlsx", "a wrong year, 30 February and days backwards together", book(
    [line(first="2202-08-11"), line(first="2022-02-30"), line(first="2022-08-12", last="2022-08-11")]), ["D2", "D3", "E4"], ["check the year", "check month and day", "swap"])
