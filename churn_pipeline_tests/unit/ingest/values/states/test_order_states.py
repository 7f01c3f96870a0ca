"""What the states of orders say, in the languages and shop systems of order_states.yaml, and what becomes of
their rows."""

from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.ingest.values.states.order_states import Meaning, meaning_of
from churn_pipeline.shop.config import ColumnField, ShopConfig

UNDONE = [
    "Cancelled",
    "CANCELED",
    "storniert",
    "Annulée",
    "cancelado",
    "annullato",
    "geannuleerd",
    "anulowane",
    "zrušeno",
    "avbruten",
    "annulleret",
    "kansellert",
    "peruttu",
    "İptal Edildi",
    "İPTAL EDİLDİ",
    "отменён",
    "скасовано",
    "ακυρώθηκε",
    "ΑΚΥΡΩΘΗΚΕ",
    "törölve",
    "anulat",
    "キャンセル",
    "注文キャンセル済み",
    "已取消",
    "취소",
    "주문취소",
    "ملغي",
    "בוטל",
    "रद्द",
    "ยกเลิก",
    "đã hủy",
    "dibatalkan",
    "refunded",
    "wc-cancelled",
    "wc-failed",
    "Payment error",
    "Shipped - Returned to Seller",
    "voided",
    "CancelComplete",
    "Order anulada",
    "Returned to Shop",
    "Vollstorno",
    "No entregado",
    "Dibatalkan Pembeli",
    "Sipariş iptali",
    "لغو شده",
    "منسوخ",
    "Отменен клиентом",
]
UNFINISHED = [
    "pending",
    "Draft",
    "wc-on-hold",
    "wc-checkout-draft",
    "pending_payment",
    "Ausstehend",
    "En attente de paiement",
    "pendiente de pago",
    "in attesa di pagamento",
    "aguardando pagamento",
    "wacht op betaling",
    "oczekuje na płatność",
    "čeká na platbu",
    "ödeme bekleniyor",
    "ожидает оплаты",
    "待付款",
    "支払い待ち",
    "결제대기",
    "قيد الانتظار",
    "ממתין לתשלום",
    "लंबित",
    "รอชำระเงิน",
    "chờ thanh toán",
    "menunggu pembayaran",
    "Awaiting check payment",
    "Abandoned checkout",
    "Draft order",
    "En attente de virement",
    "In attesa di bonifico",
    "В ожидании оплаты",
]
SALE = [
    "completed",
    "paid",
    "partially_refunded",
    "teilweise erstattet",
    "部分退款",
    "Shipped - Delivered to Buyer",
    "wc-processing",
    "Abgeschlossen",
    "已完成",
    "一部キャンセル",
    "부분취소",
]


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        (s, m)
        for m, states in ((Meaning.UNDONE, UNDONE), (Meaning.UNFINISHED, UNFINISHED), (Meaning.SALE, SALE))
        for s in states
    ],
)
def test_state_is_understood(state: str, meaning: Meaning):
    assert meaning_of(state) is meaning


@pytest.mark.parametrize(
    "state",
    [
        "not cancelled",
        "not yet cancelled",
        "nicht storniert",
        "uncancelled",
        "未キャンセル",
        "キャンセル不可",
        "취소불가",
        "blue",
        "A7",
    ],
)
def test_other_words_are_not_known(state: str):
    assert meaning_of(state) is None


def test_only_sales_reach_the_ledger_and_unknown_states_are_told(tmp_path: Path):
    states = ["完了"] * 6 + ["キャンセル", "支払い待ち", "返品", "Zug um Zug"]
    lines = [f"c{i},2024-01-{i + 1:02d},10,{s}" for i, s in enumerate(states)]
    (tmp_path / "shop.csv").write_text(
        "\n".join(["customer,day,total,status", *lines]) + "\n", encoding="utf-8"
    )
    fields = ("customer_id", "customer"), ("date", "day"), ("amount", "total"), ("status", "status")
    mapping = {ColumnField(f): c for f, c in fields}
    settings = Settings(home=tmp_path)
    staged = stage_uploads(
        settings, ShopConfig(name="s"), [tmp_path / "shop.csv"], mapping=mapping, exact_mapping=True
    )
    assert len(read_table(settings.shops_dir / "s" / "staged", "transactions")) == 7
    assert (staged.counts["rejected_cancelled"], staged.counts["rejected_unfinished"]) == (2, 1)
    told = " ".join(staged.warnings)
    assert "'Zug um Zug' with 1 row and 10 % of the revenue" in told and "'支払い待ち' with 1 row" in told
