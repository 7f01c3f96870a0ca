"""Compiles the Shapley kernels to machine code, once per installation where the result can be kept.

numba keeps compiled code in NUMBA_CACHE_DIR (the commands set it to data/cache/numba under the installation's
home, which begins with what `make setup` has compiled, see precompiled.py), else beside the source or in the
user's cache folder. Where none of them can be written, each process compiles for itself."""

from collections.abc import Callable
from typing import Any

import numba

# Sums may be reordered and fused. Not "nnan": the compiler would then drop the test for missing values.
FAST_MATH = {"contract", "reassoc", "nsz"}


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function compiled at its first call; it releases the GIL."""
    options: dict[str, Any] = {"nogil": True, "fastmath": FAST_MATH, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # numba: no place to keep compiled code
        return numba.njit(**options)(function)
