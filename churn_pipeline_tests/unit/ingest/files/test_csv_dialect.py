"""The same sales, written in any dialect under any language's column names, are understood without a word and
read the same."""

import csv
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.config import ColumnField, ShopConfig
from churn_pipeline.shop.directory import shop_folder

FIELDS = (
    ColumnField.CUSTOMER_ID,
    ColumnField.ORDER_ID,
    ColumnField.DATE,
    ColumnField.AMOUNT,
    ColumnField.PRODUCT,
)
HEADERS = [
    ("customer_id", "order_id", "date", "amount", "product"),
    ("Customer No.", "Invoice Number", "Order Date", "Total", "Item"),
    ("Kundennummer", "Bestellnummer", "Bestelldatum", "Betrag", "Artikel"),
    ("client_id", "numéro de commande", "date de commande", "montant", "produit"),
    ("ID cliente", "numero pedido", "fecha", "importe", "producto"),
]
GOODS = ("Tea", "Crème brûlée", "Brot; dunkel", 'Lamp "Oslo", large', "Käse")
SALES = st.lists(
    st.tuples(
        st.integers(0, 29), st.integers(0, 500 * 24 * 60), st.integers(1, 10**6), st.sampled_from(GOODS)
    ),
    min_size=150,
    max_size=220,
)


@dataclass(frozen=True)
class Dialect:
    """How a file is written."""

    header: tuple[str, ...]
    order: tuple[int, ...]
    delimiter: str
    decimal: str
    group: str
    dates: str
    encoding: str
    line_end: str

    def amount(self, cents: int) -> str:
        return f"{cents // 100:,}".replace(",", self.group) + f"{self.decimal}{cents % 100:02}"

    def write(self, path: Path, sales: list[tuple[str, str, datetime, int, str]]) -> None:
        cells = [(c, o, t.strftime(self.dates), self.amount(a), p) for c, o, t, a, p in sales]
        with path.open("w", encoding=self.encoding, newline="") as file:
            writer = csv.writer(file, delimiter=self.delimiter, lineterminator=self.line_end)
            writer.writerows([[row[i] for i in self.order] for row in (self.header, *cells)])


DIALECTS = st.builds(
    Dialect,
    st.sampled_from(HEADERS),
    st.permutations(range(len(FIELDS))).map(tuple),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([".", ","]),
    st.just(""),
    st.sampled_from(
        [
            "%Y-%m-%d %H:%M",
            "%d.%m.%Y %H:%M",
            "%m/%d/%Y %H:%M",
            "%d/%m/%Y %I:%M %p",
            "%d %b %Y %H:%M",
            "%Y%m%d%H%M00",
        ]
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(["\n", "\r\n"]),
)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(SALES, DIALECTS)
def test_what_is_written_is_read(sales, dialect):
    """Order numbers rise with the rows; the first sale is of a 31st, so that the file tells days from
    months."""
    start = datetime(2022, 1, 31, 9, 30)
    rows = [
        (f"K{c:04}", str(70_001 + n), start + timedelta(minutes=m if n else 0), cents, product)
        for n, (c, m, cents, product) in enumerate(sales)
    ]
    with tempfile.TemporaryDirectory() as home:
        file, installation = Path(home) / "sales.csv", Settings(home=Path(home))
        dialect.write(file, rows)
        staged = stage_uploads(installation, ShopConfig(name="tea"), [file], exact_mapping=False)
        ledger = read_table(shop_folder(installation, "tea") / "staged", "transactions").sort_values(
            "order_id"
        )
    assert staged.config.mapping == dict(zip(FIELDS, dialect.header, strict=True))
    read = zip(
        ledger.customer_id,
        ledger.order_id,
        ledger.ts.dt.to_pydatetime(),
        (ledger.amount * 100).round(),
        ledger["product"],
        strict=True,
    )
    assert list(read) == rows
