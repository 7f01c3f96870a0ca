"""The rules a ledger has to meet, declared once: name, severity, limit, points of the score, what is said and what to do about it.

A rule over a fact is the Great Expectations expectation "the fact lies between minimum and maximum". It costs no points at `ideal` and all
of its points at its limit, linearly between (see score.py, which also scales the points of all rules to 10).
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning"]
CRITICAL: Severity = "critical"
WARNING: Severity = "warning"

SMALLEST_HORIZON = 30
HORIZONS_OF_HISTORY = 3
HALF_A_YEAR = 182


@dataclass(frozen=True)
class Limits:
    """The limits that differ between installations and shops: rows, customers, and days of history (three horizons)."""

    min_rows: int = 500
    min_customers: int = 100
    horizon: int | None = None

    @property
    def min_history(self) -> int:
        return HORIZONS_OF_HISTORY * (self.horizon or SMALLEST_HORIZON)

    @property
    def history_words(self) -> str:
        if self.horizon:
            return f"{HORIZONS_OF_HISTORY} times the churn horizon of {self.horizon} days"
        return f"{HORIZONS_OF_HISTORY} times the shortest churn horizon of {SMALLEST_HORIZON} days"


@dataclass(frozen=True)
class Rule:
    """One expectation about a fact of the ledger. `said` and `failed` are format strings over the facts and limits."""

    name: str
    severity: Severity
    dimension: str
    points: float
    fact: str
    said: str
    failed: str
    advice: str
    minimum: float | None = None
    maximum: float | None = None
    ideal: float = 0.0
    unknown: str = "The ledger cannot tell."


@dataclass(frozen=True)
class ColumnRule:
    """One expectation about the ledger's rows themselves; it costs all of its points or none."""

    name: str
    said: str
    failed: str
    advice: str
    severity: Severity = CRITICAL
    dimension: str = "schema"
    points: float = 0.25


REQUIRED_COLUMNS = ("customer_id", "ts", "amount")

COLUMN_RULES = (
    ColumnRule(
        "required_columns",
        "Customer, date and amount are all there.",
        "The ledger lacks one of the columns {required}: map each of them to a column of your file.",
        "Say which column is which, for example --map date=order_date.",
    ),
    ColumnRule(
        "customer_id_is_text",
        "Every row names its customer.",
        "Some rows of the ledger have an empty customer id or one that is not text: map the column that holds the customer's number.",
        "Export the customer number as text, so that leading zeros stay.",
    ),
    ColumnRule(
        "dates_are_times",
        "Every row has a time.",
        "The date column does not hold dates: map the column with the date of the purchase.",
        "Export dates as YYYY-MM-DD or YYYY-MM-DD HH:MM:SS.",
    ),
    ColumnRule(
        "amounts_are_numbers",
        "Every row has an amount.",
        "The amount column does not hold finite numbers: map the column with the value of the purchase.",
        "Export amounts as plain numbers with one decimal sign.",
    ),
)


def fact_rules(limits: Limits) -> tuple[Rule, ...]:
    """All rules over facts, in the order in which they are shown."""
    return (*_sufficiency(limits), *_completeness(), *_uniqueness(), *_validity(), *_consistency())


