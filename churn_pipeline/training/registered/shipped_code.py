"""The modules that a registered model needs to predict, copied out of the package."""

import ast
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "churn_pipeline"


def copy_needed_modules(module: str, into: Path) -> Path:
    """Copies the module and all of the package that loading it imports to `into`, as a package of the same
    name; returns its folder."""
    for name, source in sorted(needed_modules(module).items()):
        place = into.joinpath(*name.split("."))
        target = place / "__init__.py" if source.name == "__init__.py" else place.with_suffix(".py")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return into / PACKAGE


def needed_modules(module: str) -> dict[str, Path]:
    """Name -> file of the module, of everything of the package that it imports when it is loaded, and of the
    packages around them. What functions import when they are called is not among them."""
    files: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        spec = None if name in files else find_spec(name)
        if spec is None or spec.origin is None:  # seen already, or a name that is no module but in one
            continue
        files[name] = Path(spec.origin)
        waiting += [name.rsplit(".", 1)[0]] if "." in name else []
        waiting += _imported(files[name])
    return files


def _imported(source: Path) -> Iterator[str]:
    """The package's modules that a file imports at its top level."""
    for statement in _at_top_level(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            names = [statement.module]
        elif isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == PACKAGE)


def _at_top_level(node: ast.AST) -> Iterator[ast.AST]:
    """Every statement that runs when a module is loaded."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _at_top_level(child)
