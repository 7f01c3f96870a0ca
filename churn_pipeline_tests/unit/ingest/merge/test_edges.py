"""Orders at the first or last instant of a file, which may have been cut there."""

from churn_pipeline_tests.builders.delivered_files import HEAD, deliver, ledger


def test_an_order_at_the_edge_of_a_file_is_only_added_to(settings, tmp_path):
    deliver(settings, tmp_path / "1.csv", HEAD + "z,1,2024-01-01 08:00,1,q\na,7,2024-02-01 10:00,5,pen\n")
    deliver(settings, tmp_path / "2.csv", HEAD + "a,7,2024-02-01 10:00,6,ink\nz,9,2024-03-01 08:00,1,q\n")
    assert sorted(ledger(settings).amount) == [1, 1, 5, 6]


def test_an_order_seen_whole_since_is_corrected_although_it_first_came_at_the_end_of_a_file(
    settings, tmp_path
):
    head = "customer,order,date,amount"
    deliver(
        settings,
        tmp_path / "1.csv",
        f"""{head},product
b,1,2024-01-04 14:00:00,7,tea
a,3,2024-01-05 16:00:00,1,tea
""",
    )
    deliver(
        settings,
        tmp_path / "2.csv",
        f"""{head}
b,1,2024-01-04 14:00:00,7
a,3,2024-01-05 16:00:00,1
b,4,2024-01-07 16:00:00,8
""",
    )
    renamed = f"""{head},product
a,3,2024-01-05 16:00:00,1,green tea
b,4,2024-01-07 16:00:00,8,tea
b,5,2024-01-08 13:00:00,9,tea
"""
    deliver(settings, tmp_path / "3.csv", renamed)
    assert ledger(settings).query("order_id == '3'")["product"].tolist() == ["green tea"]


def test_an_order_cut_by_the_end_of_a_file_stays_so_when_a_file_without_order_ids_enriches_it(
    settings, tmp_path
):
    """The third file has the order's other line, at its own first instant: no line is taken for another."""
    deliver(
        settings,
        tmp_path / "1.csv",
        """customer,order,date,amount,product
b,1,2024-01-04 09:00:00,7,tea
a,3,2024-01-05 09:37:25,1,cup
""",
    )
    deliver(
        settings,
        tmp_path / "2.csv",
        """customer,date,amount,product,category
b,2024-01-04 08:00:00,5,tea,drinks
a,2024-01-05 09:37:25,1,cup,ware
a,2024-01-05 09:37:32,11,pot,ware
b,2024-01-07 14:00:00,9,tea,drinks
""",
    )
    deliver(
        settings,
        tmp_path / "3.csv",
        """customer,order,date,amount,product,category
a,3,2024-01-05 09:37:32,11,pot,ware
b,4,2024-01-08 15:00:00,6,tea,drinks
""",
    )
    rows = ledger(settings)
    assert sorted(rows[rows.order_id == "3"].amount) == [1, 11] and rows.amount.sum() == 39
