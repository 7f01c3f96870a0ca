"""One delivered file taken into the ledger: read, cleaned, held against the shop, merged, entered into the
register.

A file whose bytes are known comes in three ways: read as before, it adds nothing; read otherwise, its rows
take the place of the former ones; replacing its period, it is merged like a new one."""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

import duckdb

from churn_pipeline.core.errors import AnswerNeeded, BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.ingest.files.raw import RawTable
from churn_pipeline.ingest.files.read import read_file
from churn_pipeline.ingest.ledger.against_shop import (
    COUNTED_ANEW,
    hold_against_shop,
    ledger_period,
    order_ids,
    start_anew_each_day,
)
from churn_pipeline.ingest.ledger.clean import Cleaned, clean
from churn_pipeline.ingest.ledger.files_held_back import stop_waiting
from churn_pipeline.ingest.ledger.kept_uploads import keep_original, sha256_of
from churn_pipeline.ingest.mapping.decide import decide_mapping
from churn_pipeline.ingest.mapping.reading import Reading, reading_of
from churn_pipeline.ingest.merge.ages import age_of, span_of
from churn_pipeline.ingest.merge.fold import APPEND, REPLACE, entry_of_span, fold_anew, remove_period
from churn_pipeline.ingest.merge.merge import Merged, merge
from churn_pipeline.ingest.merge.upload_rows import keep_rows
from churn_pipeline.shop.config import ColumnField, ShopConfig

Entry = dict[str, Any]
"""An upload's row of the register, in the columns of the table uploads."""


class Anew(IntEnum):
    """Whether the ledger has to be merged anew once all files are taken in."""

    NO = 0
    IF_POSSIBLE = 1
    """What an older upload says would else only be added."""
    MUST = 2


@dataclass(frozen=True)
class Delivery:
    """What the one who delivers says of the files; as in stage.stage_uploads."""

    mapping: dict[ColumnField, str] = field(default_factory=dict)
    exact_mapping: bool = False
    sheet: str | None = None
    replaces: bool = False
    route: str = "cli"
    as_it_is: bool = False


@dataclass(frozen=True)
class OpenLedger:
    """A shop's ledger in the tables of a connection while uploads are merged into it; `register` has an entry
    for each upload, in the order of arrival, and is changed in place."""

    connection: duckdb.DuckDBPyConnection
    settings: Settings
    folder: Path
    register: list[Entry]

    def entry(self, sha256: str) -> Entry | None:
        """The entry of the upload with these bytes."""
        return next((e for e in self.register if e["upload_sha256"] == sha256), None)


@dataclass(frozen=True)
class Outcome:
    """One file after it was taken in: how it was read, counts of rows, what is told about it."""

    reading: Reading
    counts: Counter[str]
    told: tuple[str, ...]
    anew: Anew = Anew.NO
    order_by_period: bool = False


@dataclass(frozen=True)
class _Upload:
    """A file that is read and cleaned: its rows are in the tables `usable` and `unusable`."""

    path: Path
    sha256: str
    reading: Reading
    cleaned: Cleaned
    warnings: tuple[str, ...]
    findings: tuple[str, ...]
    """Where it differs from the shop's earlier files; those of `cleaned` are besides."""

    def entry(self) -> Entry:
        """The columns of its entry that follow from its rows alone, and from what was found."""
        cleaned = self.cleaned
        return {
            "upload_sha256": self.sha256,
            "rows_in": cleaned.rows_in,
            "rows_rejected": sum(cleaned.rejected.values()),
            "exact_duplicates": cleaned.exact_duplicates,
            "first_ts": cleaned.first_ts,
            "last_ts": cleaned.last_ts,
            "findings": json.dumps([*cleaned.findings, *self.findings], ensure_ascii=False),
            "reading": self.reading.to_json(),
            **entry_of_span(cleaned.span),
        }

    def outcome(self, merged: Merged, anew: Anew, *told: str) -> Outcome:
        """What came of it."""
        said = (*self.warnings, *self.cleaned.warnings, *self.findings, *told)
        return Outcome(self.reading, _counts(self.cleaned, merged), said, anew, self.cleaned.order_by_period)


def take_upload(ledger: OpenLedger, config: ShopConfig, path: Path, delivery: Delivery) -> Outcome:
    """Merges one file into the ledger's tables and enters it into the register.

    Raises:
        BadInput: it cannot be read, or not without guessing, or none of its rows can be used.
        AnswerNeeded: it does not fit the shop, and is not taken as it is.
    """
    mapped = frozenset((config.mapping | delivery.mapping).values())
    raw = read_file(path, ledger.settings, mapped, delivery.sheet)
    known = ledger.entry(sha256 := sha256_of(path))
    as_before = None if delivery.replaces else known
    upload = _cleaned(ledger, config, raw, path, sha256, delivery, as_before)
    if isinstance(upload, Outcome):
        return upload
    if known and not delivery.replaces:
        return _read_otherwise(ledger, upload, known)
    return _merged(ledger, _held(ledger, upload, asks=not delivery.as_it_is), delivery)


