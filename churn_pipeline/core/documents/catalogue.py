"""Every JSON document, as TABLES lists every table: where it lies in the shop's folder, and its model."""

from pathlib import PurePosixPath

from pydantic import BaseModel

from churn_pipeline.core.documents import (
    advice,
    campaigns,
    discounts,
    insights,
    ledger,
    level,
    models,
    results,
    service,
    uplift,
)

DOCUMENTS: dict[str, type[BaseModel]] = {
    "results.json": results.Results,
    "staged/staged.json": ledger.Staged,
    "staged/publishing.json": ledger.Publishing,
    "staged/quality.json": ledger.StagedQuality,
    "staged/passed.json": ledger.PassedVersions,
    "uploads/*/upload.json": ledger.UploadEntry,
    "uploads/*/kept_rows/rows.json": ledger.KeptRows,
    "quarantine/*/reason.json": ledger.QuarantineReason,
    "awaiting_mapping.json": ledger.AwaitingMapping,
    "profile.json": ledger.Profile,
    "churn_definition.json": ledger.ChurnDefinition,
    "candidates/baselines.json": models.BaselinesDocument,
    "candidates/*.json": models.CandidateDocument,
    "model_comparison.json": models.ModelComparison,
    "comparison_in_use.json": models.ModelComparison,
    "champion.json": models.Champion,
    "permutation_importance.json": models.PermutationImportance,
    "level.json": level.ShopLevel,
    "backtest.json": models.Backtest,
    "advice_backtest.json": advice.AdviceBacktest,
    "discounts.json": discounts.Discounts,
    "uplift.json": uplift.Uplift,
    "return_snapshots.json": models.ReturnRows,
    "return_models.json": models.ReturnTraining,
    "return_outlook.json": insights.ReturnOutlook,
    "customer_value.json": insights.CustomerValue,
    "customer_segments.json": insights.CustomerSegments,
    "recommendations.json": insights.Recommendations,
    "churn_forecast.json": insights.ChurnForecast,
    "feature_drift.json": insights.FeatureDrift,
    "treated_labels.json": campaigns.TreatedLabels,
    "campaigns/*/plan.json": campaigns.CampaignPlan,
    "campaigns/*/results.json": campaigns.CampaignResults,
    "campaigns/*/withdrawn.json": campaigns.WithdrawnCampaign,
    "campaigns/program.json": campaigns.CampaignProgram,
    "model.json": models.ModelFile,  # in the folder of a saved model
    "alert_channels.json": ledger.AlertChannels,  # in the data folder
    "jobs/*.json": service.JobLaunch,
    "received/*/*/received.json": service.ReceivedFile,
    "received/*/plan.json": service.Plan,
    "erasures/*.json": service.ErasureReceipt,
}
"""Place (the first pattern that fits holds) -> model."""


def document_model(place: str) -> type[BaseModel]:
    """Model of the document at a place in its folder, such as "uploads/<sha256>/upload.json"; KeyError for an
    undeclared one."""
    for pattern, model in DOCUMENTS.items():
        if PurePosixPath("/", place).match(f"/{pattern}"):
            return model
    raise KeyError(f"{place} is not declared in DOCUMENTS")