def _sufficiency(limits: Limits) -> tuple[Rule, ...]:
    return (
        Rule(
            "minimum_rows", CRITICAL, "sufficiency", 0.5, "rows",
            "{rows:,} rows can be used.",
            "Only {rows:,} rows can be used and at least {min_rows:,} are needed: export a longer period.",
            "Export the whole history that your till or shop system holds.",
            minimum=limits.min_rows, ideal=2 * limits.min_rows,
        ),
        Rule(
            "minimum_customers", CRITICAL, "sufficiency", 0.5, "buyers",
            "{buyers:,} customers have bought something.",
            "Only {buyers:,} customers have bought something and at least {min_customers:,} are needed: export a longer period or more of your customers.",
            "Include all customers, also those who have not bought for a while: the model learns from them.",
            minimum=limits.min_customers, ideal=2 * limits.min_customers,
        ),
        Rule(
            "minimum_history", CRITICAL, "sufficiency", 0.5, "history_days",
            "The history covers {history_days:,} days, {first_day} to {last_day}.",
            "The history covers {history_days:,} days and at least {min_history:,} are needed ({history_words}): export a longer period or choose a shorter horizon.",
            "Upload older files as well; they are merged with what is already there.",
            minimum=limits.min_history, ideal=2 * limits.min_history,
        ),
        Rule(
            "six_months_of_history", WARNING, "sufficiency", 0.5, "history_days",
            "The history covers six months or more.",
            "The history covers {history_days:,} days, less than six months: predictions will know nothing about your seasons.",
            "Upload older files as well; one or two years are best.",
            minimum=HALF_A_YEAR, ideal=2 * HALF_A_YEAR,
        ),
        Rule(
            "customers_come_back", WARNING, "sufficiency", 0.25, "repeat_share",
            "{repeat_share:.0%} of the customers have ordered at least twice.",
            "Only {repeat_share:.1%} of the customers ever ordered twice, so there are few whose leaving could be predicted.",
            "Check that one person keeps one customer number: guest checkouts often get a new one with every order.",
            minimum=0.10, ideal=0.20,
        ),
    )  # fmt: skip


def _completeness() -> tuple[Rule, ...]:
    columns = ("order_id", "product", "category", "quantity", "discount")
    return (
        Rule(
            "date_complete", CRITICAL, "completeness", 0.75, "missing_date",
            "{missing_date:.1%} of the rows delivered have no usable date.",
            "{missing_date:.0%} of the rows delivered have no usable date (at most 20 % may): check the date column and its format, then upload again.",
            "Look at the rows that were set aside (rejected_rows) and correct their dates, or name the format with --date-format.",
            maximum=0.20,
        ),
        Rule(
            "amount_complete", CRITICAL, "completeness", 0.75, "missing_amount",
            "{missing_amount:.1%} of the rows delivered have no usable amount.",
            "{missing_amount:.0%} of the rows delivered have no usable amount (at most 20 % may): check the amount column, then upload again.",
            "Look at the rows that were set aside (rejected_rows) and correct their amounts.",
            maximum=0.20,
        ),
        Rule(
            "customer_id_complete", CRITICAL, "completeness", 0.5, "missing_customer_id",
            "{known_customer:.0%} of the rows delivered name a customer.",
            "{missing_customer_id:.0%} of the rows delivered name no customer (at most half may): check that the right column is mapped as customer id.",
            "Map the column with the customer's or loyalty card's number.",
            maximum=0.50,
        ),
        Rule(
            "anonymous_sales", WARNING, "completeness", 0.25, "missing_customer_id",
            "No sale is anonymous.",
            "{anonymous_rows:,} rows ({missing_customer_id:.1%}) are sales without a customer: they were set aside and nobody is predicted from them.",
            "Nothing to correct; a loyalty card or an account at checkout would make these customers visible.",
            maximum=0.0,
        ),
        Rule(
            "rows_usable", WARNING, "completeness", 0.5, "unusable_share",
            "{unusable_share:.1%} of the rows delivered could not be read.",
            "{unusable_share:.1%} of the rows delivered could not be used ({reasons}).",
            "Look at the rows that were set aside (rejected_rows): each carries its reason and its original cells.",
            maximum=0.02,
        ),
        *(_optional_complete(column) for column in columns),
    )  # fmt: skip


def _optional_complete(column: str) -> Rule:
    word = column.replace("_id", " number")
    return Rule(
        f"{column}_complete", WARNING, "completeness", 0.1, f"missing_{column}",
        f"{{missing_{column}:.1%}} of the rows have no {word}.",
        f"{{missing_{column}:.0%}} of the rows have no {word} (more than 20 %), so what is learned from it is weak.",
        f"Fill in the {word} in your system's export, or leave the column out.",
        maximum=0.20, unknown=f"The file has no {word}; that is fine.",
    )  # fmt: skip


