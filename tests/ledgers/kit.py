"""What the kinds of files share: how a kind is told, and how its file is written.

A kind is one file and what has to come of it. `taken`: the rows, after one confirmation. `refused`: nothing is entered, and the message
has the place and a word of the way out. `either`: the rows or nothing, never other rows. `asked`: refused as it is, and taken with an
answer on the command line.
"""

import csv
import datetime
import io
import zipfile

import openpyxl
import xlwt

HEAD = ["项目", "数值", "单位", "起", "止", "村", "作物", "工程", "依据", "登记人"]

KINDS = []

# Files that LibreOffice makes: the workbook that it reads, the new name's ending, and its filter.
CONVERSIONS = []


def day(text):
    return datetime.date.fromisoformat(text)


def entry(code, value, days, village="", crop="", document=None, by=None):
    """A row of the ledger: `days` is one day or 2022-08-01..2022-08-31; what is None is not compared."""
    first, _, last = days.partition("..")
    row = {"code": code, "value": value, "from": first, "to": last or first, "village": village, "crop": crop}
    if document is not None:
        row["document"] = document
    if by is not None:
        row["entered_by"] = by
    return row


def add(outcome, group, file, what, write, **more):
    assert all(kind["file"] != file for kind in KINDS), file
    KINDS.append({"group": group, "file": file, "what": what, "outcome": outcome, "write": write, **more})


def taken(group, file, what, write, rows, always=(), says=()):
    add("taken", group, file, what, write, rows=rows, always=list(always), says=list(says))


def either(group, file, what, write, rows, always=(), says=()):
    add("either", group, file, what, write, rows=rows, always=list(always), says=list(says))


def refused(group, file, what, write, place, way, always=()):
    """`place` and `way` are texts, or lists of texts, that all have to be in the message."""
    add("refused", group, file, what, write, places=listed(place), ways=listed(way), always=list(always))


def asked(group, file, what, write, place, way, answers, always=(), rows=None):
    """`answers`: pairs of options and rows. `rows`: what may also be taken without an answer."""
    add("asked", group, file, what, write, places=listed(place), ways=listed(way), always=list(always), rows=rows,
        answers=[{"options": list(options), "rows": made} for options, made in answers])


def listed(texts):
    return [texts] if isinstance(texts, str) else list(texts)


def line(code="汽油", value=120, unit="升", first="2022-09-05", last=None, village="仙坪村", crop=None, work=None, document="油票 001",
         by="陈某"):
    """A row of a list with the ten usual heads."""
    return [code, value, unit, first, first if last is None else last, village, crop, work, document, by]


def book(rows, head=HEAD, above=(), below=(), tune=None, sheet="台账"):
    """A workbook of one sheet: lines above, head, rows, lines below; `tune` changes it before it is saved."""

    def write(path):
        workbook = openpyxl.Workbook()
        page = workbook.active
        page.title = sheet
        for cells in [*above, *([head] if head else []), *rows, *below]:
            page.append(list(cells))
        if tune:
            tune(workbook, page)
        workbook.save(path)

    return write


def formats(cells, number_format):
    """Sets the number format of cells such as "B2 B3"."""

    def tune(_, page):
        for cell in cells.split():
            page[cell].number_format = number_format

    return tune


def merged(*ranges):
    def tune(_, page):
        for cells in ranges:
            page.merge_cells(cells)

    return tune


def patched(write, part, change):
    """The workbook of `write` with the text of one part changed: what openpyxl does not write itself."""

    def patch(path):
        made = io.BytesIO()
        write(made)
        with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                text = source.read(name)
                if name == part or part == "*" and name.endswith((".xml", ".rels")):
                    text = change(text.decode()).encode()
                target.writestr(name, text)

    return patch


def computed(write, results):
    """Formulas with their results, as a spreadsheet stores them: `results` has the text or number of each cell."""

    def change(text):
        for cell, result in results.items():
            kind = "" if isinstance(result, (int, float)) else ' t="e"' if result.startswith("#") else ' t="str"'
            begin = text.index(f'<c r="{cell}"')
            end = text.index("</c>", begin)
            formula = text[text.index("<f>", begin):text.index("</f>", begin) + 4]
            style = text[begin:text.index(">", begin)].partition(" s=")[2].partition(" ")[0]
            style = f" s={style}" if style else ""
            text = f'{text[:begin]}<c r="{cell}"{style}{kind}>{formula}<v>{result}</v>{text[end:]}'
        return text

    return patched(write, "xl/worksheets/sheet1.xml", change)


def text(content, encoding="utf-8"):
    """A text file."""
    return lambda path: path.write_bytes(content.encode(encoding))


def table(rows, head=HEAD, separator=",", newline="\n"):
    """The text of a table."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=newline)
    for cells in [*([head] if head else []), *rows]:
        writer.writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()


def old_book(rows, head=HEAD, above=(), tune=None, sheet="台账"):
    """A workbook of Excel 97 to 2003."""

    def write(path):
        workbook = xlwt.Workbook(encoding="utf-8")
        page = workbook.add_sheet(sheet)
        for number, cells in enumerate([*above, head, *rows]):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime.date):
                    page.write(number, column, cell, xlwt.easyxf(num_format_str="YYYY-MM-DD"))
                elif cell is not None:
                    page.write(number, column, cell)
        if tune:
            tune(workbook, page)
        with open(path, "wb") as file:
            workbook.save(file)

    return write


def converted(write, ending, how):
    """What LibreOffice makes of a workbook. They are made together, since it takes seconds to start."""

    def ask(path):
        source = path.parent / "sources" / f"{path.stem}.xlsx"
        source.parent.mkdir(exist_ok=True)
        write(source)
        CONVERSIONS.append((source, ending, how, path))

    return ask
