"""What if, for many customers at once: a file of questions, a row of answers for each."""

import pandas as pd
import streamlit as st

from churn_pipeline.app.asking import Refused, send_file
from churn_pipeline.app.contents.customers import answer_rows
from churn_pipeline.reports.tables.written_tables import csv_text

SHOWN = 50
EXAMPLE = "customer_id,order\nC00542,2025-01-31:40\nC01834,2025-01-31:25;2025-02-10:25\n"


def ask_by_file(shop: str) -> None:
    """Shows where the file goes, and the answers to it."""
    st.write(
        "A CSV file with a column `customer_id`, and `order` (DATE:AMOUNT, several with `;` between them) or "
        "a column for each feature that is set. Empty cells leave things as they are; nothing is stored."
    )
    st.download_button("An example", EXAMPLE, "questions.csv", "text/csv", on_click="ignore")
    file = st.file_uploader("File of questions", type="csv", key="questions")
    if file is None:
        return
    try:
        answers = send_file(f"/what-if/{shop}/file", file.name, file)
    except Refused as refused:
        st.error(str(refused))
        return
    st.table(answer_rows(answers[:SHOWN]), hide_index=True)
    if len(answers) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(answers):,}; the file has all.")
    st.download_button(
        "Download the answers",
        csv_text(pd.DataFrame(answers)),
        f"{shop}_what_if.csv",
        "text/csv",
        on_click="ignore",
    )
