"""The app for people who never open a shell: Streamlit pages over the REST API.

Every number that a page shows was asked of the API, over the network or, for one process alone, of an API
that this process serves to itself (connection.py). A page asks, draws and nothing else; what it works out
stands in plain functions beside it, that run without Streamlit."""
