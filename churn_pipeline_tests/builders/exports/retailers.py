"""Exports of marketplaces, loyalty tills and data sets, of odd shapes."""

import hashlib

import numpy as np
import pandas as pd

from churn_pipeline_tests.builders.exports.export import Cells, Export
from churn_pipeline_tests.builders.exports.sales import goods, kinds


def _olist(d: pd.DataFrame) -> Cells:
    digest = [hashlib.md5(f"{o}".encode()).hexdigest() for o in d.order]  # noqa: S324 - a made-up id
    return {
        "order_id": digest,
        "customer_id": [x[::-1] for x in digest],
        "order_status": "delivered",
        "order_purchase_timestamp": d.ts.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "order_approved_at": (d.ts + pd.Timedelta(hours=1)).dt.strftime("%Y-%m-%d %H:%M:%S"),
        "order_delivered_customer_date": d.shipped.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "order_estimated_delivery_date": (d.ts + pd.Timedelta(days=20)).dt.strftime("%Y-%m-%d 00:00:00"),
        "order_item_id": d.line,
        "product_id": [hashlib.md5(f"p{p}".encode()).hexdigest() for p in d["product"]],  # noqa: S324
        "seller_id": [hashlib.md5(f"s{p % 7}".encode()).hexdigest() for p in d["product"]],  # noqa: S324
        "price": d.total,
        "freight_value": 8.72,
        "customer_unique_id": [hashlib.md5(f"c{c}".encode()).hexdigest() for c in d.customer],  # noqa: S324
        "customer_zip_code_prefix": d.postcode,
        "customer_city": d.city,
        "customer_state": "SP",
    }


def _superstore(d: pd.DataFrame) -> Cells:
    return {
        "Row ID": np.arange(1, len(d) + 1),
        "Order ID": "CA-2023-" + d.order.astype(str),
        "Order Date": d.ts.dt.strftime("%m/%d/%Y"),
        "Ship Date": d.shipped.dt.strftime("%m/%d/%Y"),
        "Ship Mode": "Second Class",
        "Customer ID": d["first"].str[:2].str.upper() + "-" + (d.customer + 10_000).astype(str),
        "Customer Name": d["first"] + " " + d["last"],
        "Segment": "Consumer",
        "City": d.city,
        "Postal Code": d.postcode,
        "Product ID": "FUR-" + d["product"].astype(str),
        "Category": kinds(d["product"]),
        "Sub-Category": kinds(d["product"] + 1),
        "Product Name": goods(d["product"]),
        "Sales": d.total,
        "Quantity": d.qty,
        "Discount": np.where(d.discount > 0, 0.1, 0.0),
        "Profit": (d.total * 0.3 - 4).round(4),
    }


def _taxed_lines(d: pd.DataFrame) -> Cells:
    return {
        "transaction_id": 80_712_190_438 + d.order * 13,
        "cust_id": 270_351 + d.customer,
        "tran_date": d.ts.dt.strftime("%d-%m-%Y"),
        "prod_subcat_code": d["product"] % 12,
        "prod_cat_code": d["product"] % 4,
        "Qty": d.qty,
        "Rate": d.price,
        "Tax": (d.qty * d.price * 0.105).round(3),
        "total_amt": (d.qty * d.price * 1.105).round(3),
        "Store_type": "e-Shop",
    }


def _units_called_amount(d: pd.DataFrame) -> Cells:
    return {
        "TRANSACTION_DT": d.ts.dt.strftime("%m/%d/%Y"),
        "CUSTOMER_ID": [f"{c + 1038:08d}" for c in d.customer],
        "AGE_GROUP": "35-39",
        "PIN_CODE": "115",
        "PRODUCT_SUBCLASS": 100_000 + d["product"] % 12,
        "PRODUCT_ID": 4_710_000_000_000 + d["product"],
        "AMOUNT": d.qty,
        "ASSET": (d.total * 0.7).round(0),
        "SALES_PRICE": d.total,
    }


