"""A quotation mark that never closes costs no other row; cells that hold line breaks stay whole."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_pipeline.ingest.files.raw import RawTable
from churn_pipeline.ingest.files.read_csv import read_csv

HEADER = "customer,date,amount,note"
ROWS = [f"C{n},2024-01-{n + 1:02},{n}.50,note {n}" for n in range(28)]


def read(folder: Path, lines: list[str], end: str = "\n") -> RawTable:
    file = folder / "sales.csv"
    file.write_bytes((end.join([HEADER, *lines]) + end).encode())
    return read_csv(file, "sales.csv", "utf-8")


def test_a_stray_mark_in_the_middle_swallows_nothing(tmp_path: Path):
    lines = [*ROWS[:10], '"C10,2024-01-11,10.50,note', *ROWS[11:]]
    raw = read(tmp_path, lines)
    assert raw.cells.num_rows == 28 and not raw.unusable
    assert raw.cells["customer"].to_pylist() == [f"C{n}" for n in range(28)]
    assert raw.warnings == ("a quotation mark never closes in line 12: read without quotation marks.",)


def test_two_stray_marks_do_not_make_one_cell_of_what_lies_between(tmp_path: Path):
    lines = [
        *ROWS[:5],
        'C5,2024-01-06,5.50,"15 inch',
        *ROWS[6:12],
        'C12,2024-01-13,12.50,"17 inch',
        *ROWS[13:],
    ]
    raw = read(tmp_path, lines)
    assert raw.cells["note"].to_pylist()[5] == "15 inch" and raw.cells.num_rows == 28


def test_an_address_over_three_lines_is_one_cell(tmp_path: Path):
    address = 'C0,2024-01-01,1.50,"Mill Lane 3\nOldtown, North\nUpper Shire"'
    raw = read(tmp_path, [address, *ROWS[1:]])
    assert raw.cells["note"].to_pylist()[0] == "Mill Lane 3\nOldtown, North\nUpper Shire"
    assert raw.cells.num_rows == 28 and not raw.warnings


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_addresses_stay_whole_beside_a_stray_mark(tmp_path: Path, end: str):
    lines = [f'C0,2024-01-01,1.50,"Mill Lane 3{end}Oldtown"', *ROWS[1:9], 'C9,2024-01-10,9.50,"x', *ROWS[10:]]
    raw = read(tmp_path, lines, end)
    assert raw.cells["note"].to_pylist()[0] == f"Mill Lane 3{end}Oldtown"
    assert raw.cells.num_rows == 28 and len(raw.warnings) == 1


@pytest.mark.parametrize("cell", range(4))
def test_a_stray_mark_in_the_last_line_swallows_none_of_its_cells(tmp_path: Path, cell: int):
    cells = ROWS[27].split(",")
    cells[cell] = '"' + cells[cell]
    raw = read(tmp_path, [*ROWS[:27], ",".join(cells)])
    assert [raw.cells[name].to_pylist()[-1] for name in HEADER.split(",")] == ROWS[27].split(",")


@given(st.sets(st.integers(0, 27), min_size=1, max_size=6), st.integers(0, 3))
def test_wherever_the_marks_stand_every_row_comes_out(
    tmp_path_factory: pytest.TempPathFactory, places: set[int], cell: int
):
    lines = list(ROWS)
    for place in places:
        cells = lines[place].split(",")
        cells[cell] = '"' + cells[cell]
        lines[place] = ",".join(cells)
    apart = all(b - a > 1 for a, b in zip(sorted(places), sorted(places)[1:], strict=False))
    raw = read(tmp_path_factory.mktemp("stray"), lines)
    if apart:
        assert raw.cells["customer"].to_pylist() == [f"C{n}" for n in range(28)]
    assert raw.cells.num_rows + len(raw.unusable) >= 28 - len(places)
