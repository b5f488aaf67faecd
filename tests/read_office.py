"""Reads a Word or Excel file with libraries that are not ours and prints what is in it as JSON."""

import json
import sys

import docx
import openpyxl
from docx.oxml.ns import qn

path = sys.argv[1]


def word():
    document = docx.Document(path)
    section = document.sections[0]
    fonts = {
        style.name: style.element.rPr.rFonts.get(qn("w:eastAsia"))
        for style in document.styles
        if style.element.find(qn("w:rPr")) is not None and style.element.rPr.rFonts is not None
    }
    return {
        "paragraphs": [p.text for p in document.paragraphs],
        "styles": [p.style.name if p.style is not None else None for p in document.paragraphs],
        "tables": [[[c.text for c in row.cells] for row in t.rows] for t in document.tables],
        "heads": [t.rows[0]._tr.find(".//" + qn("w:tblHeader")) is not None for t in document.tables],
        "fonts": fonts,
        "margins_mm": [
            round(m.mm)
            for m in (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        ],
        "page_mm": [round(section.page_width.mm), round(section.page_height.mm)],
        "footer": section.footer.paragraphs[0].text,
        "header": section.header.paragraphs[0].text,
        "charts": [part.partname for part in document.part.package.iter_parts() if "/charts/" in part.partname],
    }


def excel():
    def cell(value):
        return value.isoformat() if hasattr(value, "isoformat") else value

    def rows(book):
        return {s.title: [[cell(v) for v in row] for row in s.iter_rows(values_only=True)] for s in book}

    return {
        "formulas": rows(openpyxl.load_workbook(path)),
        "values": rows(openpyxl.load_workbook(path, data_only=True)),
    }


print(json.dumps(word() if path.endswith(".docx") else excel(), ensure_ascii=False))
