"""What assets are given: the settings of the installation, and from them a shop's folder and configuration."""

from pathlib import Path

import dagster as dg

from churn_pipeline.orchestration.ledger_gate import require_passed_ledger
from churn_pipeline.orchestration.run_folder import working_folder
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ShopConfig, load_shop, validated_shop_name


class ChurnSettings(dg.ConfigurableResource):
    """The installation's settings, read from the environment in the process that runs the step."""

    def load(self) -> Settings:
        return Settings()

    def folder(self, context: dg.AssetExecutionContext) -> Path:
        """Folder that the run's steps read and write; QualityGateFailed when the ledger in it has not passed its checks."""
        folder = self.unchecked_folder(context)
        require_passed_ledger(folder, self.shop(context), self.load())
        return folder

    def unchecked_folder(self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Path:
        """The same, whatever the ledger is like (see run_folder.py); BadInput when the partition key is no valid shop name."""
        return working_folder(self.load(), validated_shop_name(context.partition_key), context.run.run_id)

    def shop(self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> ShopConfig:
        """Configuration of the run's shop."""
        return load_shop(self.load(), context.partition_key)
