"""The encoding of a text file: from its byte-order mark, its zero bytes, or by decoding; never a replacement
character."""

import codecs
import re
from pathlib import Path

from churn_pipeline.core.errors import BadInput

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MULTIBYTE = ("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp949", "cp932", "johab")
_SINGLE_BYTE = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "iso8859_15",
    "iso8859_2",
    "koi8_r",
    "mac_roman",
    "cp850",
    "cp437",
]
_SAMPLE = 64 * 1024
_BLOCK = 4 << 20
_LEAST_COMMON = 0.25
_CONTROLS = [bytes([b]) for b in range(1, 32) if b not in b"\t\n\v\f\r\x1a\x1b"]
_FEW_CONTROLS = 0.02
_FEW_ZEROS = 0.01
"""Share of zero bytes up to which a text is only padded with them, as old systems pad their fields."""


def find_encoding(path: Path, name: str) -> str:
    """Python's name of a text file's encoding.

    UTF-8 is proved by decoding the whole file. Otherwise the words that hold other characters decide: the
    encoding under which they are letters of one script, Windows-1252 (which contains Latin-1's letters)
    before the others where nothing tells them apart. (charset-normalizer 3.5 named the right one for 5 of our
    14 small files: a shop's export has few words, and they are names.)

    Raises:
        BadInput: the file is no text.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head.count(0) > _FEW_ZEROS * len(head):
        return _zero_bytes(head, name)
    if sum(map(head.count, _CONTROLS)) > _FEW_CONTROLS * len(head):
        raise _no_text(name)
    position = _first_not_utf8(path)
    return "utf-8" if position is None else _by_words(_foreign_lines(path, position))


def _zero_bytes(head: bytes, name: str) -> str:
    """UTF-16 without a mark has its zero bytes on one side of each pair; anything else with zero bytes is no
    text."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > 0.4 * len(head) / 2 and min(even, odd) < 0.1 * len(head) / 2:
        return "utf-16-be" if even > odd else "utf-16-le"
    raise _no_text(name)


def _no_text(name: str) -> BadInput:
    return BadInput(
        f"{name} is no text, spreadsheet or Parquet file: deliver CSV, Excel, Parquet or JSON lines."
    )


def _first_not_utf8(path: Path) -> int | None:
    """Offset of about the first byte that is no UTF-8; None where all are."""
    decoder, position = codecs.getincrementaldecoder("utf-8")(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                return max(0, position + error.start - 4)
            position += len(block)
    return None if not decoder.getstate()[0] else position


def _foreign_lines(path: Path, start: int) -> bytes:
    """Up to 64 KiB of lines that hold bytes above 127."""
    lines: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        file.seek(max(0, start - 1024))
        for line in file:
            if not line.isascii():
                lines.append(line)
                size += len(line)
            if size > _SAMPLE:
                break
    return b"".join(lines)


def _by_words(sample: bytes) -> str:
    """The encoding under which the words with foreign characters make most sense."""
    asian = {e: _common_share(sample.decode(e)) for e in _MULTIBYTE if _decodes(sample, e)}
    if asian and max(asian.values()) > _LEAST_COMMON:
        return max(asian, key=lambda e: asian[e])
    scores = {e: _plausibility(sample.decode(e, errors="replace")) for e in _SINGLE_BYTE}
    best = max(scores.values())
    return next(e for e in _SINGLE_BYTE if scores[e] >= best - 1e-9)


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


_COMMON = set(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天能好都然没日月于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长"
    "客户编号订单期金额数量价格商品产类别名称件顾会员番号顧様注文付合計単価額円店個点東京山田中村川佐藤鈴木高橋太郎花子一二三四五六七八九十百千万王李张刘陈杨黄赵吴周"
    "這來國個說們為時會過學對裡後麼經頭動兩長開發當無電話戶編號訂單額數價產類別稱姓陳林黃張劉蔡楊吳許鄭謝郭洪茶飯麵"
)
"""The commonest ideographs, and those of columns and names in shops' files."""
_HANGUL = set(
    "이다는의가을에고하한로지기사리자대시어인도정나일아해서그제수부스장전라원은과동상주구선으면만보성여신조관비생공발오무치미안경계중세실소들적할국위용"
    "학후요방당바모양있없었것등까말때게내년월번호명님배송완료문취결환불반품량금액격합객회름화날짜김박최강윤임권황홍준확입진행택출"
)
"""The commonest Korean syllables, and those of columns, order states and names in shops' files."""


def _common_share(text: str) -> float:
    """Share of kana, Korean syllables of everyday use and common ideographs among the foreign characters."""
    foreign = [c for c in text if ord(c) > 127]
    common = sum(c in _COMMON or "\u3041" <= c <= "\u30fe" or c in _HANGUL for c in foreign)
    return common / len(foreign) if foreign else 0.0


_WESTERN = set("àáâãäåæçèéêëìíîïñòóôõöøùúûüýßœšžÿÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒ€£’‘“”–°®´·º™…\u00a0")
_CENTRAL = set("ąćčďęěłńňóřśšťůźżžőűĄĆČĎĘĚŁŃŇŘŚŠŤŮŹŻŽŐŰáéíýúâăîşţÁÉÍÝÚäöüßÄÖÜôľĺŕ€’–„”\u00a0")
_TURKISH = set("çğıöşüÇĞİÖŞÜâ€’")


def _plausibility(text: str) -> float:
    """How much the foreign characters look like one language's letters: the share that does, less the share
    of odd neighbours."""
    words = re.findall(r"[^\s\d,;|\t\"]*[^\x00-\x7f][^\s\d,;|\t\"]*", text)
    characters = [c for w in words for c in w if ord(c) > 127]
    if not characters:
        return 0.0
    alphabets = (
        sum(c in _WESTERN for c in characters),
        sum(c in _CENTRAL for c in characters) - 0.001,
        sum(c in _TURKISH for c in characters) - 0.002,
        sum("\u0400" <= c <= "\u045f" or c in "№€«»–" for c in characters) - 0.003,
        sum("\u0386" <= c <= "\u03ce" or c in "€«»–" for c in characters) - 0.003,
    )
    odd = sum(
        len(re.findall(r"[a-zà-ÿ][A-ZÀ-Þ]|[a-zA-Z][\u0400-\u04ff\u0386-\u03ce]|[а-яё][А-ЯЁ]|[α-ώ][Α-Ω]", w))
        for w in words
    )
    return (max(alphabets) - odd) / len(characters)
