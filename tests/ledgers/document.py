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