def _uniqueness() -> tuple[Rule, ...]:
    return (
        Rule(
            "exact_duplicates", WARNING, "uniqueness", 0.5, "exact_duplicate_share",
            "{exact_duplicate_rows:,} rows ({exact_duplicate_share:.2%}) repeat another row exactly; they are kept, as a till scans two equal items as two equal rows.",
            "{exact_duplicate_rows:,} rows ({exact_duplicate_share:.1%}) repeat another row exactly.",
            "If your system exported rows twice, set duplicates: drop in the shop's settings; if equal rows are equal items, leave it.",
            maximum=0.02,
        ),
        Rule(
            "duplicate_transactions", WARNING, "uniqueness", 0.5, "duplicate_transaction_share",
            "{duplicate_transactions:,} transactions ({duplicate_transaction_share:.2%}) have the customer, time and amount of another one.",
            "{duplicate_transactions:,} transactions ({duplicate_transaction_share:.1%}) have the customer, time and amount of another one.",
            "Check whether orders are booked twice, for example once by the till and once by the web shop.",
            maximum=0.05,
        ),
    )  # fmt: skip


def _validity() -> tuple[Rule, ...]:
    return (
        Rule(
            "no_future_dates", CRITICAL, "validity", 0.5, "future_rows",
            "No row is dated after its delivery.",
            "{future_rows:,} rows are dated after the day they were delivered (the latest {last_row:%Y-%m-%d}): correct these dates, because the last order decides what today is.",
            "Look for mistyped years, day and month swapped, and pre-orders dated by their delivery.",
            maximum=0.0,
        ),
        Rule(
            "no_ancient_dates", WARNING, "validity", 0.25, "ancient_rows",
            "No row is dated before 1980.",
            "{ancient_rows:,} rows are dated before 1980 (the earliest {first_row:%Y-%m-%d}), which is usually an empty date written as 1900 or 1970.",
            "Leave the date empty where it is unknown; such rows are then set aside.",
            maximum=0.0,
        ),
        Rule(
            "zero_amounts", WARNING, "validity", 0.25, "zero_share",
            "{zero_rows:,} rows ({zero_share:.1%}) have the amount zero.",
            "{zero_rows:,} rows ({zero_share:.0%}) have the amount zero: free goods are no order.",
            "Check whether the price is in another column, or map unit_price and quantity.",
            maximum=0.10,
        ),
        Rule(
            "returns", WARNING, "validity", 0.25, "return_share",
            "{return_rows:,} rows ({return_share:.1%}) are returns or cancellations.",
            "{return_rows:,} rows ({return_share:.0%}) are returns or cancellations, unusually many.",
            "Check the sign of the amounts: some systems export sales as negative numbers.",
            maximum=0.25,
        ),
        Rule(
            "discounts_plausible", WARNING, "validity", 0.1, "odd_discount_share",
            "Discounts look plausible.",
            "{odd_discount_rows:,} rows ({odd_discount_share:.1%}) have a negative discount, or a discount on nothing.",
            "Export the discount as a positive amount of money.",
            maximum=0.01, unknown="The file has no discount; that is fine.",
        ),
        Rule(
            "outliers_3sd", WARNING, "validity", 0.25, "sd_outlier_share",
            "{sd_outlier_orders:,} orders ({sd_outlier_share:.1%}) lie more than 3 standard deviations from the mean.",
            "{sd_outlier_orders:,} orders ({sd_outlier_share:.1%}) lie more than 3 standard deviations from the mean; the largest is {order_value_max:,.2f}, the usual one {median:,.2f}.",
            "Look at the largest orders for a misplaced decimal point; real ones may stay.",
            maximum=0.03,
        ),
        Rule(
            "outliers_iqr", WARNING, "validity", 0.1, "iqr_outlier_share",
            "{iqr_outlier_orders:,} orders ({iqr_outlier_share:.1%}) lie outside the usual range (1.5 times the interquartile range).",
            "{iqr_outlier_orders:,} orders ({iqr_outlier_share:.0%}) lie outside the usual range (1.5 times the interquartile range): order values differ widely.",
            "Check whether private and business customers are mixed in one file.",
            maximum=0.15,
        ),
        Rule(
            "outliers_isolation_forest", WARNING, "validity", 0.0, "isolation_forest_share",
            "{isolation_forest_customers:,} customers ({isolation_forest_share:.1%}) behave unlike the others (isolation forest).",
            "{isolation_forest_customers:,} customers ({isolation_forest_share:.0%}) behave unlike the others (isolation forest), unusually many.",
            "Look at the customers listed in the profile: staff, test accounts and resellers are best excluded.",
            maximum=0.10, unknown="Not asked for (setting isolation_forest).",
        ),
        Rule(
            "heavy_customers", WARNING, "validity", 0.2, "heavy_customers",
            "No customer is suspiciously large.",
            "{heavy_customers:,} customers buy far more than a person would (the largest, {heaviest}, has {heaviest_share:.0%} of the revenue): a collective number or a wholesaler?",
            "If it is no single customer, list it under exclude_customers in the shop's settings.",
            maximum=0.0,
        ),
    )  # fmt: skip


