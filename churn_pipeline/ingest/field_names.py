"""What shops call their columns, in several languages, and how well a column's name says that it is a field."""

import re
import unicodedata

from churn_pipeline.shops import ColumnField as F

_NAMES: dict[F, str] = {
    F.CUSTOMER_ID: (
        "customer id, customerid, customer, client id, client, user id, userid, member id, membership number, loyalty card, card number, account id, buyer id, "
        "shopper id, household id, household key, customer no, customer number, cust id, cust no, consumer id, person id, visitor id, kundennummer, kunden nr, "
        "kunde, kunden id, kundenid, numero client, code client, id client, cliente, id cliente, codigo cliente, codice cliente, cod cliente, klant, "
        "klantnummer, klant id, kundnummer, kund, kundenr, asiakas, asiakasnumero, klient, id klienta, nr klienta, zakaznik, musteri, musteri no, "
        "клиент, id клиента, номер клиента, покупатель, 客户, 客户编号, 顧客, 顧客id, 会員番号"
    ),
    F.DATE: (
        "order date, invoice date, transaction date, purchase date, sale date, sales date, date, datetime, timestamp, order timestamp, purchase timestamp, "
        "created at, created, ordered at, paid at, transaction time, transaction timestamp, order time, time, day, event time, t dat, datum, bestelldatum, kaufdatum, rechnungsdatum, "
        "bestelldatum uhrzeit, belegdatum, date commande, date de commande, date achat, date vente, date facture, fecha, fecha pedido, fecha compra, fecha venta, "
        "data, data ordine, data acquisto, data vendita, data compra, data pedido, besteldatum, aankoopdatum, orderdatum, kopdatum, ostopaiva, paivamaara, dato, "
        "data zamowienia, data zakupu, datum objednavky, tarih, siparis tarihi, дата, дата заказа, дата покупки, 日期, 订单日期, 日付, 注文日"
    ),
    F.AMOUNT: (
        "amount, total amount, order total, total, total price, order value, order amount, line total, net amount, gross amount, sales value, sales amount, "
        "sales, revenue, spend, spent, purchase amount, transaction amount, invoice total, grand total, subtotal, paid, amount paid, payment value, turnover, value, betrag, "
        "gesamtbetrag, summe, umsatz, gesamtpreis, rechnungsbetrag, montant, montant total, total ttc, montant ttc, chiffre affaires, importe, importe total, "
        "monto, importo, totale, importo totale, valor, valor total, bedrag, totaalbedrag, omzet, belopp, summa, belop, kwota, wartosc, castka, cena celkem, "
        "tutar, toplam, сумма, итого, стоимость, 金额, 总金额, 金額, 合計"
    ),
    F.ORDER_ID: (
        "order id, orderid, order no, order number, order, invoice, invoice no, invoice id, invoice number, transaction id, transaction no, basket id, basket, "
        "receipt, receipt id, receipt number, ticket, bill no, sale id, name order, bestellnummer, bestell nr, auftragsnummer, rechnungsnummer, belegnummer, bon nr, bestellung, "
        "numero commande, id commande, commande, numero facture, pedido, numero pedido, id pedido, numero factura, ordine, numero ordine, id ordine, "
        "scontrino, bestelling, bestelnummer, ordernummer, ordernr, kvitto, tilausnumero, zamowienie, nr zamowienia, cislo objednavky, siparis no, "
        "заказ, номер заказа, чек, 订单号, 订单编号, 注文番号"
    ),
    F.PRODUCT: (
        "product, product id, product name, productid, item, item id, item name, article, article id, sku, stock code, stockcode, description, lineitem name, product code, "
        "asin, upc, ean, artikel, artikelnummer, produkt, bezeichnung, produit, designation, reference, producto, descripcion, articulo, prodotto, articolo, "
        "descrizione, produto, tuote, vyrobek, urun, товар, артикул, наименование, 商品, 产品"
    ),
    F.CATEGORY: (
        "category, product category, department, category name, product type, product group, segment product, sub category, kategorie, warengruppe, "
        "produktkategorie, categorie, rayon, categoria, reparto, departamento, afdeling, kategori, kategoria, категория, 类别, カテゴリ"
    ),
    F.QUANTITY: (
        "quantity, qty, units, count, number of items, items, pieces, cds, lineitem quantity, order quantity, menge, anzahl, stuck, stueckzahl, quantite, qte, nombre, cantidad, "
        "unidades, quantita, qta, pezzi, quantidade, aantal, antal, maara, ilosc, mnozstvi, adet, количество, кол во, 数量"
    ),
    F.DISCOUNT: (
        "discount, discount amount, discounts, coupon, coupon value, rebate, price reduction, rabatt, nachlass, remise, reduction, descuento, sconto, desconto, korting, "
        "alennus, rabat, sleva, indirim, скидка, 折扣, 割引"
    ),
    F.UNIT_PRICE: (
        "unit price, unitprice, price per unit, item price, price each, price, selling price, lineitem price, einzelpreis, stuckpreis, preis, prix unitaire, prix, "
        "precio unitario, precio, prezzo unitario, prezzo, preco unitario, preco, stuksprijs, prijs, pris, styckpris, cena jednostkowa, cena, birim fiyat, fiyat, "
        "цена, 单价, 単価"
    ),
    F.NAME: (
        "customer name, full name, client name, billing name, name customer, name, first name, last name, kundenname, nom client, nom, nombre cliente, nombre, "
        "nome cliente, nome, naam, klantnaam, namn, имя, фио"
    ),
    F.EMAIL: "email, e mail, email address, customer email, mail, e mail adresse, courriel, correo, correo electronico, почта, 邮箱, メール",
    F.PHONE: "phone, phone number, telephone, mobile, tel, telefon, telefonnummer, handy, telefono, telefone, telefoon, puhelin, телефон, 电话",
    F.STATUS: "order status, status, state order, financial status, payment status, bestellstatus, statut, estado pedido, estado, stato ordine, stato, статус",
}  # fmt: skip


def plain_name(name: str) -> str:
    """A column's name as lower-case words without accents: 'CustomerID', 'customer_id' and 'Customer-Id' are 'customer id'."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    bare = "".join(c for c in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare.lower()))


_PHRASES = {field: [plain_name(n) for n in names.split(",")] for field, names in _NAMES.items()}


def name_score(column: str, field: F) -> float:
    """How well a name says the field, 0-1: all of it (the more usual the name the better), or only some of its words."""
    name = plain_name(column)
    phrases = _PHRASES[field]
    if name in phrases:
        return 0.98 - 0.1 * phrases.index(name) / len(phrases)
    joined = name.replace(" ", "")
    if any(joined == p.replace(" ", "") for p in phrases):
        return 0.88
    words = name.split()
    inside = [p for p in phrases if _contains(words, p.split())]
    if not inside:
        return 0.0
    longest = max(inside, key=lambda p: len(p.split()))
    return 0.45 + 0.3 * len(longest.split()) / len(words)


def _contains(words: list[str], part: list[str]) -> bool:
    return any(words[i : i + len(part)] == part for i in range(len(words) - len(part) + 1))
