"""The registered versions of a shop's model and the decisions about its champion, as a document and in
words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from churn_pipeline.core.settings import Settings
from churn_pipeline.training.lifecycle.registry import (
    CHALLENGER,
    CHAMPION,
    alias_version,
    audit_trail,
    model_versions,
)

SHOWN_TAGS = (
    "kind",
    "test_cutoff",
    "horizon",
    "test_log_loss",
    "test_roc_auc",
    "data_version",
    "code_version",
)


def model_list(settings: Settings, shop: str) -> dict[str, Any]:
    """{versions, champion, challenger, history}: every version with its alias and tags, oldest first; the
    versions of the two aliases (None where not set); the audit trail."""
    aliases = {name: alias_version(settings, shop, name) for name in (CHAMPION, CHALLENGER)}
    named = {version: name for name, version in aliases.items() if version is not None}
    versions = [
        {
            "version": str(v.version),
            "alias": named.get(str(v.version)),
            "created_at": datetime.fromtimestamp(v.creation_timestamp / 1000, UTC).isoformat(
                timespec="seconds"
            ),
            "mlflow_run_id": v.run_id,
            **{tag: v.tags.get(tag) for tag in SHOWN_TAGS},
        }
        for v in model_versions(settings, shop)
    ]
    return {"versions": versions, **aliases, "history": audit_trail(settings, shop)}


def models_in_words(shop: str, document: Mapping[str, Any]) -> str:
    """The document of `model_list` as plain lines."""
    if not document["versions"]:
        return f"Shop {shop!r} has no models yet; run: churn run FILE --shop {shop}"
    lines = [
        f"{'version':>7}  {'':10}  {'kind':20}  {'test cutoff':11}  horizon  log loss     AUC  created (UTC)"
    ]
    for v in document["versions"]:
        loss, auc = (f"{float(v[tag]):.4f}" if v[tag] else "-" for tag in ("test_log_loss", "test_roc_auc"))
        lines.append(
            f"{v['version']:>7}  {v['alias'] or '':10}  {v['kind'] or '-':20}  "
            f"{v['test_cutoff'] or '-':11}  {v['horizon'] or '-':>7}"
            f"  {loss:>8}  {auc:>6}  {v['created_at'][:19]}"
        )
    lines += ["", "Decisions about the champion"]
    for entry in document["history"]:
        if entry["event"] == "kept":
            what = f"version {entry['version']} stays champion, version {entry['challenger']} is challenger"
        else:
            what = f"version {entry['version']} becomes champion" + (
                f", replacing {entry['replaced']}" if entry["replaced"] else ""
            )
        lines.append(f"  {entry['at'][:19]}  {what}: {entry['reason']}")
    return "\n".join(lines)
