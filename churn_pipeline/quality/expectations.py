"""Great Expectations: states the rules as expectations and validates them on dataframes, with nothing written
to disk and nothing sent.

The facts are exact counts over the whole ledger (DuckDB), one row; the rules about the rows themselves are
validated on the ledger's key columns, all of them up to ROWS_SAMPLE rows and every k-th row above. The DuckDB
route of Great Expectations is not used: it fails on its own metrics. An expectation that raised counts as
failed and says so (`exception_info`), since Great Expectations does not raise itself."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from churn_pipeline.core.enums import Severity
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.ingest.ledger.rejections import LONGEST_ID
from churn_pipeline.quality.facts import Facts
from churn_pipeline.quality.rules import LARGEST_AMOUNT, REQUIRED_COLUMNS, Rule

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

ROWS_SAMPLE = 5_000_000
SUITE = "ledger"


@dataclass(frozen=True)
class Verdict:
    """What Great Expectations says about one rule: whether it holds, and the exception where it could not be
    judged."""

    success: bool
    exception: str | None = None


@dataclass(frozen=True)
class LedgerRows:
    """Key columns of the ledger's rows, and how many of how many rows they are."""

    frame: pd.DataFrame
    checked: int
    total: int


def ledger_rows(store: ShopStore, limit: int = ROWS_SAMPLE) -> LedgerRows:
    """The key columns of every row of the ledger, or of every k-th row where there are more than `limit`."""
    with store.opened("transactions") as file:
        total = file.metadata.num_rows
        present = [c for c in REQUIRED_COLUMNS if c in file.schema_arrow.names]
        step = max(1, math.ceil(total / limit))
        table = file.read(columns=present) if step == 1 else _every(file, present, step)
    return LedgerRows(table.to_pandas(), table.num_rows, total)


def _every(file: pq.ParquetFile, columns: list[str], step: int) -> pa.Table:
    """Every `step`-th row, read in batches so that the whole ledger never lies in memory."""
    batches, start = [], 0
    for batch in file.iter_batches(columns=columns):
        wanted = pa.array(range(-start % step, batch.num_rows, step), pa.int64())
        batches.append(pc.take(pa.table(batch), wanted) if batch.num_columns else pa.table(batch))
        start += batch.num_rows
    return pa.concat_tables(batches)


def validate(rows: pd.DataFrame, facts: Facts, rules: Sequence[Rule]) -> dict[str, Verdict]:
    """One verdict per rule name: rules without a fact on `rows`, the others on the one row of facts."""
    from great_expectations import expectations as gxe

    about_rows = _row_expectations()
    stated = [e for rule in rules if rule.fact is None for e in about_rows[rule.name]]
    bounded: list[Expectation] = [
        gxe.ExpectColumnValuesToBeBetween(
            column=rule.fact,
            min_value=rule.minimum,
            max_value=rule.maximum,
            **_named(rule.name, rule.severity),
        )
        for rule in rules
        if rule.fact is not None
    ]
    one_row = pd.DataFrame(
        {rule.fact: [_number(facts.get(rule.fact))] for rule in rules if rule.fact is not None}
    )
    return _validate_frame(rows, stated) | _validate_frame(one_row, bounded)


def _named(name: str, severity: Severity) -> dict[str, Any]:
    return {"severity": severity.value, "meta": {"rule": name}}


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _row_expectations() -> Mapping[str, list["Expectation"]]:
    from great_expectations import expectations as gxe

    def named(name: str) -> dict[str, Any]:
        return _named(name, Severity.CRITICAL)

    times = ["datetime64[us]", "datetime64[ns]", "datetime64", "Timestamp"]
    return {
        "required_columns": [
            gxe.ExpectTableColumnsToMatchSet(
                column_set=list(REQUIRED_COLUMNS), exact_match=False, **named("required_columns")
            )
        ],
        "customer_id_is_text": [
            gxe.ExpectColumnValuesToNotBeNull(column="customer_id", **named("customer_id_is_text")),
            gxe.ExpectColumnValueLengthsToBeBetween(
                column="customer_id", min_value=1, max_value=LONGEST_ID, **named("customer_id_is_text")
            ),
        ],
        "dates_are_times": [
            gxe.ExpectColumnValuesToBeInTypeList(column="ts", type_list=times, **named("dates_are_times")),
            gxe.ExpectColumnValuesToNotBeNull(column="ts", **named("dates_are_times")),
        ],
        "amounts_are_numbers": [
            gxe.ExpectColumnValuesToBeOfType(
                column="amount", type_="float64", **named("amounts_are_numbers")
            ),
            gxe.ExpectColumnValuesToNotBeNull(column="amount", **named("amounts_are_numbers")),
            gxe.ExpectColumnValuesToBeBetween(
                column="amount",
                min_value=-LARGEST_AMOUNT,
                max_value=LARGEST_AMOUNT,
                **named("amounts_are_numbers"),
            ),
        ],
    }


def _validate_frame(frame: pd.DataFrame, stated: Sequence["Expectation"]) -> dict[str, Verdict]:
    """Verdicts by rule name; a rule of several expectations holds when all of them do."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    batch = (
        context.data_sources.add_pandas(SUITE)
        .add_dataframe_asset(SUITE)
        .add_batch_definition_whole_dataframe(SUITE)
        .get_batch(batch_parameters={"dataframe": frame})
    )
    suite = gx.ExpectationSuite(name=SUITE, expectations=list(stated))
    verdicts: dict[str, Verdict] = {}
    for result in batch.validate(suite, result_format="BOOLEAN_ONLY").results:
        name = _rule_name(result.expectation_config)
        exception = _exception(result.exception_info)
        before = verdicts.get(name, Verdict(True))
        verdicts[name] = Verdict(
            before.success and bool(result.success) and exception is None, before.exception or exception
        )
    return verdicts


def _rule_name(configuration: "ExpectationConfiguration | None") -> str:
    if configuration is None or not configuration.meta:
        raise ChurnError("Great Expectations returned a result without the expectation that it belongs to.")
    return str(configuration.meta["rule"])


def _exception(info: Mapping[str, Any]) -> str | None:
    """The message of the first exception; the info is one record, or one record per metric that raised."""
    records = [info] if "raised_exception" in info else list(info.values())
    return next((str(r["exception_message"]) for r in records if r.get("raised_exception")), None)
