"""One shop as a stage meets it: the installation's settings, the shop's configuration, its tables, and what
was loaded already.

A stage function takes a ShopRun where it would need three or more of these; functions over frames take
frames. Nothing heavy is imported
here: what is loaded once a run (the champion, its explanation, the cutoffs) is loaded by the stage that knows
    how, through `once`."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.wording import speak
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import load_shop, shop_store

T = TypeVar("T")


@dataclass(frozen=True)
class ShopRun:
    """settings: of the installation; config: the shop's; store: its tables; loaded: what `once` keeps, for as
    long as this lives."""

    settings: Settings
    config: ShopConfig
    store: ShopStore
    loaded: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def shop(self) -> str:
        """The shop's name."""
        return self.config.name

    @property
    def horizon(self) -> int:
        """H in days, from the shop's churn definition; NotFound where it has none yet."""
        return int(self.store.document("churn_definition")["horizon"])

    def once(self, key: tuple[Hashable, ...], load: Callable[[], T]) -> T:
        """What `load` gives, loaded at the first call with this key alone.

        A key names what is loaded and the versions it was loaded from, so that what has changed since is
        loaded anew."""
        if key not in self.loaded:
            for former in [k for k in self.loaded if isinstance(k, tuple) and k[:1] == key[:1]]:
                del self.loaded[former]
            self.loaded[key] = load()
        value: T = self.loaded[key]
        return value


def open_shop(settings: Settings, shop: str) -> ShopRun:
    """A shop with its published tables, for whoever asks outside a run; what is worded from here on has the
    marks of its locale. NotFound for an unknown shop."""
    config = load_shop(settings, shop)
    speak(config.locale)
    return ShopRun(settings, config, shop_store(settings, shop))
