"""Exports of shop systems and tills that are used everywhere."""

import numpy as np
import pandas as pd

from churn_pipeline_tests.builders.exports.export import Cells, Export, first_line, german, money
from churn_pipeline_tests.builders.exports.sales import goods, kinds


def _shopify(d: pd.DataFrame) -> Cells:
    zone = " -0500"
    return {
        "Name": "#" + d.order.astype(str),
        "Email": d.email,
        "Financial Status": first_line(d, pd.Series("paid", d.index)),
        "Paid at": first_line(d, d.ts.dt.strftime("%Y-%m-%d %H:%M:%S") + zone),
        "Fulfillment Status": first_line(d, pd.Series("fulfilled", d.index)),
        "Fulfilled at": first_line(d, d.shipped.dt.strftime("%Y-%m-%d %H:%M:%S") + zone),
        "Accepts Marketing": first_line(d, pd.Series("yes", d.index)),
        "Currency": first_line(d, pd.Series("USD", d.index)),
        "Subtotal": first_line(d, d.order_total),
        "Shipping": first_line(d, pd.Series(4.95, d.index)),
        "Taxes": first_line(d, (d.order_total * 0.08).round(2)),
        "Total": first_line(d, (d.order_total * 1.08 + 4.95).round(2)),
        "Discount Code": "",
        "Discount Amount": first_line(d, pd.Series(0.0, d.index)),
        "Shipping Method": first_line(d, pd.Series("Standard", d.index)),
        "Created at": d.ts.dt.strftime("%Y-%m-%d %H:%M:%S") + zone,
        "Lineitem quantity": d.qty,
        "Lineitem name": goods(d["product"]),
        "Lineitem price": d.price,
        "Lineitem compare at price": "",
        "Lineitem sku": "SKU-" + d["product"].astype(str),
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": "fulfilled",
        "Billing Name": first_line(d, d["first"] + " " + d["last"]),
        "Billing City": first_line(d, d.city),
        "Billing Zip": first_line(d, "'" + d.postcode),
        "Billing Phone": first_line(d, d.phone),
        "Cancelled at": "",
        "Payment Method": first_line(d, pd.Series("Shopify Payments", d.index)),
        "Refunded Amount": first_line(d, pd.Series(0.0, d.index)),
        "Vendor": "Own brand",
        "Id": first_line(d, 5_500_000_000_000 + d.order * 7919),
        "Tags": "",
        "Source": first_line(d, pd.Series("web", d.index)),
        "Lineitem discount": 0,
    }


def _woocommerce_lines(d: pd.DataFrame) -> Cells:
    return {
        "Order Number": d.order,
        "Order Status": "Completed",
        "Order Date": d.ts.dt.strftime("%Y-%m-%d %H:%M"),
        "Customer Note": "",
        "First Name (Billing)": d["first"],
        "Last Name (Billing)": d["last"],
        "City (Billing)": d.city,
        "Postcode (Billing)": d.postcode,
        "Country Code (Billing)": "GB",
        "Email (Billing)": d.email,
        "Phone (Billing)": d.phone,
        "Payment Method Title": "Credit card",
        "Cart Discount Amount": 0,
        "Order Subtotal Amount": d.order_total,
        "Order Shipping Amount": 4.9,
        "Order Refund Amount": 0,
        "Order Total Amount": (d.order_total + 4.9).round(2),
        "SKU": "TEA-" + d["product"].astype(str),
        "Item #": d.line,
        "Item Name": goods(d["product"]),
        "Quantity (- Refund)": d.qty,
        "Item Cost": d.price,
        "Coupon Code": "",
        "Discount Amount": 0,
    }


