"""The table of kinds and outcomes, as docs/ledger-files.md has it."""

HEAD = """# The clerk's own files: kinds and outcomes

What comes of a file that an office sends to `hanqing ledger import`. The files are made by `tests/ledgers/make.py` with openpyxl, xlwt and
LibreOffice, and each is imported into an empty ledger by `tests/it/ledgers.rs`, which holds every row, value, unit, day, village, crop
and paper. This page is written by the same program.

- **taken**: after one confirmation the ledger has exactly the rows that the file means.
- **refused**: nothing is entered. The message names the place and has the words told here.
- **asked**: nothing is entered as the file is. With the answer on the command line the rows are entered.
- **taken or refused**: there is more than one careful way. Where rows are entered, they are the right ones.

Not had: Excel and WPS themselves. A `.et` of WPS has the content of an `.xls`; the files of that ending here are such, written by
xlwt, and one that holds an `.xlsx`. Files with a password have the marks of encryption around bytes that nobody can read: LibreOffice writes
them only where it can be asked for a password. LibreOffice and openpyxl do not write strict Office Open XML; that file is openpyxl's with
the namespaces of the strict form. XML of Excel 2003 and `.xlsb` were not had.

Rows of a text file are numbered as a spreadsheet shows them: each record is a row, also one with a line break in a cell, and an empty line
counts.

## What a value can be

These bounds hold for a file, the page and `hanqing ledger enter` alike (`src/ledger/value.rs`). What lies beyond cannot be, and is refused; what is
below them and doubtful is entered, and may become a finding of the check of figures. The figures of the whole country are those of
the drought of early 2009 (1.26 million wells, 23,100 pump stations, 1.82 million sets and 280,000 lorries in use, 14 million persons at work,
144 million mu irrigated). Where no source is named, the bound is engineering judgement: far above what a township can have.

| unit | most | why |
|---|---|---|
| % | 100 | a share |
| 级 | 4 | grades I to IV of the national plan for floods and droughts (国家防汛抗旱应急预案, 2022); 0 where the response ended |
| 次 | 1 | a drought event or an inspection is a row of its own; 0 says that there was none |
| 个 | 10000 | villagers' groups; of villages hit and works built each is a row of its own, with 1 or 0 |
| 台 | 1000000 | fewer than in the whole country |
| 眼 | 1000000 | fewer than in the whole country |
| 辆 | 280000 | as many as in the whole country |
| 处 | 23100 | as many as in the whole country |
| 座 | 100000 | more than all reservoirs of the country |
| 条 | 100000 | |
| 人 | 10000000 | fewer than were at work in the whole country |
| 户 | 10000000 | as persons |
| 头 | 10000000 | as persons |
| 只 | 10000000 | as persons |
| 人次 | 1000000000 | each of those persons on a hundred days |
| 车次 | 28000000 | each of those lorries on a hundred days |
| 亩 | 100000000 | 66,700 km² |
| 亩次 | 144000000 | as in the whole country |
| 元 | 100000000000 | the country's loss in the drought of 2022 was 51 thousand million yuan |
| kWh | 10000000000 | a tenth of what the Three Gorges power station gives in a year |
| kW | 10000000 | less than half of its power |
| m3 | 100000000000 | more than twice what its reservoir holds |
| L | 1000000000 | |
| t | 10000000 | |
| h | 100000000 | a thousand sets, each hour of eleven years |
| m | 100000000 | more than twice around the earth |
| mm | 27000 | the most rain of twelve months that was ever measured is 26,470 mm (WMO: Cherrapunji, 1860 to 1861) |
| 天 | 1000 | no crops are grown where it does not rain for so long |
| 示数 | 1000000000000 | the last reading of a meter |

A number above 0 is at least 0.000001. What is counted in persons, animals, sets, wells and the like is a whole number. A drought event has at most
1,100 days, as many as a report shows. A meter that was replaced is one of the township's pumps.
"""

WORDS = {"taken": "taken", "refused": "refused", "asked": "asked", "either": "taken or refused"}


def code(texts):
    return ", ".join(" or ".join(f"`{one}`" for one in text.split("|")) for text in texts)


def counted(rows):
    return "1 row" if len(rows) == 1 else f"{len(rows)} rows"


def outcome(kind):
    said = WORDS[kind["outcome"]]
    if kind.get("rows") and kind["outcome"] != "asked":
        said += f", {counted(kind['rows'])}"
    if kind["outcome"] == "asked" and kind.get("rows"):
        said = "taken or asked"
    parts = [said]
    if kind.get("places"):
        parts.append("at " + code(kind["places"]))
    if kind.get("ways"):
        parts.append("says " + code(kind["ways"]))
    for answer in kind.get("answers", []):
        parts.append(f"with `{' '.join(answer['options'])}`: {counted(answer['rows'])}")
    return "; ".join(parts)


def document(kinds):
    text = HEAD
    counts = {word: sum(kind["outcome"] == word for kind in kinds) for word in WORDS}
    told = ", ".join(f"{count} {WORDS[word]}" for word, count in counts.items())
    text += f"\n{len(kinds)} kinds: {told}.\n"
    for group in dict.fromkeys(kind["group"] for kind in kinds):
        text += f"\n## {group}\n\n| file | what it is | outcome |\n|---|---|---|\n"
        for kind in kinds:
            if kind["group"] == group:
                what = kind["what"].replace("|", "\\|")
                text += f"| `{kind['file']}` | {what} | {outcome(kind)} |\n"
    return text