def _consistency() -> tuple[Rule, ...]:
    return (
        Rule(
            "ids_written_one_way", WARNING, "consistency", 0.4, "id_variant_share",
            "{id_variants:,} customer ids differ from another one only by capitals, blanks or leading zeros.",
            "{id_variants:,} customer ids ({id_variant_share:.1%}) differ from another one only by capitals, blanks or leading zeros (for example {id_variant_example}): one customer may count as two.",
            "Write every customer id in one way in your export.",
            maximum=0.01,
        ),
        Rule(
            "ids_undamaged", WARNING, "consistency", 0.25, "damaged_ids",
            "Customer ids look undamaged.",
            "{damaged_ids:,} customer ids look damaged by a spreadsheet or an encoding (for example {damaged_id_example}): several customers may have become one.",
            "Export the column as text, straight from your system, without opening it in a spreadsheet.",
            maximum=0.0,
        ),
        Rule(
            "dates_consistent", WARNING, "consistency", 0.25, "mixed_time_share",
            "Dates are written alike throughout.",
            "Some rows have a time of day and others none ({midnight_share:.0%} are at midnight): two kinds of export are mixed, and one order may count as two.",
            "Export date and time together for the whole period.",
            maximum=0.10,
        ),
        Rule(
            "one_currency_level", WARNING, "consistency", 0.35, "monthly_level_ratio",
            "Amounts keep their level from month to month, as with one currency.",
            "The usual order in {dearest_month} is worth {monthly_level_ratio:,.0f} times the one in {cheapest_month}: are cents and whole units, or two currencies, mixed?",
            "Export all amounts in one currency and one unit.",
            maximum=5.0, ideal=2.0, unknown="Too few orders a month to compare.",
        ),
        Rule(
            "one_customer_per_order", WARNING, "consistency", 0.2, "shared_order_share",
            "Every order number belongs to one customer.",
            "{shared_orders:,} order numbers ({shared_order_share:.1%}) are used by more than one customer.",
            "Check that the mapped order number is unique, for example with the branch's number in front.",
            maximum=0.01, unknown="The file has no order number; that is fine.",
        ),
        Rule(
            "orders_are_one_visit", WARNING, "consistency", 0.15, "long_order_share",
            "Every order happens at one time.",
            "{long_orders:,} orders ({long_order_share:.1%}) stretch over more than two days: the mapped order number may be a contract or a yearly counter.",
            "Map the number of the receipt or web order.",
            maximum=0.01, unknown="The file has no order number; that is fine.",
        ),
        Rule(
            "no_silence", WARNING, "consistency", 0.15, "longest_silence_days",
            "The longest stretch without any order is {longest_silence_days:,} days.",
            "Nobody ordered anything for {longest_silence_days:,} days from {silence_starts} on: is a file missing, or was the shop closed?",
            "Upload the missing period; a gap looks as if everybody had left.",
            maximum=21, ideal=7, unknown="Too few orders to tell.",
        ),
    )  # fmt: skip
