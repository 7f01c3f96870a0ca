"""Which training rows a fit may use when there are more than it can take in its time."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def capped_rows(keys: pd.DataFrame, cap: int, one_per_customer: bool = False) -> NDArray[np.int64]:
    """Positions (ascending) of at most `cap` rows of `keys` (columns customer_id, cutoff).

    Rows by a hash, from every cutoff alike: a model of the newest cutoffs alone would have to extrapolate to
    the older ones that it is calibrated on. `one_per_customer`: every customer's rows are taken in turn, one
    each, before any customer's second one, since the rows of one customer are much alike."""
    if len(keys) <= cap:
        return np.arange(len(keys))
    order = pd.util.hash_pandas_object(keys[["customer_id", "cutoff"]], index=False).to_numpy()
    turn = np.zeros(len(keys), dtype=np.int64)
    if one_per_customer:
        shuffled = pd.Series(order).groupby(keys["customer_id"].to_numpy()).rank(method="first")
        turn = shuffled.to_numpy(dtype=np.int64)
    return np.sort(np.lexsort((order, turn))[:cap])
