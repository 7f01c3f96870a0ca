"""Is the ledger good enough? Every rule of the specification as an expectation with a severity, and a score
0-10."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from churn_pipeline.core.enums import Severity
from churn_pipeline.core.errors import NotFound, QualityGateFailed
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.wording import day, filled, money, number
from churn_pipeline.quality.expectations import LedgerRows, Verdict, ledger_rows, validate
from churn_pipeline.quality.facts import LEDGER_COLUMNS, UNREADABLE, Facts, ledger_facts
from churn_pipeline.quality.outliers import unusual_customers
from churn_pipeline.quality.rules import REQUIRED_COLUMNS, Limits, Rule, ledger_rules
from churn_pipeline.quality.score import loss, quality_score
from churn_pipeline.shop.config import ShopConfig


@dataclass(frozen=True)
class ExpectationResult:
    """One expectation and what was found: `lost` is the share of its points (0-1) that is lost, `advice` what
    to do when it fails."""

    name: str
    severity: Severity
    dimension: str
    success: bool
    message: str
    observed: float | None
    limit: float | None
    advice: str
    points: float
    lost: float


@dataclass(frozen=True)
class QualityReport:
    """All results, the score 0-10, whether every critical expectation holds, and the facts behind them
    (shares 0-1)."""

    results: list[ExpectationResult]
    score: float
    passed: bool
    statistics: dict[str, Any] = field(default_factory=dict)

    @property
    def failures(self) -> list[ExpectationResult]:
        """Failed expectations, critical ones first."""
        return sorted(
            (r for r in self.results if not r.success), key=lambda r: r.severity != Severity.CRITICAL
        )

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "score": self.score,
            "passed": self.passed,
            "results": [asdict(r) for r in self.results],
            "statistics": self.statistics,
        }

    def require_passed(self) -> None:
        """QualityGateFailed with the sentences of the critical failures, if there are any."""
        critical = [r.message for r in self.failures if r.severity == Severity.CRITICAL]
        if critical:
            raise QualityGateFailed(" ".join(critical))


def check_ledger(
    store: ShopStore, config: ShopConfig, settings: Settings, horizon: int | None = None
) -> QualityReport:
    """Checks the ledger of `store` (transactions and, where there, rejected_rows and uploads; what is
    staged, or published).

    `horizon` (days) sets the history that is needed; without it the shop's own, else the shortest one. Exact
    counts come from DuckDB over all rows, the verdicts from Great Expectations. NotFound when there is no
    ledger."""
    ledger = store.stored("transactions")
    if ledger is None:
        raise NotFound(f"Shop {config.name!r} has no ledger yet; run: churn ingest FILE --shop {config.name}")
    limits = Limits(settings.min_rows, settings.min_customers, horizon or config.horizon)
    rules = ledger_rules(limits)
    rows = ledger_rows(store)
    if missing := [c for c in LEDGER_COLUMNS if c not in ledger.schema.names]:
        return _report_without_columns(rows, rules, missing)
    facts = ledger_facts(store)
    if settings.isolation_forest:
        facts |= unusual_customers(store, settings)
    verdicts = validate(rows.frame, facts, rules)
    words = _words(facts, limits, config.currency)
    results = [_result(rule, verdicts[rule.name], facts, words) for rule in rules]
    return _report(results, _statistics(facts, rows))


def _report(results: list[ExpectationResult], statistics: dict[str, Any]) -> QualityReport:
    passed = all(r.success for r in results if r.severity == Severity.CRITICAL)
    return QualityReport(
        results, quality_score([(r.points, r.lost) for r in results], not passed), passed, statistics
    )


def _report_without_columns(rows: LedgerRows, rules: tuple[Rule, ...], missing: list[str]) -> QualityReport:
    """Without its columns a ledger cannot be judged further: the first rule says so, and no other one
    passes."""
    unknown = Verdict(False, f"the ledger has no column {missing[0]}")
    words = {"required": ", ".join(REQUIRED_COLUMNS)}
    results = [_result(rule, unknown if i else Verdict(False), {}, words) for i, rule in enumerate(rules)]
    return _report(results, {"rows": rows.total, "missing_columns": missing})


def _result(rule: Rule, verdict: Verdict, facts: Facts, words: dict[str, Any]) -> ExpectationResult:
    found = facts.get(rule.fact) if rule.fact else None
    observed = None if found is None else float(found)
    binary = rule.fact is None or verdict.exception
    lost = float(not verdict.success) if binary else loss(observed, rule.ideal, rule.limit or 0.0)
    holds = rule.unknown if rule.fact and observed is None else rule.said
    message = _message(holds if verdict.success else rule.failed, verdict, words)
    return ExpectationResult(
        rule.name,
        rule.severity,
        rule.dimension,
        verdict.success,
        message,
        observed,
        rule.limit,
        rule.advice,
        rule.points,
        lost,
    )


def _message(template: str, verdict: Verdict, words: dict[str, Any]) -> str:
    if verdict.exception:
        return f"This could not be judged: {verdict.exception}."
    return filled(template, words)


def _words(facts: Facts, limits: Limits, currency: str) -> dict[str, Any]:
    """What the rules' sentences may mention."""
    quartiles = facts["order_value_quartiles"] or [0.0, 0.0, 0.0]
    heaviest = next(iter(facts["heavy_customer_list"]), {"customer_id": "", "revenue_share": 0.0})
    unread = {r: n for r, n in facts["rejected_by_reason"].items() if r in UNREADABLE}
    return facts | {
        "required": ", ".join(REQUIRED_COLUMNS),
        "min_rows": limits.min_rows,
        "min_customers": limits.min_customers,
        "min_history": limits.min_history,
        "history_words": limits.history_words,
        "first_day": _day(facts["first_order"]),
        "last_day": _day(facts["last_order"]),
        "silence_starts": _day(facts["silence_starts"]),
        "known_customer": 1 - (facts["missing_customer_id"] or 0.0),
        "midnight_share": facts["midnight_rows"] / facts["rows"] if facts["rows"] else 0.0,
        "reasons": ", ".join(f"{number(n)} {r.replace('_', ' ')}" for r, n in unread.items()),
        "median": money(quartiles[1], currency),
        "largest": money(facts["order_value_max"] or 0.0, currency),
        "newest_findings": " ".join(facts["upload_finding_list"][:3]),
        "heaviest": heaviest["customer_id"],
        "heaviest_share": heaviest["revenue_share"],
    }


def _day(when: datetime | date | None) -> str:
    return day(when) if when else "never"


def _statistics(facts: Facts, rows: LedgerRows) -> dict[str, Any]:
    """The facts in JSON form, and how many rows the row rules looked at."""
    plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in facts.items()}
    return plain | {"rows_checked_one_by_one": rows.checked, "rows_sampled": rows.checked < rows.total}
