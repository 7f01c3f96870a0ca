"""A mapping suggested from the names and the contents of a file's columns, with a confidence for each field.

Names come first, contents decide between columns of like names and where names say nothing: the customer is
the id that comes back on other days and is one within an order; the amount is the line's (quantity x price)
rather than the order's total repeated on every line; the date is the order's, not the shipment's or the
customer's birthday."""

from dataclasses import dataclass

from churn_pipeline.ingest.files.raw import RawTable
from churn_pipeline.ingest.mapping.column_facts import ColumnFacts, Sample, sample_of
from churn_pipeline.ingest.mapping.field_names import about_else, name_score
from churn_pipeline.ingest.mapping.proposal import Suggestion, best, named, with_contents
from churn_pipeline.ingest.mapping.relations import days_of, one_value_share, returning_share
from churn_pipeline.ingest.mapping.suggest_amount import suggest_amounts
from churn_pipeline.ingest.values.states.consents import consent_share
from churn_pipeline.ingest.values.states.order_states import marked_share
from churn_pipeline.shop.config import ColumnField as F

_LEAST = 0.3
_FEW_VALUES, _ENOUGH_ROWS = 10, 100
_STATES = 40
_SAID_OUTRIGHT = 0.51
"""A column called customer_id is believed, however few customers there are."""
_INSTEAD_OF_ID = {F.EMAIL: 0.75, F.PHONE: 0.55, F.NAME: 0.55}
"""What may stand for a customer number where there is none, and how sure that is."""


@dataclass(frozen=True)
class _Columns:
    """The sample, and the columns that are spoken for."""

    sample: Sample
    rows: int

    def facts(self) -> list[ColumnFacts]:
        return [f for f in self.sample.facts.values() if f.filled]


def suggest_mapping(raw: RawTable) -> dict[F, Suggestion]:
    """The best column of each field; fields that nothing speaks for are left out."""
    return suggest_from(sample_of(raw))


def suggest_from(sample: Sample) -> dict[F, Suggestion]:
    """The best column of each field in a sample."""
    columns = _Columns(sample, len(next(iter(sample.texts.values()), [])))
    chosen: dict[F, Suggestion] = {}
    _add(chosen, F.DATE, _dates(columns))
    days = days_of(sample.texts[chosen[F.DATE].column]) if F.DATE in chosen else []
    _add(chosen, F.ORDER_ID, _orders(columns, days, chosen))
    _add(chosen, F.CUSTOMER_ID, _customers(columns, days, chosen))
    for field in (F.CONSENT, F.EMAIL, F.PHONE, F.NAME, F.STATUS, F.PRODUCT, F.CATEGORY):
        _add(chosen, field, _by_name(columns, field, chosen))
    chosen |= suggest_amounts(sample, chosen)
    return chosen


def _add(chosen: dict[F, Suggestion], field: F, scores: dict[str, float]) -> None:
    found = best(scores, _LEAST)
    if found is not None:
        chosen[field] = found


def _free(columns: _Columns, chosen: dict[F, Suggestion]) -> list[ColumnFacts]:
    taken = {s.column for s in chosen.values()}
    return [f for f in columns.facts() if f.name not in taken]


def _dates(columns: _Columns) -> dict[str, float]:
    """Columns of dates by name; without a telling name, a column that holds nothing but dates."""
    scores = {}
    for facts in columns.facts():
        name = name_score(facts.name, F.DATE)
        fit = max(facts.dates, facts.digits_as_dates, facts.serials if name > 0.5 else 0.0)
        if name:
            score = with_contents(name, fit)
        else:
            score = 0.6 * (facts.dates > 0.9) or 0.52 * (
                facts.digits_as_dates > 0.98 and not named(facts.name)
            )
        born_once = 0.8 if facts.values < 3 and columns.rows > _ENOUGH_ROWS else 1.0
        scores[facts.name] = score * born_once * min(1.0, facts.filled + 0.2)
    return scores


def _orders(columns: _Columns, days: list[str], chosen: dict[F, Suggestion]) -> dict[str, float]:
    """Numbers of orders, by name: an order is of one day, and there are many of them; a general `id` has
    digits."""
    scores = {}
    for facts in _free(columns, chosen):
        name = name_score(facts.name, F.ORDER_ID)
        if not name or facts.dates > 0.5 or facts.decimals > 0.5 or facts.worded > 0.5 or facts.emails > 0.5:
            continue
        several_days = returning_share(columns.sample.texts[facts.name], days) if days else None
        if several_days is not None and several_days > 0.1:
            name *= 0.3
        if facts.values < _FEW_VALUES and columns.rows > _ENOUGH_ROWS:
            name *= 0.3
        generic = name <= 0.6
        if generic and not _digits_in(facts):
            name = 0.0
        scores[facts.name] = name * min(1.0, facts.filled + 0.3)
    return scores


