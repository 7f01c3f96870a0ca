"""The smallest Excel workbooks: every cell a text, written with the standard library alone."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_NAMESPACE = "http://schemas.openxmlformats.org"


def write_workbook(path: Path, sheets: dict[str, list[list[str]]]) -> Path:
    """Writes an .xlsx with the sheets' rows of texts."""
    numbers = range(1, len(sheets) + 1)
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("[Content_Types].xml", _content_types(numbers))
        parts.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.xml")}))
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations({f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in numbers}),
        )
        names = "".join(
            f'<sheet name={quoteattr(s)} sheetId="{n}" r:id="rId{n}"/>' for n, s in enumerate(sheets, start=1)
        )
        main, relations = (
            f"{_NAMESPACE}/spreadsheetml/2006/main",
            f"{_NAMESPACE}/officeDocument/2006/relationships",
        )
        parts.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>{names}</sheets></workbook>',
        )
        for n, rows in enumerate(sheets.values(), start=1):
            table = f'<worksheet xmlns="{main}"><sheetData>{"".join(map(_row, rows))}</sheetData></worksheet>'
            parts.writestr(f"xl/worksheets/sheet{n}.xml", table)
    return path


def _row(cells: list[str]) -> str:
    return (
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in cells) + "</row>"
    )


def _content_types(numbers: range) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [
        ("/xl/workbook.xml", f"{kind}.sheet.main+xml"),
        *((f"/xl/worksheets/sheet{n}.xml", f"{kind}.worksheet+xml") for n in numbers),
    ]
    overrides = "".join(f'<Override PartName="{p}" ContentType="{t}"/>' for p, t in parts)
    relations = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    return f'<Types xmlns="{_NAMESPACE}/package/2006/content-types">{relations}{overrides}</Types>'


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    kinds = f"{_NAMESPACE}/officeDocument/2006/relationships"
    entries = "".join(
        f'<Relationship Id="{i}" Type="{kinds}/{kind}" Target="{target}"/>'
        for i, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_NAMESPACE}/package/2006/relationships">{entries}</Relationships>'
