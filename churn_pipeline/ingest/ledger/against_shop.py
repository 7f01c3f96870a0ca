"""A later file held against the shop it joins: what does not fit is corrected where that is sure, asked where
it is not, else told.

Facts are counted by DuckDB over `ledger` (what the shop has) and `usable` (the file's rows); what they mean
is decided by plain functions."""

from dataclasses import dataclass

import duckdb

from churn_pipeline.core.sql import one_row
from churn_pipeline.core.wording import number, percent
from churn_pipeline.ingest.values.dates.day_and_month import Period

COUNTED_ANEW = "order ids start anew each day, so an order is known by its day and its number."
_FEWEST = 20
_CASE_SHARE, _CASE_LEAST = 0.02, 3
_STRANGE = 0.2
_LEVEL, _VOLUME = 5.0, 4.0
_ID_SAMPLE = 50_000
_DENSE = 0.2
"""Share of all numbers up to the largest that are a known customer's, from which on equal digits prove
nothing: customers who are numbered from 1 on meet those of any other shop."""
_DIGITS = "what stands beside their digits"
_FORMS = {
    "letter case": "lower(trim({id}))",
    "punctuation and leading zeros": "ltrim(regexp_replace(lower({id}), '[^0-9a-z]', '', 'g'), '0')",
    _DIGITS: "ltrim(regexp_replace({id}, '[^0-9]', '', 'g'), '0')",
}
"""Forms under which two ids are one customer's, the surest first; those after letter case are not for e-mail
addresses."""


@dataclass(frozen=True)
class Finding:
    """What does not fit, in a sentence; `asks`: the file waits until someone says that it is right as it
    is."""

    text: str
    asks: bool = False


@dataclass(frozen=True)
class Customers:
    """Customers of the file, those that the shop knows, and the share (0-1) that it usually knows in so many
    days; None: cannot tell."""

    in_file: int
    known: int
    usual_share: float | None


@dataclass(frozen=True)
class IdForm:
    """What the file's unknown ids become in one form: how many are then a known customer's, how many keys
    stand for several ids, and an example. `dense`: so many would also match if the customers were others."""

    name: str
    matched: int
    ambiguous: int
    example: str
    dense: bool = False


@dataclass(frozen=True)
class Level:
    """Rows a day and the median amount of a stretch of sales, and its number of rows."""

    rows: int
    rows_per_day: float
    median_amount: float


@dataclass(frozen=True)
class OrderIds:
    """Order ids of the file (a sample), those used on several days, of these the ones that several customers
    share, and the most a day."""

    ids: int
    on_several_days: int
    shared: int
    busiest_day: int


def ledger_period(connection: duckdb.DuckDBPyConnection) -> Period | None:
    """What the ledger covers; None while it is empty."""
    first, last = one_row(connection, "SELECT min(ts), max(ts) FROM ledger")
    if first is None:
        return None
    (days,) = one_row(
        connection,
        "SELECT count(DISTINCT CAST(ts AS DATE)) FROM ledger WHERE ts > (SELECT max(ts) FROM ledger) - "
        "INTERVAL 60 DAY",
    )
    return Period(first, last, days / min(60, (last - first).days + 1))


def hold_against_shop(
    connection: duckdb.DuckDBPyConnection,
    currency: str | None,
    shop_currency: str | None,
    *,
    by_digits: bool,
) -> list[Finding]:
    """What does not fit between `usable` and `ledger`; ids in another form are replaced in `usable` by those
    that the shop has.

    by_digits: the shop's setting says that ids with the same digits are one customer's.
    """
    (rows,) = one_row(connection, "SELECT count(*) FROM ledger")
    if not rows:
        return []
    customers = customers_of(connection)
    found = [another_currency(currency, shop_currency)]
    form = next((f for f in _id_forms(connection, customers) if is_same_customers(f, customers)), None)
    if form is not None and form.dense and not by_digits:
        found.append(same_digits(form, customers))
    else:
        if form is not None:
            found.append(_rewrite_ids(connection, form, customers))
            customers = customers_of(connection)
        found.append(strangers(customers))
    file, shop = _levels(connection)
    found += [another_level(file, shop), another_volume(file, shop)]
    return [f for f in found if f is not None]


def another_currency(file: str | None, shop: str | None) -> Finding | None:
    """The file's amounts are in another currency than the shop's."""
    if not file or not shop or file == shop:
        return None
    return Finding(
        f"its amounts are in {file}, those of the shop in {shop}: convert them, "
        f"or deliver one shop per currency.",
        asks=True,
    )


