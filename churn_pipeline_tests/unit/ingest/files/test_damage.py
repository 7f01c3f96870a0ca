"""A damaged file of any kind is read, or refused with one sentence that names it: no other error leaves a
reader."""

import gzip
import json
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.ingest.files.read import read_file
from churn_pipeline_tests.builders.workbooks import write_workbook

ROWS = [["cust", "day", "amt"], *([f"c{i % 7}", f"2024-01-{i % 28 + 1:02d}", f"{i}.5"] for i in range(60))]
CSV = "\n".join(map(",".join, ROWS))


def write(path: Path) -> None:
    if path.suffix == ".xlsx":
        write_workbook(path, {"sales": ROWS})
    elif path.suffix == ".parquet":
        pd.DataFrame(ROWS[1:], columns=ROWS[0]).to_parquet(path)
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(json.dumps(dict(zip(ROWS[0], row, strict=True))) for row in ROWS[1:]))
    else:
        path.write_bytes(
            {".csv": CSV.encode(), ".gz": gzip.compress(CSV.encode()), ".txt": CSV.encode("utf-16")}[
                path.suffix
            ]
        )


def damaged(content: bytes, random: Random) -> bytes:
    """The content cut off, with bytes changed, left out or put in; the first four, which say the kind,
    stay."""
    place, length = random.randrange(4, len(content)), random.randrange(1, 60)
    noise = random.randbytes(length)
    return random.choice(
        [
            content[:place],
            content[:place] + noise + content[place + length :],
            content[:place] + content[place + length :],
            content[:place] + noise + content[place:],
        ]
    )


@pytest.mark.parametrize(
    "name", ["shop.csv", "shop.txt", "shop.csv.gz", "shop.jsonl", "shop.parquet", "shop.xlsx"]
)
def test_damage_is_told_in_one_sentence(name: str, tmp_path: Path):
    path, random, refused = tmp_path / name, Random(1), 0
    write(path)
    whole = path.read_bytes()
    for _ in range(60):
        path.write_bytes(damaged(whole, random))
        try:
            read_file(path, Settings(home=tmp_path))
        except BadInput as error:
            refused += 1
            assert str(error).startswith(name) and "\n" not in str(error)
    assert refused


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "a,b\n" + "x" * 200_000 + ",1\n"])
def test_texts_without_measure_are_refused(text: str, tmp_path: Path):
    (tmp_path / "shop.txt").write_text(text)
    with pytest.raises(BadInput, match=r"^shop\.txt "):
        read_file(tmp_path / "shop.txt", Settings(home=tmp_path))
