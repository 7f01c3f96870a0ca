"""Names of time zones behind a time (PST, CEST): minutes east of UTC, and the clock on the wall that a winter
and a summer name share."""

from collections.abc import Collection

ZONES = {
    "gmt": (0, "london"),
    "bst": (60, "london"),
    "wet": (0, "lisbon"),
    "west": (60, "lisbon"),
    "cet": (60, "berlin"),
    "cest": (120, "berlin"),
    "mez": (60, "berlin"),
    "mesz": (120, "berlin"),
    "eet": (120, "athens"),
    "eest": (180, "athens"),
    "msk": (180, "moscow"),
    "est": (-300, "new york"),
    "edt": (-240, "new york"),
    "cst": (-360, "chicago"),
    "cdt": (-300, "chicago"),
    "mst": (-420, "denver"),
    "mdt": (-360, "denver"),
    "pst": (-480, "los angeles"),
    "pdt": (-420, "los angeles"),
    "akst": (-540, "anchorage"),
    "akdt": (-480, "anchorage"),
    "hst": (-600, "honolulu"),
    "brt": (-180, "sao paulo"),
    "sast": (120, "johannesburg"),
    "ist": (330, "kolkata"),
    "wib": (420, "jakarta"),
    "hkt": (480, "hong kong"),
    "sgt": (480, "singapore"),
    "jst": (540, "tokyo"),
    "kst": (540, "seoul"),
    "awst": (480, "perth"),
    "acst": (570, "adelaide"),
    "acdt": (630, "adelaide"),
    "aest": (600, "sydney"),
    "aedt": (660, "sydney"),
    "nzst": (720, "auckland"),
    "nzdt": (780, "auckland"),
}
"""A name that several countries use (CST, EST, IST) is taken as the one with most web shops behind it."""


def one_clock(names: Collection[str | None]) -> bool:
    """Whether times with these zone names (None: an offset in digits, or none) all tell the time of one clock
    on a wall."""
    return bool(names) and None not in names and len({ZONES[n][1] for n in names if n}) == 1
