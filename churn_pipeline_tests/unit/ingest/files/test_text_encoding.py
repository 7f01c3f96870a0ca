"""The encoding of a file is told by its words."""

from pathlib import Path

import pytest

from churn_pipeline.ingest.files.text_encoding import find_encoding


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("주문취소,결제완료,배송준비중,환불완료,입금대기", "euc_kr"),
        ("キャンセル,発送済み,支払い待ち", "shift_jis"),
        ("已取消,已付款,退款成功", "gb18030"),
        ("отменён,оплачен,ожидает оплаты", "cp1251"),
    ],
)
def test_the_states_of_orders_alone_tell_it(tmp_path: Path, words: str, encoding: str):
    file = tmp_path / "states.csv"
    file.write_bytes("".join(f"K{n},{w}\r\n" for n, w in enumerate(words.split(","))).encode(encoding))
    assert find_encoding(file, file.name) == encoding
