"""What assets are given: the settings of the installation, and from them the shop of the run."""

import multiprocessing
from collections.abc import Hashable
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.wording import speak
from churn_pipeline.runtime.ledger_gate import require_passed_ledger
from churn_pipeline.runtime.processes import begin_step
from churn_pipeline.runtime.run_folder import run_store
from churn_pipeline.shop.config import ShopConfig, validated_shop_name
from churn_pipeline.shop.directory import load_shop
from churn_pipeline.shop.run import ShopRun


class ChurnSettings(dg.ConfigurableResource):
    """The installation's settings, read from the environment in the process that runs the step.

    What steps load once (ShopRun.once) lives as long as Dagster's resource: steps that share a process share
    it, and it goes with the run."""

    _loaded: dict[str, dict[Hashable, Any]] = PrivateAttr(default_factory=dict)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Before a step begins. The run's tags are read anew: its executor has added some since the step was
        handed over."""
        if multiprocessing.parent_process() is None or context.run is None or context.instance is None:
            return
        run = context.instance.get_run_by_id(context.run.run_id)
        begin_step(run.tags if run is not None else {})

    def load(self) -> Settings:
        return Settings()

    def run(self, context: dg.AssetExecutionContext) -> ShopRun:
        """The run's shop; QualityGateFailed when its ledger has not passed its checks, BadInput for an
        invalid partition key."""
        run = self.unchecked_run(context)
        require_passed_ledger(run)
        return run

    def unchecked_run(self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> ShopRun:
        """The same, whatever the ledger is like."""
        store = self.unchecked_store(context)
        return self._shop_run(context, load_shop(self.load(), store.shop), store)

    def staged_run(self, context: dg.AssetCheckExecutionContext) -> ShopRun:
        """The shop as it would be if what is staged were published: the staged tables, and the configuration
        staged with them."""
        staged = self.unchecked_store(context).staged
        return self._shop_run(context, ShopConfig.model_validate(staged.document("staged")["config"]), staged)

    def unchecked_store(self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> ShopStore:
        """The tables of the run's shop, also of one without a configuration (see run_folder.py);
        BadInput when the partition key is no valid shop name."""
        return run_store(self.load(), validated_shop_name(context.partition_key), context.run.run_id)

    def _shop_run(
        self,
        context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
        config: ShopConfig,
        store: ShopStore,
    ) -> ShopRun:
        speak(config.locale)
        return ShopRun(self.load(), config, store, self._loaded.setdefault(context.run.run_id, {}))