def is_same_customers(form: IdForm, customers: Customers) -> bool:
    """Whether ids that are equal in this form are one customer's: enough of them match, and none stands for
    two; where it is `dense`, somebody has to say so."""
    if form.ambiguous:
        return False
    if form.name == "letter case":
        return form.matched >= max(_CASE_LEAST, _CASE_SHARE * customers.in_file)
    expected = 0.5 * (customers.usual_share or 0.5) * customers.in_file
    return form.matched >= max(10, expected) and customers.known < 0.5 * form.matched


def same_digits(form: IdForm, customers: Customers) -> Finding:
    """The customers may be known ones under new ids, or others who are numbered in the same way."""
    return Finding(
        f"{number(form.matched)} of its {number(customers.in_file)} customers have the digits of a known one "
        f"({form.example}), as customers who are numbered one after the other always have: if they are the "
        f"same, set ids_by: digits in the shop's shop.yaml and deliver it again.",
        asks=True,
    )


def strangers(customers: Customers) -> Finding | None:
    """Far fewer customers are known than usual: ids of another kind, or of another shop."""
    usual = customers.usual_share
    if (
        usual is None
        or usual < 0.3
        or customers.in_file < _FEWEST
        or customers.known > _STRANGE * usual * customers.in_file
    ):
        return None
    return Finding(
        f"only {number(customers.known)} of its {number(customers.in_file)} customers are known, "
        f"where {percent(usual)} usually are: "
        "are customer ids written otherwise, or is another column mapped?",
        asks=True,
    )


def another_level(file: Level, shop: Level) -> Finding | None:
    """The usual amount is several times that of the shop, or a fraction of it."""
    if min(file.rows, shop.rows) < _FEWEST or min(file.median_amount, shop.median_amount) <= 0:
        return None
    ratio = file.median_amount / shop.median_amount
    if 1 / _LEVEL <= ratio <= _LEVEL:
        return None
    amounts = f"its usual amount is {file.median_amount:,.2f}, the shop's {shop.median_amount:,.2f}"
    return Finding(f"{amounts}: are cents and whole units, or two currencies, mixed?", asks=True)


def another_volume(file: Level, shop: Level) -> Finding | None:
    """Far more or fewer rows a day than the shop has."""
    if shop.rows < _FEWEST or not file.rows or not shop.rows_per_day:
        return None
    ratio = file.rows_per_day / shop.rows_per_day
    if 1 / _VOLUME <= ratio <= _VOLUME:
        return None
    what = "fewer" if ratio < 1 else "more"
    return Finding(
        f"it has far {what} rows than usual: {file.rows_per_day:,.1f} a day against "
        f"{shop.rows_per_day:,.1f} (is it complete?)."
    )


def start_anew_each_day(ids: OrderIds) -> bool:
    """Whether order ids are a till's counter: no more than one day needs, half of them on several days,
    mostly of several customers."""
    come_back = ids.on_several_days >= 0.5 * ids.ids and ids.shared >= 0.5 * ids.on_several_days
    return ids.ids >= 10 and come_back and ids.ids <= 2 * ids.busiest_day


def order_ids(connection: duckdb.DuckDBPyConnection) -> OrderIds:
    """How the file's order ids are used, in the file and in the ledger together."""
    (rows,) = one_row(connection, "SELECT count(order_id) FROM usable")
    if not rows:
        return OrderIds(0, 0, 0, 0)
    chosen = f"hash(order_id) % {max(1, rows // _ID_SAMPLE)} = 0"
    found = one_row(
        connection,
        f"""
        SELECT count(*), count(*) FILTER (days > 1), count(*) FILTER (days > 1 AND customers > 1),
               (SELECT max(ids)
               FROM (SELECT count(DISTINCT order_id) AS ids FROM usable WHERE {chosen}
                   GROUP BY CAST(ts AS DATE)))
        FROM (SELECT count(DISTINCT CAST(ts AS DATE)) AS days, count(DISTINCT customer_id) AS customers
              FROM (SELECT order_id, ts, customer_id FROM usable WHERE {chosen}
                    UNION ALL SELECT order_id, ts, customer_id FROM ledger
                    WHERE {chosen} AND order_id IN (SELECT order_id FROM usable WHERE {chosen}))
              GROUP BY order_id)
        """,  # noqa: S608 - a number
    )
    return OrderIds(*found)


