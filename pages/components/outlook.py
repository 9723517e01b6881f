"""Whether to go on correcting: the sentence, and the small curves it rests on."""

import streamlit as st

from core.store.workspace import Workspace
from core.work.advice import Advice, advice, effort_curve
from pages.components.literal import literal

_FEWEST_EFFORTS = 10
_HEIGHT_PX = 170
_SERIES = ["#2f8f99", "#b08a4f"]  # as in family_tree: legible on paper and in the dark
_POINTS = {"mark": {"type": "point", "filled": True, "size": 50}}


def show_outlook(ws: Workspace) -> None:
    """What the history of the workspace says about correcting more."""
    found = advice(ws)
    st.markdown("##### Is it worth correcting more?", anchors=False)
    for sentence in found.sentences:
        st.markdown(literal(sentence))
    charts = {**_score_chart(found), **_effort_charts(found)}
    for place, (title, (values, look)) in zip(st.columns(3), charts.items(), strict=False):
        place.caption(title)
        place.vega_lite_chart(values, look, width="stretch", height=_HEIGHT_PX, alt=title)


def _score_chart(found: Advice) -> dict:
    """The versions' mean IoU by their corrections, and what is to be expected, dashed."""
    if len(found.standings) < 2:
        return {}
    known = sorted(found.standings, key=lambda one: (one.corrections, one.version_id))
    values = [{"Corrections": one.corrections, "IoU": one.iou, "Name": one.name, "What": "so far"} for one in known]
    coming = found.outlook.coming
    if coming is not None:
        last = found.standings[-1]
        begin = {"Corrections": last.corrections, "IoU": last.iou, "Name": last.name, "What": "expected"}
        then = {"Corrections": last.corrections + coming.corrections, "IoU": last.iou + coming.iou}
        values += [begin, {**then, "Name": "expected", "What": "expected"}]
    look = _chart("Corrections", "IoU")
    look["encoding"]["strokeDash"] = {
        "field": "What",
        "scale": {"range": [[1, 0], [4, 4]]},
        "sort": None,
        "legend": None,
    }
    look["encoding"]["tooltip"] = [{"field": "Name"}, {"field": "Corrections"}, {"field": "IoU", "format": ".3f"}]
    return {"Mean IoU on test drawings, by corrections": (values, look)}


def _effort_charts(found: Advice) -> dict:
    """How much people change in a prediction and how long that takes them, from the first correction to the last."""
    if len(found.efforts) < _FEWEST_EFFORTS:
        return {}
    portions = effort_curve(found.efforts)
    count = len(found.efforts)
    values = [
        {
            "Drawing": round(count * number / len(portions)),
            "Changed": 100 * portion.changed_share,
            "Minutes": portion.minutes,
        }
        for number, portion in enumerate(portions, start=1)
    ]
    return {
        "Changed in a prediction, % of the section": (values, _chart("Drawing", "Changed", ".1f")),
        "Minutes a drawing": (values, _chart("Drawing", "Minutes", ".1f")),
    }


def _chart(x: str, y: str, digits: str = ".3f") -> dict:
    is_score = y == "IoU"
    return {
        "encoding": {
            "x": {"field": x, "type": "quantitative", "title": None, "axis": {"tickMinStep": 1, "grid": False}},
            "y": {
                "field": y,
                "type": "quantitative",
                "title": None,
                "scale": {"zero": not is_score},
                "axis": {"tickCount": 4},
            },
            "color": {"value": _SERIES[0 if is_score else 1]},
            "tooltip": [{"field": x}, {"field": y, "format": digits}],
        },
        "layer": [{"mark": {"type": "line", "opacity": 0.5}}, _POINTS],
    }