def _cleaned(
    ledger: OpenLedger,
    config: ShopConfig,
    raw: RawTable,
    path: Path,
    sha256: str,
    delivery: Delivery,
    known: Entry | None,
) -> _Upload | Outcome:
    """The file's rows, cleaned; where it is `known` and read as before, what is told of it."""
    decided = decide_mapping(raw, path.name, delivery.mapping, config, exact=delivery.exact_mapping)
    reading, findings = reading_of(config, decided.mapping, raw.origin.sheet), decided.findings
    before = Reading.from_json(known["reading"]) if known else None
    if before and before.same_as(reading):
        counts = Counter(rows_in=raw.rows_in, rows_known=raw.rows_in, files_known=1)
        said = "was delivered before, nothing is added."
        return Outcome(before, counts, (*decided.warnings, *findings, said))
    period = ledger_period(ledger.connection)
    cleaned = clean(ledger.connection, raw, reading, period)
    if reading.order_ids is None and start_anew_each_day(order_ids(ledger.connection)):
        _count_orders_by_day(ledger)
        reading, findings = replace(reading, order_ids="day"), (*findings, COUNTED_ANEW)
        cleaned = clean(ledger.connection, raw, reading, period)
    if cleaned.usable == 0:
        raise BadInput(
            f"{path.name}: none of its {cleaned.rows_in:,} rows can be used ({_reasons(cleaned)}): "
            "check which columns are customer, date and amount."
        )
    return _Upload(path, sha256, _settled(reading, cleaned), cleaned, decided.warnings, findings)


def _read_otherwise(ledger: OpenLedger, upload: _Upload, known: Entry) -> Outcome:
    """An upload that is known: its rows are kept as they are read now, for the ledger to be merged anew."""
    known.update(upload.entry())
    keep_rows(ledger.connection, ledger.folder, upload.sha256, known["reading"], upload.cleaned.span)
    said = (
        "was delivered before and read otherwise: its rows were read again, in the place of the former ones."
    )
    return upload.outcome(Merged(0, upload.cleaned.usable), Anew.MUST, said)


def _merged(ledger: OpenLedger, upload: _Upload, delivery: Delivery) -> Outcome:
    """An upload that is new, or replaces its period: kept, merged and entered."""
    keep_original(ledger.folder, upload.path, upload.sha256)
    stop_waiting(ledger.folder, upload.sha256)
    if (former := ledger.entry(upload.sha256)) is not None:
        ledger.register.remove(former)
    entry, span = upload.entry(), upload.cleaned.span
    is_newest = all(age_of(span_of(e)) <= age_of(span) for e in ledger.register)
    replaced = remove_period(ledger.connection, entry) if delivery.replaces else 0
    merged = merge(ledger.connection, span, upload.sha256, corrects=is_newest or delivery.replaces)
    upload = replace(upload, findings=(*upload.findings, *merged.warnings))
    anew = bool(ledger.register) and (delivery.replaces or not (is_newest or merged.alone))
    if anew:
        keep_rows(ledger.connection, ledger.folder, upload.sha256, entry["reading"], span)
    ledger.register.append(
        upload.entry()
        | {
            "file_name": upload.path.name,
            "uploaded_at": datetime.now(UTC).replace(tzinfo=None),
            "route": delivery.route,
            "mode": REPLACE if delivery.replaces else APPEND,
            "rows_kept": merged.added,
            "rows_known": merged.known,
            "rows_corrected": merged.corrected,
            "rows_enriched": merged.enriched,
            "rows_removed": merged.removed,
        }
    )
    outcome = upload.outcome(merged, Anew.IF_POSSIBLE if anew else Anew.NO)
    outcome.counts["rows_replaced"] = replaced
    return outcome


def _held(ledger: OpenLedger, upload: _Upload, *, asks: bool) -> _Upload:
    """The upload with what does not fit the shop that it joins among its findings; what is sure has been
    corrected.

    Raises:
        AnswerNeeded: something has to be answered first, and `asks`.
    """
    cleaned = upload.cleaned
    currencies = [c for e in ledger.register if (c := Reading.from_json(e["reading"]).currency)]
    found = hold_against_shop(
        ledger.connection,
        cleaned.currency,
        currencies[-1] if currencies else None,
        by_digits=upload.reading.ids_by == "digits",
    )
    doubts = [cleaned.date_doubt] if cleaned.date_doubt else []
    questions = " And ".join([*doubts, *(f.text for f in found if f.asks)])
    if questions and asks:
        raise AnswerNeeded(
            f"{upload.path.name} does not fit the shop: {questions} If it is right as it is, "
            f"deliver it with --as-it-is."
        )
    if cleaned.order_by_period:
        doubts = [f"days and months are read as {cleaned.date_order}, as the shop's own period says."]
    return replace(upload, findings=(*upload.findings, *doubts, *(f.text for f in found)))


def _settled(reading: Reading, cleaned: Cleaned) -> Reading:
    return replace(
        reading,
        date_order=cleaned.date_order or reading.date_order,
        discount_is=cleaned.discount_is or reading.discount_is,
        currency=cleaned.currency,
    )


def _count_orders_by_day(ledger: OpenLedger) -> None:
    """Order ids start anew each day: all uploads are read so, and what is known of them is merged anew."""
    for entry in ledger.register:
        entry["reading"] = replace(Reading.from_json(entry["reading"]), order_ids="day").to_json()
    if ledger.register:
        fold_anew(ledger.connection, ledger.settings, ledger.folder, ledger.register)


def _reasons(cleaned: Cleaned) -> str:
    return ", ".join(f"{rows:,} {reason.replace('_', ' ')}" for reason, rows in cleaned.rejected.items())


def _counts(cleaned: Cleaned, merged: Merged) -> Counter[str]:
    counts = Counter(
        rows_in=cleaned.rows_in,
        rows_added=merged.added,
        rows_known=merged.known,
        rows_corrected=merged.corrected,
        rows_enriched=merged.enriched,
        rows_removed=merged.removed,
        rows_rejected=sum(cleaned.rejected.values()),
        exact_duplicates=cleaned.exact_duplicates,
    )
    counts.update({f"rejected_{reason}": rows for reason, rows in cleaned.rejected.items()})
    return counts
