"""Lots that nobody draws twice: a number in [0, 1) for each customer, from a hash of what the lot is for.

The same campaign, seed and customer give the same number for ever, on any machine, whoever else is listed."""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def lots(purpose: str, customers: Iterable[str]) -> Floats:
    """One number in [0, 1) for each customer id, evenly spread and independent between purposes."""
    head = blake2b(purpose.encode(), digest_size=16).digest()
    drawn = [
        int.from_bytes(blake2b(customer.encode(), key=head, digest_size=8).digest(), "big")
        for customer in customers
    ]
    return np.array(drawn, dtype=np.float64) / 2.0**64


def held_out(shop: str, customers: Iterable[str], share: float) -> npt.NDArray[np.bool_]:
    """Which customers no campaign of the shop ever contacts; a larger share keeps those of a smaller one."""
    return lots(f"holdout of all campaigns|{shop}", customers) < share
