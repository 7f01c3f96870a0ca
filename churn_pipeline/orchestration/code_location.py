"""What Dagster's own processes load (workspace.yaml): prepares the process, then holds the definitions."""

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.automation.due_shops import times_of_shops
from churn_pipeline.orchestration.definitions import build_defs
from churn_pipeline.runtime.environment import prepare_process
from churn_pipeline.runtime.logs import set_up_logs

settings = Settings()
prepare_process(settings)
if settings.log_file or settings.log_json or settings.log_level:  # Dagster writes to stderr by itself
    set_up_logs(settings, "dagster", service=True)
definitions = build_defs(times_of_shops(settings))