def customers_of(connection: duckdb.DuckDBPyConnection) -> Customers:
    """How many customers of the file are known, and how many usually are in a stretch as long as the file's,
    at the ledger's end."""
    in_file, known = one_row(
        connection,
        "SELECT count(*), count(*) FILTER (customer_id IN (SELECT customer_id FROM ledger)) FROM "
        "(SELECT DISTINCT customer_id FROM usable)",
    )
    (usual,) = one_row(
        connection,
        """
        WITH span AS (SELECT greatest(max(ts) - min(ts), INTERVAL 7 DAY) AS length FROM usable),
        recent AS (SELECT max(ts) - (SELECT length FROM span) AS start, min(ts) AS first FROM ledger)
        SELECT avg(CASE WHEN first_ts < start THEN 1.0 ELSE 0.0 END)
        FROM (SELECT customer_id, min(ts) AS first_ts, max(ts) AS last_ts FROM ledger GROUP BY customer_id),
            recent
        WHERE last_ts >= start AND start > first
        """,
    )
    return Customers(in_file, known, usual)


def _matches(form: str) -> str:
    """SQL: file_id -> shop_id of the file's unknown ids that one known customer has in this form; `ids`
    counts those of either side."""
    at = "" if form == "letter case" else "AND NOT contains(customer_id, '@')"
    key = _FORMS[form].format(id="customer_id")
    return f"""
        WITH file AS (SELECT DISTINCT customer_id, {key} AS key FROM usable
                      WHERE customer_id NOT IN (SELECT customer_id FROM ledger) {at}),
             shop AS (SELECT DISTINCT customer_id, {key} AS key FROM ledger WHERE true {at})
        SELECT min(file.customer_id) AS file_id, min(shop.customer_id) AS shop_id,
            count(DISTINCT shop.customer_id) AS ids,
               count(DISTINCT file.customer_id) AS file_ids, key
        FROM file JOIN shop USING (key) WHERE key <> '' GROUP BY key
    """  # noqa: S608 - our own expressions


def _id_forms(connection: duckdb.DuckDBPyConnection, customers: Customers) -> list[IdForm]:
    if customers.known == customers.in_file:
        return []
    found = []
    for form in _FORMS:
        several = "ids > 1" if form == "letter case" else "ids > 1 OR file_ids > 1"
        matched, ambiguous, example = one_row(
            connection,
            f"SELECT coalesce(sum(file_ids), 0), count(*) FILTER ({several}), "  # noqa: S608
            f"coalesce(min(file_id || ' is ' || shop_id), '') FROM ({_matches(form)})",
        )
        dense = form == _DIGITS and _is_dense(connection)
        found.append(IdForm(form, int(matched), ambiguous, example, dense))
    return found


def _is_dense(connection: duckdb.DuckDBPyConnection) -> bool:
    key = _FORMS[_DIGITS].format(id="customer_id")
    (share,) = one_row(
        connection,
        f"SELECT count(DISTINCT key) / max(key) FROM (SELECT TRY_CAST({key} AS DOUBLE) AS key FROM ledger)",  # noqa: S608
    )
    return bool((share or 0) > _DENSE)


def _rewrite_ids(connection: duckdb.DuckDBPyConnection, form: IdForm, customers: Customers) -> Finding:
    key = _FORMS[form.name].format(id="usable.customer_id")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE same_customers AS {_matches(form.name)}")
    connection.execute(
        f"UPDATE usable SET customer_id = shop_id FROM same_customers WHERE {key} = same_customers.key "  # noqa: S608
        "AND usable.customer_id NOT IN (SELECT customer_id FROM ledger)"
    )
    connection.execute("DROP TABLE same_customers")
    return Finding(
        f"{form.matched:,} of its {customers.in_file:,} customers differ from a known one by "
        f"{form.name} alone ({form.example}): "
        "they were read as that customer."
    )


def _levels(connection: duckdb.DuckDBPyConnection) -> tuple[Level, Level]:
    """Those of the file, and those of the ledger's last stretch that is up to eight times as long (four weeks
    at least)."""
    facts = (
        "count(*), count(*) / (date_diff('day', min(ts), max(ts)) + 1.0), "
        "coalesce(median(amount) FILTER (amount > 0 AND NOT is_return), 0)"
    )
    file = one_row(connection, f"SELECT {facts} FROM usable")  # noqa: S608
    shop = one_row(
        connection,
        f"""
        SELECT {facts} FROM ledger WHERE ts >= (SELECT max(ts) FROM ledger)
                                              - greatest(INTERVAL 28 DAY,
                                                  8 * (SELECT max(ts) - min(ts) FROM usable))
        """,  # noqa: S608
    )
    return Level(*(n or 0 for n in file)), Level(*(n or 0 for n in shop))
