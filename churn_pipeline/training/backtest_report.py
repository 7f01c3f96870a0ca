"""What a backtest says: its document, the same in words, and where both are kept."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from churn_pipeline.settings import Settings
from churn_pipeline.storage import TableVersion, content_version, write_json, write_table
from churn_pipeline.training.tracking import log_backtest

MEASURES = ("roc_auc", "average_precision", "log_loss", "ece", "ece_of_chance", "f1")
BLENDS = ("ensemble",)  # no single models


def keep_backtest(folder: Path, settings: Settings, horizon: int, rows: pd.DataFrame) -> dict[str, Any]:
    """Writes the table backtest and backtest.json into the shop's folder and a run of its MLflow experiment; returns the document."""
    document = backtest_document(folder.name, horizon, rows)
    run_id = log_backtest(settings, folder.name, document)
    table = pa.Table.from_pandas(rows, preserve_index=False)
    write_table(folder, "backtest", table, TableVersion(run_id, content_version(table)))
    write_json(folder / "backtest.json", document | {"mlflow_run_id": run_id})
    return document


def backtest_document(shop: str, horizon: int, rows: pd.DataFrame) -> dict[str, Any]:
    """The backtest as JSON values: per cutoff and model the measures, and `summary`.

    summary.models: mean and standard deviation over the cutoffs of every measure, for each model and for the champion (whichever model
    that was). summary.champion: its mean lead over every model and baseline, at how many cutoffs its own 95 % interval holds or beats the
    best single model, and the two verdicts.
    """
    cutoffs = []
    for cutoff, part in rows.groupby("cutoff"):
        best = part.loc[part["is_champion"]].iloc[0]
        entries = part.drop(columns=["cutoff", "effort", "churn_rate", "customers", "training_cutoffs", "training_rows", "seconds"])
        shared = {name: part[name].iloc[0].item() for name in ("churn_rate", "customers", "training_cutoffs", "training_rows", "seconds")}
        plain = entries.astype(object).where(entries.notna(), None).to_dict("records")
        cutoffs.append({"cutoff": f"{cutoff:%Y-%m-%d}", "champion": best["model"], **shared, "models": plain})
    return {
        "shop": shop,
        "horizon": horizon,
        "effort": str(rows["effort"].iloc[0]),
        "cutoffs": cutoffs,
        "summary": _summary(rows),
    }


def _summary(rows: pd.DataFrame) -> dict[str, Any]:
    champion = rows[rows["is_champion"]].set_index("cutoff")
    models = {str(name): part.set_index("cutoff") for name, part in rows.groupby("model")}
    lead = {name: {m: float((champion[m] - part[m]).mean()) for m in MEASURES} for name, part in models.items()}
    singles = rows[rows["roc_auc_low"].notna() & ~rows["model"].isin(BLENDS)].groupby("cutoff")
    held = {
        "roc_auc": champion["roc_auc_high"] >= singles["roc_auc"].max(),
        "log_loss": champion["log_loss_low"] <= singles["log_loss"].min(),
    }
    within = {m: int(v.sum()) for m, v in held.items()}
    ahead = lead["bg_nbd"]["roc_auc"] > 0 and lead["bg_nbd"]["log_loss"] < 0
    return {
        "origins": len(champion),
        "models": {name: _moments(part) for name, part in {"champion": champion, **models}.items()},
        "champion_lead_over": lead,
        "cutoffs_within_own_interval_of_best_model": within,
        "never_clearly_behind_a_single_model": all(n == len(champion) for n in within.values()),
        "ahead_of_bg_nbd_on_average": bool(ahead),
        "mean_ece": float(champion["ece"].mean()),
    }


def _moments(part: pd.DataFrame) -> dict[str, dict[str, float]]:
    return {m: {"mean": float(part[m].mean()), "sd": float(part[m].std(ddof=1))} for m in MEASURES}


def backtest_in_words(document: Mapping[str, Any]) -> str:
    """The document as plain lines: the champion at every cutoff, all models on average, the verdicts."""
    lines = [f"Backtest of {document['shop']}: horizon {document['horizon']} days, search effort {document['effort']}", ""]
    lines.append(f"{'cutoff':10}  {'champion':20}  customers   churn     AUC      AP  log loss    ECE")
    for entry in document["cutoffs"]:
        m = next(m for m in entry["models"] if m["is_champion"])
        lines.append(
            f"{entry['cutoff']}  {entry['champion']:20}  {entry['customers']:9,}  {entry['churn_rate']:6.1%}  {m['roc_auc']:.4f}  "
            f"{m['average_precision']:.4f}    {m['log_loss']:.4f}  {m['ece']:.4f}"
        )
    summary = document["summary"]
    lines += ["", f"{'mean (standard deviation)':25}           AUC               AP         log loss             ECE"]
    for name, moments in sorted(summary["models"].items(), key=lambda item: (item[0] != "champion", item[1]["log_loss"]["mean"])):
        shown = "  ".join(f"{moments[m]['mean']:.4f} ({moments[m]['sd']:.4f})" for m in ("roc_auc", "average_precision", "log_loss", "ece"))
        lines.append(f"{name:25}  {shown}")
    return "\n".join([*lines, "", *verdicts(document)])


def verdicts(document: Mapping[str, Any]) -> list[str]:
    """The backtest's answers, a sentence each."""
    summary = document["summary"]
    n, within, lead = summary["origins"], summary["cutoffs_within_own_interval_of_best_model"], summary["champion_lead_over"]["bg_nbd"]
    chance = summary["models"]["champion"]["ece_of_chance"]["mean"]
    return [
        f"The best single model lies within the champion's own 95 % interval at {within['roc_auc']} of {n} cutoffs in AUC "
        f"and at {within['log_loss']} in log loss.",
        f"Against BG/NBD the champion's AUC differs by {lead['roc_auc']:+.4f} and its log loss by {lead['log_loss']:+.4f} on average: "
        + ("better in both." if summary["ahead_of_bg_nbd_on_average"] else "not better in both."),
        f"Its calibration error is {summary['mean_ece']:.4f} on average; exactly true probabilities would show {chance:.4f} "
        "with so few customers.",
    ]
