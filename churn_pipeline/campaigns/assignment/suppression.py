"""Whom a campaign must leave alone: on the do-not-contact list, without consent where the shop's files tell
it, held out of all campaigns, contacted lately, or the control group of a campaign that still runs."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.assignment.lots import held_out
from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.churn_definition.treated_labels import campaign_treatments
from churn_pipeline.core.documents.campaigns import LeftOut
from churn_pipeline.core.enums import Consent
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CONTACT_HISTORY, CONTACTS, DO_NOT_CONTACT
from churn_pipeline.core.wording import counted_doing, percent
from churn_pipeline.shop.config import ShopConfig

LISTED, WITHOUT_CONSENT, HELD_OUT = "do_not_contact", "no_consent", "held_out"
RECENT, MEASURING = "contacted_lately", "control_of_another"


def reasons_to_leave_out(
    customers: pd.Series, starts_at: datetime, store: ShopStore, config: ShopConfig
) -> pd.Series:
    """The first reason that holds for each customer id, None where there is none; in the customers' index."""
    rules = config.campaigns
    found = {
        LISTED: _listed(customers, store),
        WITHOUT_CONSENT: _without_consent(customers, store),
        HELD_OUT: pd.Series(
            held_out(config.name, customers.tolist(), rules.holdout_share), index=customers.index
        ),
    }
    members = campaign_treatments(store)
    if members is not None:
        near = (members["assigned_at"] - starts_at).abs() < timedelta(days=rules.rest_days)
        contacted = members.loc[(members["arm"] != CONTROL) & near, "customer_id"]
        running = members[(members["arm"] == CONTROL) & (members["ends_at"] > starts_at)]
        found |= {
            RECENT: customers.isin(contacted),
            MEASURING: customers.isin(running["customer_id"]),
        }
    if store.exists(CONTACT_HISTORY.name):  # what another program has sent counts as well
        history = store.read(CONTACT_HISTORY.name, ["customer_id", "starts_at"])
        near = (history["starts_at"] - starts_at).abs() < timedelta(days=rules.rest_days)
        lately = customers.isin(history.loc[near, "customer_id"])
        found[RECENT] = found[RECENT] | lately if RECENT in found else lately
    names = np.array([*found, None], dtype=object)
    holds = np.column_stack([*(f.to_numpy(bool) for f in found.values()), np.ones(len(customers), bool)])
    return pd.Series(names[holds.argmax(axis=1)], index=customers.index, dtype=object)


def must_be_left_alone(customers: pd.Series, store: ShopStore) -> pd.Series:
    """Who of the customer ids may not be contacted at all: on the list, or without consent where the shop's
    files tell it; in the customers' index."""
    return _listed(customers, store) | _without_consent(customers, store)


def _listed(customers: pd.Series, store: ShopStore) -> pd.Series:
    if not store.exists(DO_NOT_CONTACT.name):
        return pd.Series(False, index=customers.index)
    return customers.isin(store.read(DO_NOT_CONTACT.name, ["customer_id"])["customer_id"])


def _without_consent(customers: pd.Series, store: ShopStore) -> pd.Series:
    """Nobody where no file of the shop has ever said anything of consent; else everyone whose newest word is
    not yes, those of whom nothing is said included."""
    stored = store.stored(CONTACTS.name)
    if stored is None or "consent" not in stored.schema.names:  # a table of an earlier version
        return pd.Series(False, index=customers.index)
    said = store.read(CONTACTS.name, ["customer_id", "consent"]).dropna()
    if said.empty:
        return pd.Series(False, index=customers.index)
    return ~customers.isin(said.loc[said["consent"] == Consent.GIVEN, "customer_id"])


def left_out_in_words(reasons: pd.Series, config: ShopConfig) -> list[LeftOut]:
    """How many were left out and why, the reasons in their order."""
    share, rest = percent(config.campaigns.holdout_share), config.campaigns.rest_days
    words = {
        LISTED: ("stands", "stand", "on the do-not-contact list"),
        WITHOUT_CONSENT: ("has", "have", "not agreed to be contacted, as far as the shop's files say"),
        HELD_OUT: ("belongs", "belong", f"to the {share} whom no campaign contacts, to measure all of them"),
        RECENT: ("was", "were", f"contacted by another campaign less than {rest} days away"),
        MEASURING: ("is", "are", "in the control group of a campaign that still runs"),
    }
    counts = reasons.value_counts()
    return [
        LeftOut(
            reason=reason,
            customers=int(counts[reason]),
            sentence=f"{counted_doing(int(counts[reason]), 'customers', one, several)} {text}.",
        )
        for reason, (one, several, text) in words.items()
        if reason in counts.index
    ]
