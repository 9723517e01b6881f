"""What is new since the champion was trained, and what a run would make of it."""

import streamlit as st

from core.store.models import ModelVersion
from core.store.news import News, news_since
from core.store.workspace import Workspace
from pages.components.times import duration


def show_news(ws: Workspace, champion: ModelVersion | None, run_seconds: float) -> News:
    """A headline and what stands behind it; `run_seconds` is how long a run will take."""
    news = news_since(ws, champion)
    headline = counted(news.count, "correction") if news.count else "Nothing"
    is_or_are = "are" if news.count > 1 else "is"
    about = f"about {duration(run_seconds)} of training"
    st.markdown(f"#### {headline} {is_or_are} new{f', {about}' if news.count else ''}")
    if news.count:
        parts = [
            f"{news.teaching or 'None'} to learn from",
            f"{news.checking} to check the training" if news.checking else "",
            f"{news.testing} to test the model" if news.testing else "",
        ]
        known = f" {counted(news.known, 'other')} the champion knows." if news.known else ""
        st.caption(f"{', '.join(filter(None, parts))}.{known} A publication always stays on one side.")
    else:
        knows = f"The champion was trained with all {counted(news.known, 'approved drawing')}."
        st.caption(
            f"{knows} To train again takes about {duration(run_seconds)}."
            if news.known
            else "No drawing is approved for training."
        )
    return news


def counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"
