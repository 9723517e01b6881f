"""Ostrakon in the browser: `streamlit run app.py`. Only the router; pages/ shows and asks, core/ decides."""

import streamlit as st

from pages.components.frame import draw_frame
from pages.components.memory import spare_what_lasts
from pages.components.reviewing import put_down
from pages.components.table import let_go
from pages.components.workspace import workspace

st.set_page_config(page_title="Ostrakon", page_icon="🏺", layout="wide", initial_sidebar_state="collapsed")

page = st.navigation(
    [
        st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
        st.Page("pages/upload.py", title="Upload", icon=":material/upload:"),
        st.Page("pages/predict.py", title="Predictions", icon=":material/grid_view:"),
        st.Page("pages/correct.py", title="Correct", icon=":material/brush:"),
        st.Page("pages/training_set.py", title="Training set", icon=":material/school:"),
        st.Page("pages/retrain.py", title="Retrain", icon=":material/model_training:"),
        st.Page("pages/models.py", title="Models", icon=":material/account_tree:"),
    ],
    position="top",
)
draw_frame()
if page.title != "Correct":
    let_go()
if page.title not in ("Correct", "Predictions"):
    put_down(workspace())
page.run()
spare_what_lasts(page.title)
