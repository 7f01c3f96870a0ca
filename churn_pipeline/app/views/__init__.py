"""The pages, one file each. (Streamlit itself would take a folder of the name `pages` for its own.)"""
