"""Workbooks that are made to cost memory or time: each is small, and none is a ledger."""

import io
import struct
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
    """A workbook whose sheets all show the part `content`. Where `more` has styles, they count."""
    names = range(1, sheets + 1)
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in names)
    book = f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'
    one = '<Relationship Id="{}" Type="{}/{}" Target="{}"/>'
    related = "".join(one.format(f"r{n}", RELATIONS, "worksheet", "worksheets/sheet1.xml") for n in names)
    related += one.format("shared", RELATIONS, "sharedStrings", "sharedStrings.xml")
    related += one.format("styles", RELATIONS, "styles", "styles.xml")
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


def of_shared(rows, columns, first=0, more=""):
    return of_cells(rows, columns, f' t="s"{more}><v>0</v></c>', first)


def of_cells(rows, columns, rest, first=0):
    """Rows of equal cells, from the column `first` on."""
    cells = "".join(f'<c r="{letters(c)}{{0}}"{rest}' for c in range(first, first + columns))
    return "".join(f'<row r="{r}">{cells.format(r)}</row>' for r in range(2, rows + 2))


def styles(code):
    """The one style 0, with this number format."""
    formats = f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs>'
    return ("xl/styles.xml", f'<?xml version="1.0"?><styleSheet xmlns="{MAIN}">{formats}</styleSheet>')


def before_rows(text):
    """A sheet with `text` before its rows."""
    return sheet("").replace("<sheetData>", f"{text}<sheetData>")


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


def xls_of_records(record, count):
    """An old workbook whose sheet has one record again and again."""
    from xlwt import CompoundDoc

    def made(kind, data=b""):
        return struct.pack("<HH", kind, len(data)) + data

    def begin(kind):
        return made(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))

    def listed(place):
        return made(0x85, struct.pack("<IBBBB", place, 0, 0, 1, 0) + b"s")

    place = len(begin(5) + listed(0) + made(0x0A))
    stream = begin(5) + listed(place) + made(0x0A) + begin(0x10) + made(*record) * count + made(0x0A)
    out = io.BytesIO()
    CompoundDoc.XlsDoc().save(out, stream)
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
    for code, cells in [("# ???/???", 300_000), ("#" * 250, 300_000), ("0." + "0" * 240, 300_000)]:
        value = ' s="0"><v>.37</v></c>'
        yield f"{code[:9].replace('/', ' by ')} in {cells:,} cells.xlsx", xlsx(sheet(of_cells(cells // 100, 100, value)), more=[styles(code)])
        yield f"{code[:9].replace('/', ' by ')} behind all columns.xlsx", xlsx(sheet(of_cells(10_000, 100, value, 200)), more=[styles(code)])
    for code in ["@" * 250, "@" + "长" * 240]:
        yield f"{code[:2]} in 300,000 cells.xlsx", xlsx(sheet(of_shared(3_000, 100, more=' s="0"')), more=[styles(code), shared(["长" * 500])])
        yield f"{code[:2]} behind all columns.xlsx", xlsx(sheet(of_shared(10_000, 100, 200, ' s="0"')), more=[styles(code), shared(["长" * 500])])
    yield "all strings, cells and texts at once.xlsx", xlsx(sheet(of_shared(99_000, 23)), more=[shared("%013d" % n for n in range(2_300_000))])
    yield "3,000,000 hidden columns.xlsx", xlsx(before_rows("<cols>" + '<col min="1" max="128" hidden="1"/>' * 3_000_000 + "</cols>"))
    yield "21,000,000 empty rows.xlsx", xlsx(sheet("<row/>" * 21_000_000))
    yield "31,000,000 tags.xlsx", xlsx(sheet("<f/>" * 31_000_000))
    yield "a string of 3,000,000 runs.xlsx", xlsx(sheet(of_shared(10, 2)), more=[shared(["</t><r><rPr><b/></rPr><t>a</t></r><t>" * 3_000_000])])
    yield "struck strings.xlsx", xlsx(sheet(of_shared(10, 2)), more=[shared(["</t><r><rPr><strike/></rPr><t>a</t></r><t>"] * 900_000)])
    yield "cut.xlsx", xlsx(sheet(""))[:600]
    yield "100,000 parts.xlsx", xlsx(sheet(""), more=[(f"xl/media/{n}", "") for n in range(100_000)])
    yield "a row for all rows.ods", ods(repeated(1_048_576, 16_384, "长" * 400))
    yield "many rows for all rows.ods", ods(repeated(100_000, 100, "长") * 200)
    yield "300 MiB of blanks.ods", ods(" " * (300 << 20))
    yield "5,000,000 elements deep.ods", ods("<table:a>" * 5_000_000)
    row = '<table:table-row table:number-rows-repeated="90000">'
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="24"><text:p>x</text:p></table:table-cell>'
    yield "rows in rows.ods", ods((row + cell) * 150 + "</table:table-row>" * 150)
    yield "a row beyond all numbers.ods", ods('<table:table-row table:number-rows-repeated="18446744073709551615"/>' * 5 + repeated(1, 1, "x"))
    yield "6,500,000 empty rows.ods", ods("<table:table-row/>" * 6_500_000)
    yield "two cells far apart.xls", xls()
    yield "1,000,000 hidden columns.xls", xls_of_records((0x7D, struct.pack("<HHHHHH", 0, 255, 0, 0, 1, 0)), 1_000_000)
    yield "one cell a million times.xls", xls_of_records((0x203, struct.pack("<HHHd", 1, 0, 0, 1.5)), 1_000_000)
    yield "long texts.xls", xls_of_long_texts()
    yield "noise.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 4000