def _digits_in(facts: ColumnFacts) -> bool:
    return all(any(c.isdigit() for c in e) for e in facts.examples)


def _customers(columns: _Columns, days: list[str], chosen: dict[F, Suggestion]) -> dict[str, float]:
    """Customer numbers by name and behaviour; else what may stand for one; else the only id that behaves as a
    customer does."""
    order = columns.sample.texts[chosen[F.ORDER_ID].column] if F.ORDER_ID in chosen else None
    free = _free(columns, chosen)
    scores = {}
    for facts in free:
        name = name_score(facts.name, F.CUSTOMER_ID)
        for field, worth in _INSTEAD_OF_ID.items():
            said = name_score(facts.name, field)
            if said > 0.45 and (field is F.EMAIL) == (facts.emails > 0.5) and name < 0.5:
                name = max(
                    name,
                    worth * min(1.0, said + 0.25) * (0.9 if field is F.NAME and facts.worded < 0.5 else 1.0),
                )
        if name:
            factor = _customer_factor(columns, facts, days, order)
            scores[facts.name] = (
                max(name * factor, _SAID_OUTRIGHT) if name > 0.95 and factor else name * factor
            )
    if max(scores.values(), default=0.0) < 0.5:
        scores |= _unnamed_customer(columns, free, days, order)
    return scores


def _customer_factor(
    columns: _Columns, facts: ColumnFacts, days: list[str], order: list[str] | None
) -> float:
    """How far a column behaves as customers do."""
    if facts.dates > 0.5 or facts.decimals > 0.5:
        return 0.0
    factor, texts = 1.0, columns.sample.texts[facts.name]
    if columns.rows > _ENOUGH_ROWS:
        if facts.values < _FEW_VALUES:
            factor *= 0.3
        returning = returning_share(texts, days) if days else None
        if returning is None and facts.distinct > 0.95:
            factor *= 0.8
        elif returning is not None and returning < 0.05:
            factor *= 0.65
        within = one_value_share(texts, order) if order else None
        if within is not None and within < 0.9:
            factor *= 0.4
    return factor * min(1.0, facts.filled + 0.5)


def _unnamed_customer(
    columns: _Columns, free: list[ColumnFacts], days: list[str], order: list[str] | None
) -> dict[str, float]:
    """The only column of ids that come back on other days, if there is just one; its name says nothing
    else."""
    fitting = []
    for facts in free:
        whole = (
            facts.decimals < 0.01
            and facts.dates < 0.1
            and facts.worded < 0.1
            and facts.emails < 0.1
            and _digits_in(facts)
        )
        if (
            not whole
            or named(facts.name)
            or about_else(facts.name, F.CUSTOMER_ID)
            or facts.values < 2 * _FEW_VALUES
            or facts.filled < 0.4
            or facts.distinct > 0.9
        ):
            continue
        returning = returning_share(columns.sample.texts[facts.name], days) if days else None
        if (returning or 0.0) > 0.3 and _customer_factor(columns, facts, days, order) > 0.9:
            fitting.append(facts)
    if len(fitting) != 1:
        return {f.name: 0.4 for f in fitting}
    return {fitting[0].name: 0.55}


def _by_name(columns: _Columns, field: F, chosen: dict[F, Suggestion]) -> dict[str, float]:
    """Fields that their names tell; contents that cannot be the field rule it out."""
    free = columns.facts() if field is F.EMAIL else _free(columns, chosen)
    scores = {}
    for facts in free:
        name = name_score(facts.name, field)
        if field is F.EMAIL:
            name = max(name, 0.9 * (facts.emails > 0.9)) if facts.emails > 0.5 else 0.0
        elif field is F.CONSENT:
            name *= consent_share(columns.sample.texts[facts.name]) > 0.9
        elif field is F.STATUS:
            name = _status_score(columns, facts, name)
        elif facts.dates > 0.5 or facts.decimals > 0.5 or (field is F.NAME and facts.numbers > 0.5):
            name = 0.0
        scores[facts.name] = name * min(1.0, facts.filled + 0.5)
    return scores


def _status_score(columns: _Columns, facts: ColumnFacts, name: float) -> float:
    """A column of few words; those that tell of returns go first, and one that tells of them in most rows is
    no status."""
    if not name or facts.numbers > 0.5 or facts.dates > 0.5 or facts.values > _STATES:
        return 0.0
    marked = marked_share(columns.sample.texts[facts.name])
    return 0.0 if marked > 0.6 else min(0.99, name + 0.2 * (marked > 0))
