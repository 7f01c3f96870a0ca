"""Decision rules: short IF-THEN sentences found and chosen on training rows and measured on the test, which
they have not seen.

Shallow decision trees give the candidates: every path from a root to a node is a conjunction of conditions.
Each rule's coverage, precision and lift are those on the test rows, so they are what a shop may expect;
chosen rules that do not hold there are left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from churn_pipeline.core.enums import Tier
from churn_pipeline.core.tables import DECISION_RULES
from churn_pipeline.core.wording import PERCENT_UNITS, quantity
from churn_pipeline.explain.phrases import phrase
from churn_pipeline.features.catalogue import feature

MOST_CONDITIONS = 3
TREES = 6
FEATURES_PER_TREE = 6
LEAST_ROWS = 10
LEAST_LIFT = 1.15
MOST_OVERLAP = 0.7
MOST_TRAINING_ROWS = 10_000
OUTCOMES = {"churns": 1, "stays": 0}
WHOLE_UNITS = ("orders", "months", "pauses", "different products", "different categories", "returned items")


@dataclass(frozen=True)
class Condition:
    """feature <= threshold, or feature > threshold; missing values satisfy neither."""

    feature: str
    above: bool
    threshold: float

    def holds(self, rows: pd.DataFrame) -> np.ndarray:
        """Boolean (n,)."""
        values = rows[self.feature].to_numpy(float)
        return values > self.threshold if self.above else values <= self.threshold


@dataclass(frozen=True)
class Rule:
    """IF all conditions THEN `outcome` (churns or stays).

    coverage: share of the measured customers for whom the conditions hold; precision: share of these with the
        outcome; lift: precision over the outcome's share among all; count: customers covered."""

    conditions: tuple[Condition, ...]
    outcome: str
    coverage: float
    precision: float
    lift: float
    count: int

    def in_words(self, currency: str = "") -> str:
        """IF Days since last order > 60 days AND ... THEN churns."""
        conditions = [
            f"{feature(c.feature).label} {'>' if c.above else '≤'} {_threshold(c, currency)}"
            for c in self.conditions
        ]
        return f"IF {' AND '.join(conditions)} THEN {self.outcome}"

    def to_document(self, currency: str = "") -> dict[str, object]:
        """As JSON values, with the rule in words."""
        return {
            **asdict(self),
            "conditions": [asdict(c) for c in self.conditions],
            "rule": self.in_words(currency),
        }


def _threshold(condition: Condition, currency: str) -> str:
    """Of whole numbers the greatest that is not above the threshold: <= 10.5 orders is <= 10 orders, and >
    10.5 is > 10."""
    meant = phrase(condition.feature)
    whole = meant.plain and meant.unit in WHOLE_UNITS
    if meant.unit in PERCENT_UNITS:
        return f"{100 * condition.threshold:.3g} %"
    return quantity(np.floor(condition.threshold) if whole else condition.threshold, meant.unit, currency)


