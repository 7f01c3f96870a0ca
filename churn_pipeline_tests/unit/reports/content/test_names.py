"""Names and small phrases of reports."""

import pytest

from churn_pipeline.reports.content.names import day, in_a_hundred, model_name, segment_name

SAID = {0.62: "62 of 100", 0.001: "fewer than 1 of 100", 0.0: "0 of 100", None: "an unknown number of 100"}


@pytest.mark.parametrize(("share", "said"), SAID.items())
def test_in_a_hundred(share: float | None, said: str) -> None:
    assert in_a_hundred(share) == said


def test_days_models_and_segments_have_their_names() -> None:
    assert day("2018-01-02T00:00:00") == "2 January 2018"
    assert model_name("lightgbm") == "LightGBM" and model_name("new_kind") == "new kind"
    assert segment_name("high_risk") == "High risk"
