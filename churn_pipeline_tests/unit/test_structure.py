"""The tests mirror the package: whoever changes a folder finds its tests under the same name."""

import re
from pathlib import Path

import pytest

UNIT = Path(__file__).parent
PACKAGE = UNIT.parents[1] / "churn_pipeline"
FOLDERS = sorted(
    {
        file.parent.relative_to(PACKAGE)
        for file in PACKAGE.rglob("*.py")
        if file.name not in ("__init__.py", "__main__.py")
    }
)
IMPORTS_CONFTEST = re.compile(r"^(from|import) .*conftest", re.MULTILINE)


def test_the_package_is_found():
    assert {Path("core"), Path("cli"), Path("features/engines")} <= set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_every_folder_with_code_has_its_mirror(folder: Path):
    assert list((UNIT / folder).glob("test_*.py")), (
        f"write tests of churn_pipeline/{folder} into churn_pipeline_tests/unit/{folder}"
    )


def test_builders_are_not_kept_in_conftests():
    """A conftest holds fixtures; what tests import stands in churn_pipeline_tests/builders."""
    tests = UNIT.parent
    importing = [
        file.relative_to(tests)
        for file in tests.rglob("*.py")
        if IMPORTS_CONFTEST.search(file.read_text(encoding="utf-8"))
    ]
    assert importing == []


PATHS = re.compile(r"\b(table_path|shop_folder)\b|\.store\.folder\b|\bfolder: Path\b")
KNOW_PATHS = {
    "core": "the store itself",
    "ingest": "originals, quarantine and what is staged are files",
    "shop/directory.py": "says where a shop's folder is",
    "shop/config.py": "a name that becomes a folder",
    "runtime/run_folder.py": "links between a run's folder and the shop's",
    "service": "originals that wait, and the file that pages are read from",
}


def test_nobody_but_the_store_knows_where_a_table_lies():
    """Stages ask a ShopStore for tables and documents by name, so that it can keep them elsewhere."""
    files = {file.relative_to(PACKAGE).as_posix(): file for file in PACKAGE.rglob("*.py")}
    asked = {name: file for name, file in files.items() if not name.startswith(tuple(KNOW_PATHS))}
    knowing = {
        name: lines
        for name, file in asked.items()
        if (lines := [line.strip() for line in file.read_text("utf-8").splitlines() if PATHS.search(line)])
    }
    assert len(asked) > 200
    assert knowing == {}
