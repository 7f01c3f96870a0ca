"""Where a shop's files lie, apart from other shops' and from what all shops share."""

from pathlib import Path

from churn_pipeline.core.settings import Settings
from churn_pipeline.service.delivery.received import known_shops, received_folder
from churn_pipeline.shop.directory import shop_folder


def folders_of(settings: Settings, shop: str) -> list[Path]:
    """A shop's folders: its tables, what was received for it, what was dropped for it."""
    return [shop_folder(settings, shop), received_folder(settings, shop), settings.incoming_dir / shop]


def artifacts_of(settings: Settings, shop: str) -> list[Path]:
    """What its runs and models have left behind: logs, events, notes of what was asked for, artifacts."""
    from churn_pipeline.orchestration.gateway.erasing import files_of_runs
    from churn_pipeline.training.lifecycle.registry import experiment_name

    return [
        *files_of_runs(settings, shop),
        *_files(settings.home / "mlruns" / "artifacts" / experiment_name(shop)),
    ]


def files_of(settings: Settings, shop: str) -> list[Path]:
    """Every file that is this shop's alone."""
    return [
        *(path for folder in folders_of(settings, shop) for path in _files(folder)),
        *artifacts_of(settings, shop),
    ]


def files_shared(settings: Settings) -> list[Path]:
    """Every file under the home that is no single shop's."""
    owned = {path for shop in known_shops(settings) for path in files_of(settings, shop)}
    return [path for path in _files(settings.home) if path not in owned]


def _files(folder: Path) -> list[Path]:
    """The files in a folder and below, none where there is no such folder."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
