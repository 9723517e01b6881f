"""Who did what to a drawing's mask, when, and what they said about it."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from core.store import annotations, events
from core.store.annotations import ASIDE, Annotation
from core.store.drawings import Drawing
from core.store.events import Event, Share
from core.store.workspace import Workspace
from core.work.accepting import TAKEN_BACK
from pages.components.errors import showing_errors
from pages.components.literal import literal
from pages.components.times import day, duration
from pages.components.workspace import author


@dataclass(frozen=True)
class _Line:
    when: datetime
    text: str


def show_history(ws: Workspace, drawing: Drawing) -> None:
    """The drawing's history, the latest first, folded away, and where to write a comment."""
    happened = events.events(ws, drawing.id)
    said = sum(event.kind == events.COMMENT for event in happened)
    comments = "" if said == 0 else " · 1 comment" if said == 1 else f" · {said} comments"
    with st.expander(f"History{comments}", key="history"):
        _ask_for_comment(ws, drawing)
        shares = events.shares(ws, drawing.id)
        lines = [_of_event(event) for event in happened]
        for revision in annotations.history(ws, drawing.id):
            lines += _of_revision(revision, [share for share in shares if share.annotation_id == revision.id])
        lines.sort(key=lambda line: line.when, reverse=True)
        st.markdown("  \n".join(f":small[:gray[{day(line.when)}] &ensp; {line.text}]" for line in lines))


def _ask_for_comment(ws: Workspace, drawing: Drawing) -> None:
    form = st.form("comment", clear_on_submit=True, border=False)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Comment",
            placeholder="Write a comment for your colleagues",
            max_chars=events.LONGEST_COMMENT,
            label_visibility="collapsed",
        )
        is_sent = st.form_submit_button("Comment")
    if is_sent and text.strip():
        newest = annotations.newest(ws, drawing.id)
        with showing_errors():
            events.comment(ws, drawing.id, text, author=author(), annotation_id=newest.id if newest else None)
            st.rerun()


def _of_event(event: Event) -> _Line:
    told = {
        events.COMMENT: f"**{literal(event.author)}** “{literal(event.text)}”",
        events.TAKEN_OVER: f"**{literal(event.author)}** took over from {literal(event.text)}",
        events.CHOSEN: f"**{literal(event.author)}** chose {literal(event.text)}",
        events.TAKEN_BACK: f"**{literal(event.author)}** took the approval back",
    }
    return _Line(event.created_at, told[event.kind])


def _of_revision(revision: Annotation, shares: list[Share]) -> list[_Line]:
    lines = [_Line(share.last_at, _of_share(revision, share)) for share in shares]
    if revision.decided_at is not None and revision.status != ASIDE:
        decision = "approved" if revision.status == TAKEN_BACK else revision.status
        parts = [f"**{literal(revision.decided_by)}** {decision} it"]
        if revision.changed_pixels is not None:
            parts.append(f"{revision.changed_pixels:,} pixels ({revision.changed_fraction:.2%}) changed by hand")
        parts.append(f"{duration(revision.seconds_spent)} of work")
        if revision.comment:
            parts.append(f"“{literal(revision.comment)}”")
        lines.append(_Line(revision.decided_at, " · ".join(parts)))
    elif revision.status == ASIDE and revision.edit_count:
        waits = (
            "waits for a choice" if revision.decided_at is None else f"not used, {literal(revision.decided_by)} decided"
        )
        lines.append(_Line(revision.created_at, f"**{literal(revision.author)}**’s own version: {waits}"))
    return lines


def _of_share(revision: Annotation, share: Share) -> str:
    edits = "made 1 edit" if share.edit_count == 1 else f"made {share.edit_count} edits"
    work = f" · {duration(revision.seconds_spent)} of work so far" if revision.is_draft else ""
    return f"**{literal(share.author)}** {edits}{work}"