def _woocommerce_stats(d: pd.DataFrame) -> Cells:
    return {
        "order_id": d.order,
        "parent_id": 0,
        "date_created": d.ts.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "date_created_gmt": (d.ts - pd.Timedelta(hours=1)).dt.strftime("%Y-%m-%d %H:%M:%S"),
        "num_items_sold": d["items"],
        "total_sales": d.order_total,
        "tax_total": (d.order_total * 0.19).round(2),
        "shipping_total": 0,
        "net_total": (d.order_total * 0.81).round(2),
        "returning_customer": (d.customer % 2),
        "status": "wc-completed",
        "customer_id": d.customer + 1,
    }


def _square(d: pd.DataFrame) -> Cells:
    return {
        "Date": d.ts.dt.strftime("%m/%d/%y"),
        "Time": d.ts.dt.strftime("%H:%M:%S"),
        "Time Zone": "Eastern Time (US & Canada)",
        "Category": kinds(d["product"]),
        "Item": goods(d["product"]),
        "Qty": d.qty.map("{:.1f}".format),
        "Price Point Name": "Regular",
        "SKU": "",
        "Modifiers Applied": "",
        "Gross Sales": money((d.qty * d.price).round(2)),
        "Discounts": money(-d.discount),
        "Net Sales": money(d.total),
        "Tax": money((d.total * 0.08).round(2)),
        "Transaction ID": [f"T{o * 7919:x}XyZ" for o in d.order],
        "Payment ID": [f"P{o * 104729:x}" for o in d.order],
        "Device Name": "Till 1",
        "Notes": "",
        "Details": "https://squareup.example/dashboard/sales",
        "Event Type": "Payment",
        "Location": d.city.where(d.order % 2 == 0, "Market"),
        "Dining Option": "",
        "Customer ID": [f"CUST{c * 31337:X}" for c in d.customer],
        "Customer Name": d["first"] + " " + d["last"],
        "Customer Reference ID": "",
        "Unit": "ea",
        "Count": d.qty,
        "Employee": d.order.map(lambda o: ("Sam", "Alex", "Jo")[o % 3]),
        "Channel": "Point of sale",
    }


def _lightspeed(d: pd.DataFrame) -> Cells:
    return {
        "Sale ID": d.order,
        "Line ID": 90_000 + np.arange(len(d)),
        "Completed": d.ts.dt.strftime("%d/%m/%Y %I:%M %p"),
        "Customer": d["first"] + " " + d["last"] + " " + d.customer.astype(str),
        "Customer ID": 500 + d.customer,
        "Item": goods(d["product"]),
        "System ID": 210_000_000_000 + d["product"],
        "Category": kinds(d["product"]),
        "Qty": d.qty,
        "Retail": money(d.price, "£"),
        "Subtotal": money((d.qty * d.price).round(2), "£"),
        "Discount": money(d.discount, "£"),
        "Total": money(d.total, "£"),
        "Cost": money((d.price * 0.4).round(2), "£"),
        "Profit": money((d.total * 0.6).round(2), "£"),
        "Margin": "60%",
        "Employee": d.order.map(lambda o: ("Sam Ray", "Alex Lee")[o % 2]),
        "Register": "Register 1",
        "Shop": "High Street",
    }


def _magento_orders(d: pd.DataFrame) -> Cells:
    return {
        "ID": [f"{o:09d}" for o in d.order],
        "Purchase Point": "Main Website Main Website Store Default Store View",
        "Purchase Date": d.ts.dt.strftime("%b %d, %Y, %I:%M:%S %p"),
        "Bill-to Name": d["first"] + " " + d["last"],
        "Ship-to Name": d["first"] + " " + d["last"],
        "Grand Total (Base)": d.order_total,
        "Grand Total (Purchased)": d.order_total,
        "Status": "complete",
        "Billing Address": d.city + "," + d.postcode,
        "Shipping Information": "Flat Rate - Fixed",
        "Customer Email": d.email,
        "Customer Group": "General",
        "Subtotal": (d.order_total - 5).round(2),
        "Shipping and Handling": 5,
        "Customer Name": d["first"] + " " + d["last"],
        "Payment Method": "checkmo",
        "Total Refunded": "",
    }