def decision_rules(
    train: pd.DataFrame, test: pd.DataFrame, names: list[str], most: int = 8, seed: int = 42
) -> list[Rule]:
    """The best rules for churning and for staying, by training lift weighted by how many they cover; at most
    `most`.

    train, test: rows with the features `names` and `churned`; of train at most MOST_TRAINING_ROWS are used,
        evenly spaced. Fewer, or none, where nothing short tells the outcomes apart, and none about features
        that mean little to a retailer. The numbers are those of the test."""
    names = [name for name in names if phrase(name).plain]
    train = train.iloc[:: max(1, -(-len(train) // MOST_TRAINING_ROWS))]
    if train["churned"].nunique() < 2 or len(test) < LEAST_ROWS or not names:
        return []
    candidates = dict.fromkeys(
        c for conditions in _tree_paths(train, names, seed) if (c := _simplified(conditions))
    )
    rules = [rule for conditions in candidates for rule in _worth_telling(conditions, train, OUTCOMES)]
    rules.sort(key=lambda r: (-(r.lift - 1) * np.sqrt(r.coverage), len(r.conditions), r.in_words()))
    return [
        held
        for rule in _different(rules, train, most)
        for held in _worth_telling(rule.conditions, test, (rule.outcome,))
    ]


def tier_profiles(
    features: pd.DataFrame, tiers: pd.Series, names: list[str], seed: int = 42
) -> dict[str, Rule]:
    """Per risk tier the one rule that describes its customers best (the "high risk profile"): the greatest F1
    among a shallow tree's paths.

    features: the scored customers; tiers: their tier, same order. Precision and coverage are of these
        customers. Tiers with fewer than LEAST_ROWS customers, or that hold everybody, have no profile."""
    names = [name for name in names if phrase(name).plain]
    profiles: dict[str, Rule] = {}
    for tier in Tier:
        member = (tiers == tier).to_numpy()
        if min(member.sum(), (~member).sum()) < LEAST_ROWS:
            continue
        rows = features.assign(churned=member.astype(int))
        paths = dict.fromkeys(
            c for conditions in _tree_paths(rows, names, seed) if (c := _simplified(conditions))
        )
        scored = [(_f1(conditions, rows), conditions) for conditions in paths]
        if scored:
            best = max(scored, key=lambda s: (s[0], -len(s[1])))[1]
            profiles[tier] = _measured(best, rows, f"{tier} risk", 1)
    return profiles


def rules_table(rules: Sequence[Rule], profiles: Mapping[str, Rule], currency: str = "") -> pd.DataFrame:
    """The table decision_rules: the rules in their order, then one profile per tier."""
    rows = [{"kind": "rule"} | rule.to_document(currency) for rule in rules]
    rows += [{"kind": "profile"} | rule.to_document(currency) for rule in profiles.values()]
    return pd.DataFrame(rows, columns=DECISION_RULES.schema.names)


def _tree_paths(rows: pd.DataFrame, names: list[str], seed: int) -> list[tuple[Condition, ...]]:
    """Conditions of all nodes of a few shallow trees, each on the features that the trees before it did not
    use first."""
    y = rows["churned"].to_numpy()
    X = rows[names].astype(float)
    middle = X.median().fillna(0.0)
    left_over, paths = list(names), []
    for _ in range(TREES):
        tree = DecisionTreeClassifier(
            max_depth=MOST_CONDITIONS, min_samples_leaf=max(LEAST_ROWS, len(rows) // 100), random_state=seed
        )
        tree.fit(X[left_over].fillna(middle), y)
        paths += _paths(tree, left_over)
        if tree.tree_.node_count == 1 or len(left_over) == 1:
            break
        left_over.remove(left_over[int(tree.tree_.feature[0])])
    return paths


def _paths(tree: DecisionTreeClassifier, names: list[str]) -> list[tuple[Condition, ...]]:
    grown = tree.tree_
    found: list[tuple[Condition, ...]] = []
    stack: list[tuple[int, tuple[Condition, ...]]] = [(0, ())]
    while stack:
        node, conditions = stack.pop()
        if conditions:
            found.append(conditions)
        if grown.children_left[node] < 0:
            continue
        name, threshold = names[grown.feature[node]], float(grown.threshold[node])
        stack.append((int(grown.children_right[node]), (*conditions, Condition(name, True, threshold))))
        stack.append((int(grown.children_left[node]), (*conditions, Condition(name, False, threshold))))
    return found


def _simplified(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The conditions with thresholds to three digits and only the tightest of several on one feature and
    side."""
    tightest: dict[tuple[str, bool], float] = {}
    for c in conditions:
        threshold = float(f"{c.threshold:.3g}")
        so_far = tightest.get((c.feature, c.above), threshold)
        tightest[c.feature, c.above] = max(so_far, threshold) if c.above else min(so_far, threshold)
    return tuple(Condition(name, above, threshold) for (name, above), threshold in sorted(tightest.items()))


def _holds(conditions: tuple[Condition, ...], rows: pd.DataFrame) -> np.ndarray:
    return np.logical_and.reduce([c.holds(rows) for c in conditions])


def _measured(conditions: tuple[Condition, ...], rows: pd.DataFrame, outcome: str, value: int) -> Rule:
    covered, hit = _holds(conditions, rows), rows["churned"].to_numpy() == value
    precision = float(hit[covered].mean()) if covered.any() else 0.0
    return Rule(
        conditions,
        outcome,
        float(covered.mean()),
        precision,
        precision / max(float(hit.mean()), 1e-9),
        int(covered.sum()),
    )


def _worth_telling(
    conditions: tuple[Condition, ...], rows: pd.DataFrame, outcomes: Iterable[str]
) -> list[Rule]:
    """The conditions with each of the outcomes that they make likelier among enough of the rows."""
    rules = [_measured(conditions, rows, outcome, OUTCOMES[outcome]) for outcome in outcomes]
    return [rule for rule in rules if rule.count >= LEAST_ROWS and rule.lift >= LEAST_LIFT]


def _f1(conditions: tuple[Condition, ...], rows: pd.DataFrame) -> float:
    covered, hit = _holds(conditions, rows), rows["churned"].to_numpy() == 1
    return float(2 * (covered & hit).sum() / max(1, covered.sum() + hit.sum()))


def _different(rules: list[Rule], rows: pd.DataFrame, most: int) -> list[Rule]:
    """The first rules whose customers are not mostly those of a rule before them with the same outcome."""
    chosen: list[tuple[Rule, np.ndarray]] = []
    for rule in rules:
        covered = _holds(rule.conditions, rows)
        twins = [
            o
            for r, o in chosen
            if r.outcome == rule.outcome and (o & covered).sum() / (o | covered).sum() > MOST_OVERLAP
        ]
        if not twins:
            chosen.append((rule, covered))
        if len(chosen) == most:
            break
    return [rule for rule, _ in chosen]
