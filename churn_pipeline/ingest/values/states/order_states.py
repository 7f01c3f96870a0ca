"""What the state of an order, or the type of a row, says about its rows: the vocabulary of
order_states.yaml."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import duckdb
import yaml

from churn_pipeline.core.wording import counted, percent

_FREQUENT = 0.005
"""Share of the rows or of the revenue from which on an unknown state is told."""
_TOLD = 4
_PARTICIPLES = (
    "cancell?ed|storniert|annullier|annule|annulat|anulat|anulad|cancelad|annullat|geannuleerd|anulowan|zrusen"
    "|отменен|скасован|dibatalkan|iptal edildi"
)
_CALLED_OFF = re.compile(rf"(?:{_PARTICIPLES})")
_NOT_CALLED_OFF = re.compile(
    rf"(?:\b(?:not|nicht|non|no|nao|niet|nie|ej|inte|ikke|не)(?: been| yet)? |\bun)(?:{_PARTICIPLES})"
    + unicodedata.normalize(
        "NFKD", "|^未|(?:キャンセル|取消|取り消し|취소)(?:不可|不能|拒否|拒绝|拒絕|불가|거부)"
    )
)
_ONLY_PARTLY = re.compile(
    r"partial|partly|partiel|parcial|parzial|teilweise|gedeeltelijk|czesciow|частич|частков|"
    + unicodedata.normalize("NFKD", "部分|一部|부분")
)
_WITHOUT_BLANKS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3\u1100-\u11ff]")

State = tuple[str, int, float]
"""A state as it is written, its rows, and their revenue."""


class Meaning(StrEnum):
    """What a state says: see order_states.yaml."""

    UNDONE = "undone"
    UNFINISHED = "unfinished"
    REVERSAL = "reversal"
    SALE = "sale"


def plain_state(text: str) -> str:
    """A state without case, accents, 'wc-', underscores, hyphens and punctuation; equal states of any
    spelling become equal texts."""
    folded = text.replace("İ", "i").replace("ı", "i").casefold().removeprefix("wc-")
    bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\s_\-–./:()]+", " ", bare).split())


@cache
def _vocabulary() -> dict[str, Meaning]:
    document = yaml.safe_load(Path(__file__).with_name("order_states.yaml").read_text(encoding="utf-8"))
    found: dict[str, Meaning] = {}
    for meaning in Meaning:
        for words in document[meaning].values():
            for word in words.split(","):
                found.setdefault(plain_state(word), meaning)
    return found


def meaning_of(state: str) -> Meaning | None:
    """What a state says; None for one that is not known."""
    plain = plain_state(state)
    known = _vocabulary().get(plain)
    if known is not None or not plain:
        return known
    if _ONLY_PARTLY.search(plain):
        return Meaning.SALE
    if _NOT_CALLED_OFF.search(plain):
        return None
    if _CALLED_OFF.search(plain):
        return Meaning.UNDONE
    if _WITHOUT_BLANKS.search(plain):  # a state within a longer one: 注文キャンセル済み
        inside = [
            w
            for w, m in _vocabulary().items()
            if m in (Meaning.UNDONE, Meaning.UNFINISHED) and len(w) > 1 and w in plain
        ]
        return _vocabulary()[max(inside, key=len)] if inside else None
    return None


def marked_share(texts: Sequence[str]) -> float:
    """Share of the filled texts that say that a row is no plain sale."""
    meanings = [meaning_of(t) for t in texts if t]
    return sum(m in (Meaning.UNDONE, Meaning.REVERSAL) for m in meanings) / len(meanings) if meanings else 0.0


@dataclass(frozen=True)
class StatesFound:
    """The states of a file, as they are written, by meaning, and what is told of them: unfinished orders are
    usual; that some states are not known is a finding."""

    by_meaning: dict[Meaning, list[str]]
    unfinished: tuple[str, ...]
    unknown: tuple[str, ...]


def states_in(connection: duckdb.DuckDBPyConnection, relation: str) -> StatesFound:
    """The states that occur in `relation` (status, amount)."""
    rows = connection.execute(f"""
        SELECT status, count(*), coalesce(sum(greatest(amount, 0)) FILTER (isfinite(amount)), 0)
        FROM {relation} WHERE status IS NOT NULL GROUP BY status ORDER BY 2 DESC, 1
    """).fetchall()  # noqa: S608 - our own relation
    by_meaning: dict[Meaning | None, list[State]] = {m: [] for m in (*Meaning, None)}
    for row in rows:
        by_meaning[meaning_of(row[0])].append(row)
    total = (sum(r[1] for r in rows), sum(r[2] for r in rows))
    return StatesFound(
        {m: [state for state, *_ in by_meaning[m]] for m in Meaning},
        _told_unfinished(by_meaning[Meaning.UNFINISHED], total),
        _told_unknown(by_meaning[None], total),
    )


def _told_unfinished(states: list[State], total: tuple[int, float]) -> tuple[str, ...]:
    if not states:
        return ()
    return (
        f"{counted(sum(s[1] for s in states), 'rows')} of orders that are no sale yet are set aside "
        f"({_listed(states, total)}): "
        "deliver them again once they are paid.",
    )


def _told_unknown(states: list[State], total: tuple[int, float]) -> tuple[str, ...]:
    frequent = [s for s in states if s[1] > _FREQUENT * total[0] or s[2] > _FREQUENT * total[1]]
    if not frequent:
        return ()
    return (
        f"order states that are not known count as sales: {_listed(frequent, total)}; "
        f"leave out of the file those that are none.",
    )


def _listed(states: list[State], total: tuple[int, float]) -> str:
    shares = []
    for state, rows, revenue in states[:_TOLD]:
        share = percent(revenue / total[1] if total[1] else 0)
        shares.append(f"{state!r} with {counted(rows, 'rows')} and {share} of the revenue")
    return ", ".join(shares) + (f" and {len(states) - _TOLD} more" if len(states) > _TOLD else "")