def _magento_table(d: pd.DataFrame) -> Cells:
    return {
        "entity_id": d.order - 10_000,
        "state": "complete",
        "status": "complete",
        "coupon_code": "",
        "store_id": 1,
        "customer_id": d.customer + 17,
        "base_discount_amount": 0,
        "base_grand_total": d.order_total,
        "base_shipping_amount": 5,
        "base_subtotal": (d.order_total - 5).round(2),
        "base_tax_amount": 0,
        "discount_amount": 0,
        "grand_total": d.order_total,
        "shipping_amount": 5,
        "subtotal": (d.order_total - 5).round(2),
        "total_paid": d.order_total,
        "total_qty_ordered": d["items"],
        "customer_dob": d.born.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "increment_id": [f"{o:09d}" for o in d.order],
        "customer_email": d.email,
        "customer_firstname": d["first"],
        "customer_group_id": 1,
        "created_at": d.ts.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "updated_at": d.shipped.dt.strftime("%Y-%m-%d %H:%M:%S"),
        "total_item_count": d["items"],
    }


def _sap(d: pd.DataFrame) -> Cells:
    return {
        "MANDT": "100",
        "VBELN": [f"{90_000_000 + o:010d}" for o in d.order],
        "POSNR": [f"{10 * n:06d}" for n in d.line],
        "FKART": "F2",
        "FKDAT": d.ts.dt.strftime("%d.%m.%Y"),
        "ERDAT": d.shipped.dt.strftime("%d.%m.%Y"),
        "VKORG": "1000",
        "KUNAG": [f"{c + 4711:010d}" for c in d.customer],
        "MATNR": [f"{p + 880:018d}" for p in d["product"]],
        "ARKTX": goods(d["product"]),
        "MATKL": [f"{p % 4:04d}" for p in d["product"]],
        "FKIMG": [f"{q},000" for q in d.qty],
        "VRKME": "ST",
        "NETWR": german(d.total),
        "MWSBP": german((d.total * 0.19).round(2)),
        "WAERK": "EUR",
        "WERKS": "0001",
    }


SYSTEMS = (
    Export(
        "shopify",
        {
            "customer_id": "Email",
            "date": "Created at",
            "quantity": "Lineitem quantity",
            "unit_price": "Lineitem price",
            "order_id": "Name",
        },
        _shopify,
        truth="gross",
    ),
    Export(
        "woocommerce_lines",
        {
            "customer_id": "Email (Billing)",
            "date": "Order Date",
            "quantity": "Quantity (- Refund)",
            "unit_price": "Item Cost",
            "order_id": "Order Number",
        },
        _woocommerce_lines,
        truth="gross",
    ),
    Export(
        "woocommerce_stats",
        {
            "customer_id": "customer_id",
            "date": "date_created",
            "amount": "total_sales",
            "order_id": "order_id",
        },
        _woocommerce_stats,
        by_order=True,
    ),
    Export(
        "square",
        {"customer_id": "Customer ID", "date": "Date", "amount": "Net Sales", "order_id": "Transaction ID"},
        _square,
    ),
    Export(
        "lightspeed",
        {"customer_id": "Customer ID", "date": "Completed", "amount": "Total", "order_id": "Sale ID"},
        _lightspeed,
    ),
    Export(
        "magento_orders",
        {
            "customer_id": "Customer Email",
            "date": "Purchase Date",
            "amount": "Grand Total (Purchased)",
            "order_id": "ID",
        },
        _magento_orders,
        by_order=True,
        also={"amount": "Grand Total (Base)"},
    ),
    Export(
        "magento_table",
        {
            "customer_id": "customer_id",
            "date": "created_at",
            "amount": "grand_total",
            "order_id": "increment_id",
        },
        _magento_table,
        by_order=True,
        also={"order_id": "entity_id"},
    ),
    Export(
        "sap",
        {"customer_id": "KUNAG", "date": "FKDAT", "amount": "NETWR", "order_id": "VBELN"},
        _sap,
        separator=";",
    ),
)
