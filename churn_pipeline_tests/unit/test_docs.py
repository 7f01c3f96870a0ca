"""What the documents say of the code is true: files and functions that they name exist."""

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "churn_pipeline"
NUMBER = re.compile(r"^\| [^|]+ \| `([\w.]+)` \| `([\w/]+\.py)` \| `(\w+)` \|$")


def numbers_of_the_architecture() -> list[tuple[str, str, str]]:
    lines = (REPOSITORY / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    found = [NUMBER.match(line) for line in lines]
    return [(match[1], match[2], match[3]) for match in found if match]


def test_the_architecture_lists_twenty_numbers():
    assert len(numbers_of_the_architecture()) == 20


@pytest.mark.parametrize(("path", "file", "function"), numbers_of_the_architecture())
def test_a_number_is_made_where_the_architecture_says(path: str, file: str, function: str):
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert function in functions, f"{path}: {file} has no function {function}"


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_named_in_a_document_exist(document: str):
    text = (REPOSITORY / "docs" / document).read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)+(?:\.(?:py|yaml|sql))?)(?:/)?`", text)
    roots = (PACKAGE, REPOSITORY, REPOSITORY / "churn_pipeline_tests")
    rooms = {path.name for root in roots for path in root.iterdir()} - {"data"}  # data/ is made by running
    code = [name for name in named if name.split("/")[0] in rooms]
    missing = [name for name in code if not any((root / name).exists() for root in roots)]
    assert len(code) > 10
    assert missing == [], f"{document} names what is not there"


def test_links_between_documents_lead_somewhere():
    pages = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\(([\w./-]+\.md)\)", page.read_text("utf-8"))
    ]
    broken = [f"{page.name} -> {link}" for page, link in links if not (page.parent / link).exists()]
    assert broken == []
