"""Models saved by an earlier version name the modules and fields of that version: read with the names of
today."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

SCHEMA = "schema.json"  # the member of a skops archive that names every type
MODULES = {
    "churn_pipeline.training.kernel_machine": "churn_pipeline.training.models.kernel_machine",
    "churn_pipeline.training.preparation": "churn_pipeline.training.data.preparation",
}


def archive_of_today(path: Path) -> bytes:
    """The bytes of a skops archive, in which the modules of former versions have the names of today; nothing
    else is changed."""
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        schema = archive.read(SCHEMA).decode()
        if not any(f'"{module}"' in schema for module in MODULES):
            return content
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as renamed:
            for name in archive.namelist():
                renamed.writestr(
                    name, json.dumps(_renamed(json.loads(schema))) if name == SCHEMA else archive.read(name)
                )
    return written.getvalue()


def calibrator_of_today(saved: dict[str, Any]) -> dict[str, Any]:
    """The fields of a saved calibrator; a season frozen at the training is the level that it had."""
    kept = {k: v for k, v in saved.items() if k not in ("season", "season_shift")}
    return kept | ({"level": saved["season_shift"]} if "season_shift" in saved else {})


def _renamed(node: Any) -> Any:
    """The tree of types with today's name of every `__module__`."""
    if isinstance(node, dict):
        return {k: MODULES.get(v, v) if k == "__module__" else _renamed(v) for k, v in node.items()}
    return [_renamed(part) for part in node] if isinstance(node, list) else node
