"""Makes files as clerks keep their ledgers, and says what has to come of each.

  make.py OUT            the files of all kinds, OUT/expected.json, and the table of kinds OUT/ledger-files.md
  make.py OUT --rows N   OUT/rows-N.xlsx alone, a list of N rows
  make.py FILE --fill N  fills the template FILE with N rows, as a clerk does
  make.py FILE --edit    changes an exported ledger FILE: one more row at its end
"""

import datetime
import json
import pathlib
import sys

import openpyxl

import days  # noqa: F401
import kinds_of_files  # noqa: F401
import levels  # noqa: F401
import libreoffice
import lists  # noqa: F401
import marks  # noqa: F401
import matrices  # noqa: F401
import names  # noqa: F401
import numbers_and_formats  # noqa: F401
import sections  # noqa: F401
import sheets  # noqa: F401
import texts  # noqa: F401
import units  # noqa: F401
from document import document
from kit import CONVERSIONS, HEAD, KINDS, line


def rows(out, count):
    workbook = openpyxl.Workbook(write_only=True)
    page = workbook.create_sheet("台账")
    page.append(HEAD)
    for number in range(count):
        page.append(line(value=number % 97 + 1, first=datetime.date(2022, 8, 1) + datetime.timedelta(number % 90), document=f"油票 {number:06d}",
                         village=["东门村", "仙坪村", "乔坑村"][number % 3]))
    workbook.save(out / f"rows-{count}.xlsx")


def fill(path, count):
    """Fills rows under the template's heads, found by their names."""
    workbook = openpyxl.load_workbook(path)
    page, head = next((page, cells) for page in workbook.worksheets for cells in page.iter_rows(max_row=10)
                      if {"项目", "数值"} <= {str(cell.value).split("（")[0].strip("*") for cell in cells})
    columns = {str(cell.value).split("（")[0].strip("*"): cell.column for cell in head if cell.value}
    for number in range(count):
        written = dict(zip(HEAD, line(value=number + 1, first=datetime.date(2022, 9, 5), document=f"油票 {number:03d}")))
        for name, value in written.items():
            if name in columns and value is not None:
                page.cell(head[0].row + 1 + number, columns[name], value)
    workbook.save(path)


def edit(path):
    workbook = openpyxl.load_workbook(path)
    page = workbook.worksheets[0]
    columns = {cell.value: cell.column for cell in page[1]}
    number = page.max_row + 1
    for name, value in zip(HEAD, line(first=datetime.date(2022, 9, 5), document="补登 1")):
        if value is not None:
            page.cell(number, columns[name], value)
    workbook.save(path)


def everything(out):
    out.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        kind.pop("write")(out / kind["file"])
    libreoffice.convert(CONVERSIONS, out / "libreoffice")
    (out / "expected.json").write_text(json.dumps(KINDS, ensure_ascii=False, indent=1), encoding="utf-8")
    (out / "ledger-files.md").write_text(document(KINDS), encoding="utf-8")


def main():
    match sys.argv[1:]:
        case [out]:
            everything(pathlib.Path(out))
        case [out, "--rows", count]:
            rows(pathlib.Path(out), int(count))
        case [path, "--fill", count]:
            fill(path, int(count))
        case [path, "--edit"]:
            edit(path)
        case _:
            sys.exit(__doc__)


main()
