"""A champion that asks for features which are gone is refused in one sentence."""

from types import SimpleNamespace

import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.scoring.eligibility import require_champion_features


def champion(*features):
    return SimpleNamespace(features=list(features))


def test_all_there():
    require_champion_features(
        champion("total_purchase_count"), ["customer_id", "total_purchase_count"], "kiosk"
    )


def test_a_column_of_the_ledger_is_gone():
    with pytest.raises(
        BadInput,
        match=r"'kiosk' needs 1 features .* \(total_purchase_count\): "
        r"the ledger lacks .* churn run FILE --shop kiosk",
    ):
        require_champion_features(champion("total_purchase_count"), ["customer_id"], "kiosk")


def test_a_feature_of_an_older_version():
    with pytest.raises(BadInput, match=r"shoe_size\): this version of the product no longer has them"):
        require_champion_features(champion("shoe_size"), ["customer_id"], "kiosk")
