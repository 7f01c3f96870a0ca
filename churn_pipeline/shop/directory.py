"""The shops of an installation: their folders, and their configurations in them."""

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.shop.config import ShopConfig, validated_shop_name

CONFIG_FILE = "shop.yaml"


def shop_folder(settings: Settings, shop: str) -> Path:
    """The folder of a shop's tables (not created here)."""
    return settings.shops_dir / validated_shop_name(shop)


def shop_store(settings: Settings, shop: str) -> ShopStore:
    """The published tables and documents of a shop, which need not exist."""
    return ShopStore(shop_folder(settings, shop))


def list_shops(settings: Settings) -> list[str]:
    """Names of all shops that have a configuration, sorted."""
    return sorted(p.parent.name for p in settings.shops_dir.glob(f"*/{CONFIG_FILE}"))


def load_shop(settings: Settings, shop: str) -> ShopConfig:
    """The saved configuration; NotFound for an unknown shop, BadInput when the YAML cannot be used."""
    path = shop_folder(settings, shop) / CONFIG_FILE
    try:
        stat = path.stat()
    except FileNotFoundError as error:
        known = ", ".join(list_shops(settings)) or "none yet"
        raise NotFound(
            f"There is no shop {shop!r} (known: {known}); create it with: churn run FILE --shop {shop}"
        ) from error
    return _read(path, stat.st_mtime_ns, stat.st_size, stat.st_ino).model_copy()


@lru_cache(maxsize=256)
def _read(path: Path, _modified: int, _size: int, _inode: int) -> ShopConfig:
    """The configuration in one state of the file: parsing YAML takes longer than most questions."""
    try:
        return ShopConfig.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadInput(
            f"{path} cannot be read as a shop's configuration: {' '.join(str(error).split())}"
        ) from error


def save_shop(settings: Settings, config: ShopConfig) -> None:
    """Writes the configuration whole and renames it into place."""
    from churn_pipeline.core.store import write_text

    text = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    write_text(shop_folder(settings, config.name) / CONFIG_FILE, text)
