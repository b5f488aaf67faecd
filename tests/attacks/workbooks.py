"""Workbooks that are made to cost memory or time: each is small, and none is a ledger."""

import io
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADS = ["code", "value", "unit", "from", "to", "document", "entered_by", "work"]


def archive(parts):
    """A zip of these (name, content) pairs, as small as it gets."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in parts:
            packed.writestr(name, content)
    return out.getvalue()


def head():
    cells = (f'<c r="{c}1" t="inlineStr"><is><t>{t}</t></is></c>' for c, t in zip("ABCDEFGH", HEADS))
    return f'<row r="1">{"".join(cells)}</row>'


def sheet(rows, behind=""):
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{head()}{rows}</sheetData>{behind}</worksheet>'


def xlsx(content, sheets=1, more=()):
    """A workbook whose sheets all show the part `content`."""
    names = range(1, sheets + 1)
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in names)
    book = f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'
    one = '<Relationship Id="{}" Type="{}/{}" Target="{}"/>'
    related = "".join(one.format(f"r{n}", RELATIONS, "worksheet", "worksheets/sheet1.xml") for n in names)
    related += one.format("shared", RELATIONS, "sharedStrings", "sharedStrings.xml")
    kinds = f'<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
    root = one.format("r1", RELATIONS, "officeDocument", "xl/workbook.xml")
    wrap = f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">{{}}</Relationships>'
    return archive([
        ("[Content_Types].xml", kinds),
        ("_rels/.rels", wrap.format(root)),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", wrap.format(related)),
        ("xl/worksheets/sheet1.xml", content),
        *more,
    ])


def letters(index):
    text, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def shared(texts, before=""):
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return ("xl/sharedStrings.xml", f'<?xml version="1.0"?>{before}<sst xmlns="{MAIN}">{strings}</sst>')


def of_shared(rows, columns):
    cells = "".join(f'<c r="{letters(c)}{{0}}" t="s"><v>0</v></c>' for c in range(columns))
    return "".join(f'<row r="{r}">{cells.format(r)}</row>' for r in range(2, rows + 2))


def ods(rows, spaces=""):
    names = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    spaces = "".join(f' xmlns:{name}="{uri}"' for name, uri in names.items())
    heads = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{head}</text:p></table:table-cell>' for head in HEADS
    )
    content = (
        f'<?xml version="1.0"?><office:document-content{spaces}><office:body><office:spreadsheet><table:table table:name="s">'
        f"<table:table-row>{heads}</table:table-row>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return archive([
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content),
    ])


def repeated(rows, columns, text):
    return (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell office:value-type="string" '
        f'table:number-columns-repeated="{columns}"><text:p>{text}</text:p></table:table-cell></table:table-row>'
    )


def xls():
    """An old workbook whose two cells are as far from each other as they can be."""
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("s")
    for column, text in enumerate(HEADS):
        page.write(0, column, text)
    page.write(65535, 255, 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls_of_long_texts():
    """An old workbook with one long text in 60,000 cells."""
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("s")
    for row in range(60_000):
        page.write(row, 0, "长" * 30_000 if row == 0 else "短")
        page.write(row, 1, "长" * 30_000)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def files():
    """Name and content of each."""
    number = "<v>1</v></c></row>"
    laughs = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    yield "one text of a MiB in 20,000 cells.xlsx", xlsx(sheet(of_shared(1000, 20)), more=[shared(["A" * (1 << 20)])])
    yield "long texts in 1,000,000 cells.xlsx", xlsx(sheet(of_shared(50_000, 20)), more=[shared(["长" * 400])])
    yield "a table of 3,000,000 texts.xlsx", xlsx(sheet(of_shared(10, 2)), more=[shared(["a"] * 3_000_000)])
    yield "300 MiB of blanks.xlsx", xlsx(sheet(" " * (300 << 20)))
    yield "entities in entities.xlsx", xlsx(sheet(of_shared(1, 1)), more=[shared(["&j;"], f'<!DOCTYPE sst [<!ENTITY a "AAAAAAAAAA">{laughs}]>')])
    yield "a file of the machine.xlsx", xlsx(sheet(of_shared(1, 1)), more=[shared(["&x;"], '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>')])
    yield "a cell in the farthest corner.xlsx", xlsx(sheet(f'<row r="1048576"><c r="XFD1048576">{number}'))
    yield "1,000,000 columns.xlsx", xlsx(sheet('<row r="2">' + "".join(f'<c r="{letters(c)}2"><v>1</v></c>' for c in range(1_000_000)) + "</row>"))
    yield "a row beyond all numbers.xlsx", xlsx(sheet(f'<row r="4294967295"><c r="ZZZZZZZZZ99999999999999">{number}'))
    yield "5,000 sheets of one part.xlsx", xlsx(sheet(f'<row r="2"><c r="A2">{number}' * 1_500_000), sheets=5000)
    yield "60 sheets of 90,000 rows.xlsx", xlsx(sheet("".join(f'<row r="{r}"><c r="A{r}">{number}' for r in range(2, 90_000))), sheets=60)
    yield "100,000 merges over each other.xlsx", xlsx(
        sheet(
            "".join(f'<row r="{r}"><c r="A{r}">{number}' for r in range(2, 100_001)),
            "<mergeCells>" + '<mergeCell ref="A2:BL100000"/>' * 100_000 + "</mergeCells>",
        )
    )
    yield "a cell at the end of each row.xlsx", xlsx(sheet("".join(f'<row r="{r}"><c r="DX{r}">{number}' for r in range(2, 100_000))))
    yield "5,000,000 elements deep.xlsx", xlsx("<a>" * 5_000_000)
    yield "cut.xlsx", xlsx(sheet(""))[:600]
    yield "100,000 parts.xlsx", xlsx(sheet(""), more=[(f"xl/media/{n}", "") for n in range(100_000)])
    yield "a row for all rows.ods", ods(repeated(1_048_576, 16_384, "长" * 400))
    yield "many rows for all rows.ods", ods(repeated(100_000, 100, "长") * 200)
    yield "300 MiB of blanks.ods", ods(" " * (300 << 20))
    yield "5,000,000 elements deep.ods", ods("<table:a>" * 5_000_000)
    yield "two cells far apart.xls", xls()
    yield "long texts.xls", xls_of_long_texts()
    yield "noise.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 4000
