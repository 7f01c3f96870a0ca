"""Folds by customer: every row of a customer lies in one fold, at every cutoff."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from churn_pipeline.core.enums import Split


def assign_folds(snapshots: pd.DataFrame, folds: int, seed: int) -> npt.NDArray[np.int8]:
    """Fold (0 .. folds-1) of each row of a table with customer_id, split and churned.

    Customers with training rows are split by StratifiedGroupKFold on those rows; the others get a fold by a
    hash of their id, so that neither the outcomes nor the presence of later rows moves anybody."""
    train = snapshots[snapshots.split == Split.TRAIN]
    customers = pd.Index(snapshots.customer_id.unique())
    hashed = (pd.util.hash_array(customers.to_numpy(dtype=object)) % np.uint64(folds)).astype(np.int8)
    fold_of = pd.Series(hashed, index=customers)
    if train.customer_id.nunique() >= folds and train.churned.value_counts().min() >= folds:
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        for fold, (_, held_out) in enumerate(splitter.split(train, train.churned, train.customer_id)):
            fold_of[train.customer_id.iloc[held_out].unique()] = fold
    return snapshots.customer_id.map(fold_of).to_numpy(np.int8)
