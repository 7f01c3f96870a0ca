"""What-if for a file of questions: one answer for each row."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from churn_pipeline.core.errors import BadInput
from churn_pipeline.ingest.files.text_encoding import find_encoding
from churn_pipeline.scoring.what_if.answer import what_if
from churn_pipeline.scoring.what_if.hypothetical import parse_feature, parse_order, require_features
from churn_pipeline.scoring.what_if.session import WhatIfSession

ORDER_COLUMNS = ("order", "orders")
MOST_QUESTIONS = 5_000
"""Each takes some milliseconds, and whoever asks waits for the last one."""


def read_questions(path: Path) -> pd.DataFrame:
    """The file's cells as texts, missing where empty; columns are separated as its first line says. BadInput
    where it is no CSV file, names a column twice, or asks more than MOST_QUESTIONS."""
    encoding = find_encoding(path, path.name)
    try:
        with path.open(encoding=encoding) as file:
            head = file.readline()
        separator = next((mark for mark in ",;\t" if mark in head), ",")
        names = [name.strip() for name in head.rstrip("\r\n").split(separator)]
        questions = pd.read_csv(path, dtype=str, skipinitialspace=True, sep=separator, encoding=encoding)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError) as error:
        raise BadInput(
            f"{path.name}: not a CSV file of questions ({error}); its first line names customer_id, "
            f"order and features."
        ) from error
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise BadInput(f"{path.name}: the column {twice[0]!r} is there twice; name each once.")
    if len(questions) > MOST_QUESTIONS:
        raise BadInput(
            f"{path.name} asks {len(questions)} questions: at most {MOST_QUESTIONS} at a time; split it."
        )
    questions.columns = questions.columns.str.strip()
    return questions.rename(columns={"customer": "customer_id"})


def what_if_table(session: WhatIfSession, questions: pd.DataFrame) -> pd.DataFrame:
    """One answer per row of `questions`.

    questions: customer_id, optionally `order` (DATE:AMOUNT, several separated by ';'), and one column per
        feature to set; empty cells leave things as they are. BadInput names the row that cannot be answered.
    """
    if "customer_id" not in questions:
        raise BadInput(
            "The what-if file has no column customer_id; its columns may be customer_id, "
            "order and names of features."
        )
    settable = [str(c) for c in questions.columns if c not in ("customer_id", *ORDER_COLUMNS)]
    require_features(settable, session.model.features)
    answers = []
    for number, row in enumerate(questions.to_dict("records"), start=1):
        try:
            if pd.isna(row["customer_id"]):
                raise BadInput("it names no customer_id.")
            answers.append(_answer(session, row, settable))
        except BadInput as error:
            raise type(error)(f"Row {number} of the what-if file: {error}") from error
    return pd.DataFrame(answers)


def _answer(session: WhatIfSession, row: Mapping[Hashable, Any], settable: Sequence[str]) -> dict[str, Any]:
    orders = ";".join(str(row[column]) for column in ORDER_COLUMNS if isinstance(row.get(column), str))
    answer = what_if(
        session,
        str(row["customer_id"]).strip(),
        features=dict(parse_feature(f"{name}={row[name]}") for name in settable if not pd.isna(row[name])),
        orders=[parse_order(part) for part in orders.split(";") if part.strip()],
    )
    before, after = answer["before"], answer["after"]
    return {
        "customer_id": answer["customer_id"],
        "status_before": before["status"],
        "status_after": after["status"],
        "churn_probability_before": before["churn_probability"],
        "churn_probability_after": after["churn_probability"],
        "change": answer["change"],
        "risk_tier_before": before["risk_tier"],
        "risk_tier_after": after["risk_tier"],
        "as_of": after["as_of"],
    }
