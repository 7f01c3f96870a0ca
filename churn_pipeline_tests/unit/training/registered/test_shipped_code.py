"""What a registered model carries of the package: all that loading needs, and no more."""

import re
import subprocess
import sys

import pytest

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


@pytest.mark.parametrize(
    "module",
    [
        SERVED,
        "churn_pipeline.scoring.stage",
        "churn_pipeline.explain.stage",
        "churn_pipeline.training.lifecycle.champion_in_use",
    ],
)
def test_who_scores_does_not_load_libraries_that_only_fitting_and_comparing_need(module):
    files = needed_modules(module)
    imports = re.compile(r"^(?:import|from) (empulse|sklearnex|imblearn)\b", re.MULTILINE)
    loaded = {name: imports.findall(path.read_text(encoding="utf-8")) for name, path in files.items()}
    assert not {name: found for name, found in loaded.items() if found}


def test_a_registered_model_carries_no_search():
    assert not [name for name in needed_modules(SERVED) if ".training.search" in name]


def test_a_command_loads_scipy_before_dagster_which_opening_a_model_is_slow_without():
    code = (
        "import sys; from churn_pipeline.service import jobs\n"
        "try: jobs.run_now(None, None, 'score', 'none', {}, print)\n"
        "except AttributeError: pass\n"
        "names = list(sys.modules); print(names.index('scipy.special') < names.index('dagster'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
