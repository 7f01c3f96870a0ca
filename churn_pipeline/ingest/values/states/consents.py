"""Whether customers agreed to be contacted: what the cells of a column of consent say, by the words of
consents.yaml."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import duckdb
import yaml

from churn_pipeline.core.enums import Consent
from churn_pipeline.core.sql import in_list
from churn_pipeline.core.wording import counted
from churn_pipeline.ingest.values.cells import CELLS
from churn_pipeline.ingest.values.states.order_states import plain_state

MOST_SPELLINGS = 1000
_TOLD = 3


def consent_sql(
    connection: duckdb.DuckDBPyConnection, text: str | None, column: str | None
) -> tuple[str, tuple[str, ...]]:
    """SQL of the consent in the cells (`Consent`, null where nothing is said), and what is told of cells that
    say neither yes nor no; text: SQL of the cell, None where no column is mapped."""
    if text is None:
        return "CAST(NULL AS VARCHAR)", ()
    said = connection.execute(
        f"SELECT {text}, count(*) FROM {CELLS} WHERE {text} <> '' GROUP BY 1 ORDER BY 2 DESC, 1 "  # noqa: S608
        f"LIMIT {MOST_SPELLINGS}"
    ).fetchall()
    meanings = {spelling: meaning_of_consent(spelling) for spelling, _ in said}
    cases = [
        f"WHEN {text} IN {in_list(spellings)} THEN '{consent}'"
        for consent in Consent
        if (spellings := [spelling for spelling, meaning in meanings.items() if meaning is consent])
    ]
    sql = f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"
    unread = [(spelling, rows) for spelling, rows in said if meanings[spelling] is None]
    if not unread:
        return sql, ()
    shown = ", ".join(repr(spelling) for spelling, _ in unread[:_TOLD])
    return sql, (
        f"{counted(sum(rows for _, rows in unread), 'values')} of column {column!r} say neither yes nor no "
        f"({shown}{' ...' if len(unread) > _TOLD else ''}): they are no consent.",
    )


def meaning_of_consent(text: str) -> Consent | None:
    """What a cell says; None for one that says neither."""
    return _vocabulary().get(plain_state(text))


def consent_share(texts: Sequence[str]) -> float:
    """Share of the filled texts that say yes or no; 0 where none is filled."""
    filled = [text for text in texts if text]
    return sum(meaning_of_consent(text) is not None for text in filled) / max(len(filled), 1)


@cache
def _vocabulary() -> dict[str, Consent]:
    document = yaml.safe_load(Path(__file__).with_name("consents.yaml").read_text(encoding="utf-8"))
    return {
        plain_state(word): consent
        for consent in Consent
        for words in document[str(consent)].values()
        for word in words.split(",")
    }
