"""The script that Streamlit runs for every visitor: sign-in, the shop, the pages.

`streamlit run churn_pipeline/app/start.py` works too, without any other service."""

from pathlib import Path

import streamlit as st

from churn_pipeline.app.asking import Refused
from churn_pipeline.app.chosen_shop import choose_shop
from churn_pipeline.app.navigation import pages, works_without_a_shop
from churn_pipeline.app.sign_in import is_signed_in, show_sign_in, sign_out
from churn_pipeline.app.views import welcome
from churn_pipeline.app.visitor import write_cookie
from churn_pipeline.app.waiting import answered, wait_for_answer

# a file: Streamlit would fetch a named icon from another host
ICON = Path(__file__).with_name("icon.svg")
# whoever goes through the menu by keyboard sees where they are
FOCUS = """<style>
[data-testid="stSidebarNavLink"]:focus-visible { outline: 2px solid currentColor; outline-offset: -2px; }
</style>"""


def main() -> None:
    """One run of the script."""
    st.set_page_config(page_title="Churn", page_icon=str(ICON), layout="wide")
    st.html(FOCUS)
    try:
        entered = is_signed_in()
        page = st.navigation(pages(), position="sidebar" if entered else "hidden")
        write_cookie()
        if not entered:
            show_sign_in()
            return
        shop = choose_shop()
        if "token" in st.session_state:
            st.sidebar.button("Sign out", on_click=sign_out)
        if shop is None and not works_without_a_shop(page):
            welcome.show()
        else:
            page.run()
        answered()
    except Refused as refused:
        if refused.status == 0:
            wait_for_answer(refused)
        else:
            st.error(f"**{refused.title}.** {refused.detail}", icon=":material/error:")


main()
