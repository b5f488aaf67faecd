"""Word files that are made to cost memory or time."""

from workbooks import archive

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body, before="", more=()):
    document = f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return archive([("[Content_Types].xml", "<Types/>"), ("word/document.xml", document), *more])


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def files():
    """Name and content of each."""
    place = paragraph("{{electricity_used}}")
    header = f'<w:hdr xmlns:w="{WORD}">{" " * (31 << 20)}</w:hdr>'
    passage = "抗旱救灾方面，去年受灾500亩。"
    yield "120 headers of 31 MiB.docx", docx(place, more=[(f"word/header{n}.xml", header) for n in range(120)])
    yield "40 MiB of blanks.docx", docx(paragraph("{{electricity_used}}" + " " * (40 << 20)))
    yield "400,000 headings.docx", docx(paragraph("抗旱救灾方面，的" + "啊方面，" * 400_000))
    yield "headings in many paragraphs.docx", docx(paragraph("抗旱救灾方面，的" + "啊方面，" * 2_400) * 50)
    yield "sentences in many paragraphs.docx", docx(paragraph("用电1度。" * 1_900) * 50)
    yield "passages in many paragraphs.docx", docx(paragraph(passage) * 30_000)
    yield "200,000 places.docx", docx(paragraph("{{electricity_used}}" * 200_000))
    yield "200,000 unknown places.docx", docx(paragraph("{{qwertyuiopasdfghjkl}}" * 200_000))
    yield "2,000 unknown places.docx", docx(paragraph("{{qwertyuiopasdfghjkl}}" * 400) * 5)
    yield "5,000,000 braces.docx", docx(paragraph("{{" * 5_000_000))
    yield "braces in many paragraphs.docx", docx(paragraph("{{" * 4_900) * 50)
    yield "300,000 runs.docx", docx("<w:p>" + "<w:r><w:t>{</w:t></w:r>" * 300_000 + "</w:p>")
    yield "1,000,000 empty paragraphs.docx", docx("<w:p/>" * 1_000_000)
    yield "1,000,000 empty paragraphs in ten parts.docx", docx(
        place, more=[(f"word/header{n}.xml", f'<w:hdr xmlns:w="{WORD}">{"<w:p/>" * 100_000}</w:hdr>') for n in range(10)]
    )
    yield "100,000 elements deep.docx", docx("<w:p>" * 100_000)
    yield "100,000 controls.docx", docx('<w:sdt><w:sdtPr><w:tag w:val="electricity_use"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>' * 60_000)
    yield "a file of the machine.docx", docx(paragraph("&x;"), '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    yield "entities.docx", docx(paragraph("&j;"), '<!DOCTYPE d [<!ENTITY j "lol">]>')
    yield "names that lead out.docx", docx(place, more=[("../../../outside", "x"), ("/tmp/outside", "x")])
    yield "its document twice.docx", docx(place, more=[("word/document.xml", "x")])
