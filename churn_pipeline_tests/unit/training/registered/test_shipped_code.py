"""What a registered model carries of the package: all that loading needs, and no more."""

import subprocess
import sys

from churn_pipeline.training.registered.logged_model import SERVED
from churn_pipeline.training.registered.shipped_code import copy_needed_modules, needed_modules


def test_what_is_copied_can_be_loaded_alone(tmp_path):
    package = copy_needed_modules(SERVED, tmp_path)
    assert package == tmp_path / "churn_pipeline"
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {SERVED} as m; print(m.__file__)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().startswith(str(tmp_path))


def test_neither_stages_that_predict_nothing_nor_what_functions_import():
    names = set(needed_modules(SERVED))
    assert "churn_pipeline.training.models.blended_model" in names
    assert not [name for name in names if name.split(".")[1:2] in (["orchestration"], ["api"], ["ingest"])]
    assert "churn_pipeline.core.documents.catalogue" not in names
    assert len(names) < 50
