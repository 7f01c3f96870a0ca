"""What a backtest says: its document, the same in words, and where both are kept."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.lifecycle.tracking import log_backtest

MEASURES = ("roc_auc", "average_precision", "log_loss", "ece", "ece_of_chance", "f1")
TWO_SIDED_95 = 1.96


def keep_backtest(run: ShopRun, rows: pd.DataFrame) -> dict[str, Any]:
    """Writes the table backtest and backtest.json into the shop's folder and a run of its MLflow experiment;
    returns the document."""
    document = backtest_document(run.shop, run.horizon, rows)
    run_id = log_backtest(run.settings, run.shop, document)
    run.store.write("backtest", rows, run_id)
    run.store.write_document("backtest", document | {"mlflow_run_id": run_id})
    return document


def backtest_document(shop: str, horizon: int, rows: pd.DataFrame) -> dict[str, Any]:
    """The backtest as JSON values: per cutoff and model the measures, and `summary`.

    summary.models: mean and standard deviation over the cutoffs of every measure, for each model and for the
        champion (whichever model that was). champion_lead_over: its mean lead over every model and baseline.
        champion_less_model: per model the paired difference in log loss, mean over the cutoffs, with its
        standard error and the number of cutoffs at which the champion is clearly behind (its 95 % interval
        above 0)."""
    cutoffs = []
    for cutoff, part in rows.groupby("cutoff"):
        best = part.loc[part["is_champion"]].iloc[0]
        entries = part.drop(
            columns=[
                "cutoff",
                "effort",
                "churn_rate",
                "customers",
                "training_cutoffs",
                "training_rows",
                "seconds",
            ]
        )
        shared = {
            name: part[name].iloc[0].item()
            for name in ("churn_rate", "customers", "training_cutoffs", "training_rows", "seconds")
        }
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
    lead = {
        name: {m: float((champion[m] - part[m]).mean()) for m in MEASURES} for name, part in models.items()
    }
    ahead = lead["bg_nbd"]["roc_auc"] > 0 and lead["bg_nbd"]["log_loss"] < 0
    return {
        "origins": len(champion),
        "models": {name: _moments(part) for name, part in {"champion": champion, **models}.items()},
        "champion_lead_over": lead,
        "champion_less_model": {name: _paired(part) for name, part in models.items()},
        "ahead_of_bg_nbd_on_average": bool(ahead),
        "mean_ece": float(champion["ece"].mean()),
    }


def _paired(part: pd.DataFrame) -> dict[str, float]:
    """The champion's log loss less a model's over the cutoffs. Customers of different cutoffs are taken as
    independent for the error."""
    mean, error = part["champion_less_model"], part["champion_less_model_error"]
    return {
        "mean": float(mean.mean()),
        "error": float(np.sqrt((error**2).sum()) / len(part)),
        "cutoffs_clearly_behind": int((mean - TWO_SIDED_95 * error > 0).sum()),
    }


def _moments(part: pd.DataFrame) -> dict[str, dict[str, float]]:
    return {m: {"mean": float(part[m].mean()), "sd": float(part[m].std(ddof=1))} for m in MEASURES}


def backtest_in_words(document: Mapping[str, Any]) -> str:
    """The document as plain lines: the champion at every cutoff, all models on average, the verdicts."""
    lines = [
        f"Backtest of {document['shop']}: horizon {document['horizon']} days, "
        f"search effort {document['effort']}",
        "",
    ]
    lines.append(f"{'cutoff':10}  {'champion':20}  customers   churn     AUC      AP  log loss    ECE")
    for entry in document["cutoffs"]:
        m = next(m for m in entry["models"] if m["is_champion"])
        lines.append(
            f"{entry['cutoff']}  {entry['champion']:20}  {entry['customers']:9,}  "
            f"{entry['churn_rate']:6.1%}  {m['roc_auc']:.4f}  "
            f"{m['average_precision']:.4f}    {m['log_loss']:.4f}  {m['ece']:.4f}"
        )
    summary = document["summary"]
    lines += [
        "",
        f"{'mean (standard deviation)':25}           AUC               AP         log loss             ECE",
    ]
    for name, moments in sorted(
        summary["models"].items(), key=lambda item: (item[0] != "champion", item[1]["log_loss"]["mean"])
    ):
        shown = "  ".join(
            f"{moments[m]['mean']:.4f} ({moments[m]['sd']:.4f})"
            for m in ("roc_auc", "average_precision", "log_loss", "ece")
        )
        lines.append(f"{name:25}  {shown}")
    return "\n".join([*lines, "", *verdicts(document)])


def verdicts(document: Mapping[str, Any]) -> list[str]:
    """The backtest's answers, a sentence each."""
    summary = document["summary"]
    n, lead, paired = (
        summary["origins"],
        summary["champion_lead_over"]["bg_nbd"],
        summary["champion_less_model"],
    )
    others = [
        name for name in paired if paired[name]["error"] > 0
    ]  # the error is 0 for what was champion everywhere
    hardest = max(others, key=lambda name: float(paired[name]["mean"]))
    behind = paired[hardest]
    chance = summary["models"]["champion"]["ece_of_chance"]["mean"]
    return [
        f"On the same customers the champion's log loss differs by {behind['mean']:+.4f} (standard "
        f"error {behind['error']:.4f}) from that "
        f"of {hardest}, the best of the others on average; "
        f"it is clearly behind it at {behind['cutoffs_clearly_behind']} of {n} cutoffs.",
        f"Against BG/NBD the champion's AUC differs by {lead['roc_auc']:+.4f} and its log loss by "
        f"{lead['log_loss']:+.4f} on average: "
        + ("better in both." if summary["ahead_of_bg_nbd_on_average"] else "not better in both."),
        f"Its calibration error is {summary['mean_ece']:.4f} on average; "
        f"exactly true probabilities would show {chance:.4f} "
        "with so few customers.",
    ]