def _marketplace(d: pd.DataFrame) -> Cells:
    return {
        "amazon-order-id": [f"206-{o:07d}-{o * 7 % 9_999_999:07d}" for o in d.order],
        "purchase-date": d.ts.dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "payments-date": d.ts.dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "shipment-date": d.shipped.dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "buyer-email": [
            f"{hashlib.md5(str(c).encode(), usedforsecurity=False).hexdigest()[:14]}@marketplace.example"
            for c in d.customer
        ],
        "buyer-name": d["first"],
        "sku": "SKU" + d["product"].astype(str),
        "product-name": goods(d["product"]),
        "quantity-shipped": d.qty,
        "currency": "GBP",
        "item-price": d.total,
        "item-tax": (d.total * 0.2).round(2),
        "shipping-price": 0.0,
        "ship-city": d.city,
        "ship-postal-code": d.postcode,
        "fulfillment-channel": "AFN",
    }


def _events(d: pd.DataFrame) -> Cells:
    return {
        "event_time": d.ts.dt.strftime("%Y-%m-%d %H:%M:%S UTC"),
        "order_id": 2_294_359_932_054_536_986 + d.order,
        "product_id": 1_515_966_223_509_089_906 + d["product"],
        "category_id": 2_268_105_426_648_170_900 + d["product"] % 4,
        "category_code": kinds(d["product"]),
        "brand": "own",
        "price": d.total,
        "user_id": 1_515_915_625_441_993_984 + d.customer,
    }


def _loyalty_till(d: pd.DataFrame) -> Cells:
    return {
        "store_no": 1 + d.order % 4,
        "till_no": 1 + d.order % 3,
        "cashier_id": 30 + d.order % 6,
        "receipt_no": d.order,
        "loyalty_card": 6_330_000_000_000_000 + d.customer,
        "txn_ts": (d.ts.astype("datetime64[s]").astype("int64")),
        "basket_value": d.order_total,
        "no_of_items": d["items"],
        "points_earned": (d.order_total // 2).astype(int),
    }


def _three_columns(d: pd.DataFrame) -> Cells:
    return {
        "a": [f"{c:05d}" for c in d.customer],
        "b": d.ts.dt.strftime("%Y%m%d"),
        "c": d["items"],
        "d": d.order_total,
    }


RETAILERS = (
    Export(
        "olist",
        {
            "customer_id": "customer_unique_id",
            "date": "order_purchase_timestamp",
            "amount": "price",
            "order_id": "order_id",
        },
        _olist,
    ),
    Export(
        "superstore",
        {"customer_id": "Customer ID", "date": "Order Date", "amount": "Sales", "order_id": "Order ID"},
        _superstore,
    ),
    Export(
        "taxed_lines",
        {"customer_id": "cust_id", "date": "tran_date", "amount": "total_amt", "order_id": "transaction_id"},
        _taxed_lines,
        truth="taxed",
    ),
    Export(
        "units_called_amount",
        {
            "customer_id": "CUSTOMER_ID",
            "date": "TRANSACTION_DT",
            "amount": "SALES_PRICE",
            "quantity": "AMOUNT",
        },
        _units_called_amount,
    ),
    Export(
        "marketplace",
        {
            "customer_id": "buyer-email",
            "date": "purchase-date",
            "amount": "item-price",
            "order_id": "amazon-order-id",
        },
        _marketplace,
        separator="\t",
    ),
    Export(
        "events",
        {"customer_id": "user_id", "date": "event_time", "amount": "price", "order_id": "order_id"},
        _events,
    ),
    Export(
        "loyalty_till",
        {"customer_id": "loyalty_card", "date": "txn_ts", "amount": "basket_value", "order_id": "receipt_no"},
        _loyalty_till,
        by_order=True,
        separator="|",
    ),
    Export(
        "no_header",
        {"customer_id": "column_1", "date": "column_2", "amount": "column_4"},
        _three_columns,
        by_order=True,
        header=False,
    ),
)
