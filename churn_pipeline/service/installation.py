"""The installation itself: made ready, looked after, cleaned up."""

from collections.abc import Callable
from pathlib import Path

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller, require_admin, require_shop, require_write
from churn_pipeline.service.errors import NotAvailable
from churn_pipeline.shop.directory import shop_folder

Say = Callable[[str], None]


def prepare(settings: Settings, process: str) -> None:
    """Prepares this process, before numpy, matplotlib, mlflow or dagster are imported, with logs under the
    name `process`, and finishes what a crash interrupted in the middle of a publication."""
    from churn_pipeline.runtime.environment import prepare_process
    from churn_pipeline.runtime.logs import set_up_logs
    from churn_pipeline.runtime.run_folder import finish_publications

    prepare_process(settings)
    set_up_logs(settings, process)
    finish_publications(settings)


def prepare_to_serve(settings: Settings, host: str, process: str) -> None:
    """Prepares a process that answers others. BadInput on an address that others can reach, while no key and
    no user exist."""
    from churn_pipeline.access.openness import refuse_unprotected
    from churn_pipeline.runtime.logs import set_up_logs

    refuse_unprotected(settings, host)
    set_up_logs(settings, process, service=True)
    initialise(settings)


def require_ready(settings: Settings) -> None:
    """NotAvailable, with what is missing, unless the home can be written to and its databases answer."""
    import tempfile

    from sqlalchemy.exc import SQLAlchemyError

    from churn_pipeline.access.database import migrate
    from churn_pipeline.orchestration.gateway.instance import instance_of

    try:
        with tempfile.TemporaryFile(dir=settings.data_dir):
            migrate(settings)
        instance_of(settings).get_runs_count()
    except (OSError, SQLAlchemyError) as error:
        raise NotAvailable(f"The installation cannot work at the moment ({type(error).__name__}).") from error


def initialise(settings: Settings) -> None:
    """Creates the folders and databases; every command does so where needed."""
    from churn_pipeline.orchestration import installation

    installation.initialise(settings)


def run_everything(settings: Settings, host: str, say: Say, **ports: int) -> None:
    """Runs Dagster with its daemon, MLflow, the API and the app until the process is told to end.

    ports: of `dagster`, `mlflow`, `api` and `app`. BadInput where they run already, a port is taken, or
    others could reach an installation without key or user."""
    from churn_pipeline.access.openness import refuse_unprotected
    from churn_pipeline.runtime.supervision.programs import Ports
    from churn_pipeline.runtime.supervision.together import run_installation

    refuse_unprotected(settings, host)
    initialise(settings)
    run_installation(settings, host, Ports(**ports), say)


def repair(settings: Settings, caller: Caller, shop: str, say: Say) -> list[str]:
    """Brings back damaged tables of a shop; a sentence about each."""
    from churn_pipeline.core.tables import TABLES
    from churn_pipeline.ingest.repair import repair_shop
    from churn_pipeline.runtime.locks import holding
    from churn_pipeline.runtime.run_folder import finish_publications

    require_shop(caller, shop)
    require_write(caller)
    if not shop_folder(settings, shop).is_dir():
        raise NotFound(f"There is no shop {shop!r}; create it with: churn run FILE --shop {shop}")
    finish_publications(settings)
    with holding(settings, shop, say):
        return repair_shop(settings, shop, tuple(TABLES))


def clean_up(settings: Settings, caller: Caller, say: Say, *, dry_run: bool) -> list[str]:
    """Removes old runs and logs, old trainings and model versions, and leftovers of crashes; returns what."""
    from churn_pipeline.orchestration.launch import clean_up_installation

    require_admin(caller)
    return clean_up_installation(settings, say, dry_run=dry_run)


def write_sample(name: str, output: Path) -> None:
    """Writes a sample data set that is not shipped with the package; NotFound for another name."""
    from churn_pipeline.samples import write_complete_journey, write_complete_journey_campaigns

    samples = {
        "complete-journey": write_complete_journey,
        "complete-journey-campaigns": write_complete_journey_campaigns,
    }
    if name not in samples:
        raise NotFound(
            f"There is no sample {name!r}; those to be written are: {', '.join(samples)}. "
            f"The others lie in data/samples/."
        )
    samples[name](output)
