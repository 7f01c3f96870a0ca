"""Remedies in the API's own words. The stages name those of the command line, where most of them are read."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

_SHOP = r"(?: FILE)?(?: --shop \S*[^\s.;,)])?(?: --horizon [^\s.;,)]+)?"
_COMMANDS = {
    rf"create it with: churn run{_SHOP}": "deliver a file for it with POST /upload",
    rf"with: churn run{_SHOP}": "with POST /train",
    rf"run: churn run{_SHOP}": "train it with POST /train",
    r"--gross-margin to churn run": "money.gross_margin in POST /configure",
    rf"(?:run|with): churn ingest{_SHOP}": "deliver a file with POST /upload, then POST /configure",
    rf"churn ingest{_SHOP}(?: --map FIELD=COLUMN ...)?": "POST /configure with column_mapping",
    rf"with: churn models{_SHOP}": "with GET /models/{session_id}",
    rf"run: churn repair{_SHOP}": "ask whoever runs this installation to run churn repair",
    r"--map (\w+)=(\w+)": r"column_mapping: {\"\1\": \"\2\"}",
    r"--order DATE:AMOUNT": "orders",
    r"an --order\b": "an entry of orders",
    r"--date-format\b": "date_format",
    r"--timezone\b": "timezone",
    r"--replace\b": "replace: true",
    r"--as-it-is\b": "as_it_is: true",
    r"--min-orders\b": "min_orders",
    r"--horizon\b": "churn_threshold_days",
    r"--columns ('\w+')": r"columns=\1",
    r"--columns\b": "columns",
}
"""Words of the command line -> what the API has in their place; the first that fits holds."""
Answer = TypeVar("Answer", bound=BaseModel)
_ANY = [(re.compile(pattern), words) for pattern, words in _COMMANDS.items()]


def in_own_words(sentence: str) -> str:
    """A sentence of the stages whose remedy a client of the API can follow."""
    if "--" not in sentence and "churn " not in sentence:
        return sentence
    for pattern, words in _ANY:
        sentence = pattern.sub(words.replace(r"\"", '"'), sentence)
    return sentence


def told_in_own_words(answer: Answer, *fields: str) -> Answer:
    """An answer whose named fields (a text, None, or a list of texts) are in the API's words."""
    changed = {name: _each(in_own_words, getattr(answer, name)) for name in fields}
    return answer.model_copy(update=changed)


def _each(words: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, list):
        return [words(one) for one in value]
    return value if value is None else words(value)
