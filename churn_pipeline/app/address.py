"""Choices that stand in the page's address, by the names that the API uses: `?tier=high`.

The address is what holds: every run sets the widgets by it, and a visitor's choice is written into it, as a
new entry of the browser's history, so that going back brings the former choice. What stands in an address
and cannot be chosen is taken out of it, and the page says so."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st


def choose(
    place: Any,
    label: str,
    choices: Mapping[str, str],
    name: str,
    on_change: Callable[[], None] | None = None,
    **more: Any,
) -> str:
    """A select box; value -> words. The first choice is the usual one and does not stand in the address."""
    usual = next(iter(choices))
    st.session_state[name] = _value(name, lambda raw: chosen_by(raw, choices), usual, label)
    chosen = place.selectbox(
        label,
        list(choices),
        format_func=lambda value: choices.get(value, value),
        key=name,
        on_change=_written,
        args=(name, usual, on_change),
        **more,
    )
    return str(chosen)


def write(place: Any, label: str, name: str, on_change: Callable[[], None] | None = None, **more: Any) -> str:
    """A field for a text."""
    st.session_state[name] = st.query_params.get(name, "")
    text = place.text_input(label, key=name, on_change=_written, args=(name, "", on_change), **more)
    return str(text or "")


def count(
    place: Any,
    label: str,
    name: str,
    on_change: Callable[[], None] | None = None,
    **more: Any,
) -> float:
    """A field for a number from 0 on."""
    st.session_state[name] = _value(name, number_in, 0.0, label)
    return float(
        place.number_input(label, 0.0, key=name, on_change=_written, args=(name, 0.0, on_change), **more)
    )


def forget(name: str) -> None:
    """Takes a choice out of the address."""
    if name in st.query_params:
        del st.query_params[name]


def chosen_by(raw: str, choices: Mapping[str, str]) -> str | None:
    """The value that a text of an address means: itself or its words, in upper or lower case; None: none."""
    meant = {words.casefold(): value for value, words in choices.items()}
    return (meant | {value.casefold(): value for value in choices}).get(raw.casefold())


def number_in(raw: str) -> float | None:
    """The number from 0 on in a text of an address, None where there is none."""
    try:
        value = float(raw)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _value(name: str, read: Callable[[str], Any], usual: Any, label: str) -> Any:
    raw = st.query_params.get(name)
    if raw is None:
        return usual
    value = read(raw)
    if value is None:
        del st.query_params[name]
        st.warning(f"{label}: the address asks for “{raw[:60]}”, which cannot be chosen, so it was left out.")
        return usual
    return value


def _written(name: str, usual: Any, on_change: Callable[[], None] | None) -> None:
    value = st.session_state[name]
    if on_change is not None:
        on_change()
    if value == usual:
        forget(name)
    else:
        st.query_params[name] = f"{value:g}" if isinstance(value, float) else str(value)
