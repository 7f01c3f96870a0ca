"""Where the app asks its questions: the API at a given address, or one that this process serves itself."""

import streamlit as st

from churn_pipeline.core.settings import Settings


@st.cache_resource(show_spinner=False)
def api_address() -> str:
    """The API's address, without a slash at its end: CHURN_API_URL, or an API of this process alone."""
    settings = Settings()
    if settings.api_url:
        return settings.api_url.rstrip("/")
    from churn_pipeline.api.serve import serve_beside

    return serve_beside(settings)
