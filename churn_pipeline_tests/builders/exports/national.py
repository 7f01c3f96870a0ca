"""Exports of national shop systems and tills, in the language of the country and its ways of writing dates
and numbers."""

import hashlib

import pandas as pd

from churn_pipeline_tests.builders.exports.export import Cells, Export, german
from churn_pipeline_tests.builders.exports.sales import goods, kinds


def _german_shop(d: pd.DataFrame) -> Cells:
    return {
        "Bestellnummer": "B" + d.order.astype(str),
        "Bestelldatum": d.ts.dt.strftime("%d.%m.%Y %H:%M"),
        "Versanddatum": d.shipped.dt.strftime("%d.%m.%Y"),
        "Kundennummer": [f"K{c:05d}" for c in d.customer],
        "Kundengruppe": "Endkunde",
        "Vorname": d["first"],
        "Nachname": d["last"],
        "Geburtsdatum": d.born.dt.strftime("%d.%m.%Y"),
        "PLZ": d.postcode,
        "Ort": d.city,
        "Artikelnummer": 4000 + d["product"],
        "Bezeichnung": goods(d["product"]),
        "Menge": d.qty,
        "Einzelpreis": german(d.price, " €"),
        "Rabatt": german(d.discount, " €"),
        "Gesamtpreis": german(d.total, " €"),
        "MwSt": "19 %",
        "Versandkosten": german(pd.Series(4.9, d.index), " €"),
        "Status": "abgeschlossen",
    }


def _french_shop(d: pd.DataFrame) -> Cells:
    return {
        "ID": d.order,
        "Référence": [hashlib.md5(str(o).encode()).hexdigest()[:9].upper() for o in d.order],  # noqa: S324 - a made-up reference
        "Nouveau client": (d.customer % 2),
        "Livraison": "France",
        "Client": d["first"].str[0] + ". " + d["last"] + " " + d.customer.astype(str),
        "Total": german(d.order_total, " €"),
        "Paiement": "Carte bancaire",
        "État": "Livré",
        "Date": d.ts.dt.strftime("%d/%m/%Y %H:%M:%S"),
    }


def _spanish_till(d: pd.DataFrame) -> Cells:
    return {
        "Nº Ticket": d.order,
        "Fecha": d.ts.dt.strftime("%d-%m-%Y"),
        "Hora": d.ts.dt.strftime("%H:%M"),
        "Cód. Cliente": [f"{c:06d}" for c in d.customer],
        "Artículo": goods(d["product"]),
        "Familia": kinds(d["product"]),
        "Uds.": d.qty,
        "P.V.P.": d.price,
        "Dto.": d.discount,
        "Importe": d.total,
        "Vendedor": d.order.map(lambda o: ("Luis", "Ana")[o % 2]),
        "Forma de pago": "Tarjeta",
    }


def _italian_till(d: pd.DataFrame) -> Cells:
    return {
        "Data scontrino": d.ts.dt.strftime("%d/%m/%Y"),
        "Numero scontrino": d.order,
        "Cassa": 1 + d.order % 3,
        "Tessera": [f"29{c:011d}" for c in d.customer],
        "Reparto": kinds(d["product"]),
        "Descrizione": goods(d["product"]),
        "Quantità": d.qty,
        "Prezzo unitario": d.price,
        "Totale riga": d.total,
        "Totale scontrino": d.order_total,
        "Punti": (d.total // 1).astype(int),
    }


def _swedish_club(d: pd.DataFrame) -> Cells:
    return {
        "Medlemsnr": 7_300_000 + d.customer,
        "Medlem sedan": d.born.dt.strftime("%Y-%m-%d"),
        "Köpdatum": d.ts.dt.strftime("%Y-%m-%d"),
        "Kvittonr": d.order,
        "Butik": d.city,
        "Belopp inkl. moms": german(d.order_total, " kr"),
        "Moms": german((d.order_total * 0.2).round(2), " kr"),
    }


def _polish_shop(d: pd.DataFrame) -> Cells:
    return {
        "Nr zamówienia": d.order,
        "Data zamówienia": d.ts.dt.strftime("%d.%m.%Y"),
        "Data wysyłki": d.shipped.dt.strftime("%d.%m.%Y"),
        "Nr klienta": d.customer + 100,
        "Nazwa towaru": goods(d["product"]),
        "Ilość": d.qty,
        "Cena": german(d.price),
        "Wartość brutto": german(d.total),
    }


def _russian_shop(d: pd.DataFrame) -> Cells:
    return {
        "Номер заказа": d.order,
        "Дата заказа": d.ts.dt.strftime("%d.%m.%Y"),
        "Код клиента": d.customer + 1,
        "Товар": goods(d["product"]),
        "Кол-во": d.qty,
        "Цена за ед.": german(d.price),
        "Сумма": german(d.total),
    }


def _japanese_shop(d: pd.DataFrame) -> Cells:
    return {
        "注文番号": d.order,
        "注文日時": d.ts.dt.strftime("%Y/%m/%d %H:%M"),
        "会員ID": d.customer + 1000,
        "商品名": goods(d["product"]),
        "数量": d.qty,
        "単価": (d.price * 100).round().astype(int),
        "小計": (d.total * 100).round().astype(int),
    }


NATIONAL = (
    Export(
        "german_shop",
        {
            "customer_id": "Kundennummer",
            "date": "Bestelldatum",
            "amount": "Gesamtpreis",
            "order_id": "Bestellnummer",
        },
        _german_shop,
        separator=";",
        encoding="cp1252",
    ),
    Export(
        "french_shop",
        {"customer_id": "Client", "date": "Date", "amount": "Total", "order_id": "ID"},
        _french_shop,
        by_order=True,
        separator=";",
        also={"order_id": "Référence"},
    ),
    Export(
        "spanish_till",
        {"customer_id": "Cód. Cliente", "date": "Fecha", "amount": "Importe", "order_id": "Nº Ticket"},
        _spanish_till,
        separator=";",
        decimal=",",
        encoding="cp1252",
    ),
    Export(
        "italian_till",
        {
            "customer_id": "Tessera",
            "date": "Data scontrino",
            "amount": "Totale riga",
            "order_id": "Numero scontrino",
        },
        _italian_till,
        separator=";",
        decimal=",",
    ),
    Export(
        "swedish_club",
        {
            "customer_id": "Medlemsnr",
            "date": "Köpdatum",
            "amount": "Belopp inkl. moms",
            "order_id": "Kvittonr",
        },
        _swedish_club,
        by_order=True,
        separator="\t",
    ),
    Export(
        "polish_shop",
        {
            "customer_id": "Nr klienta",
            "date": "Data zamówienia",
            "amount": "Wartość brutto",
            "order_id": "Nr zamówienia",
        },
        _polish_shop,
        separator=";",
        encoding="cp1250",
    ),
    Export(
        "russian_shop",
        {"customer_id": "Код клиента", "date": "Дата заказа", "amount": "Сумма", "order_id": "Номер заказа"},
        _russian_shop,
        separator=";",
        encoding="cp1251",
    ),
    Export(
        "japanese_shop",
        {"customer_id": "会員ID", "date": "注文日時", "amount": "小計", "order_id": "注文番号"},
        _japanese_shop,
        encoding="cp932",
        truth="yen",
    ),
)
