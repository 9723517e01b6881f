"""Who decides about a new model: a person, or the rule."""

import streamlit as st

from core.learn.comparison import FEW_DRAWINGS
from core.learn.gate import PromotionRule
from core.store.workspace import Workspace
from core.work.promoting import promotion_rule, set_promotion_rule


def choose_rule(ws: Workspace) -> None:
    """A popover that says how it is now, and changes it for everybody in the workspace."""
    rule = promotion_rule(ws)
    label = "Better models are used by themselves" if rule.is_automatic else "You decide about a new model"
    icon = ":material/bolt:" if rule.is_automatic else ":material/how_to_reg:"
    with st.popover(label, icon=icon, type="tertiary"):
        is_automatic = st.toggle(
            "Use a new model by itself when it is certainly better",
            value=rule.is_automatic,
            help=f"On {FEW_DRAWINGS} test drawings at least; otherwise it waits for you and says why",
        )
        tolerance = st.number_input(
            "and on no publication worse by more than",
            0.0,
            1.0,
            rule.tolerance,
            step=0.005,
            format="%.3f",
            help="Mean IoU; the rendered drawings of the old domain count as a publication",
        )
        chosen = PromotionRule(is_automatic, tolerance)
        if chosen != rule:
            set_promotion_rule(ws, chosen)
            st.rerun()
