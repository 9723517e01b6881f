"""The versions as a tree of who was trained from whom, and their scores in the order they came."""

import streamlit as st

from core.work.family import Family, Member

_INK = {"light": "#23282b", "dark": "#e4e7e6"}
_LINE = {"light": "#9aa3a1", "dark": "#5c6568"}
_CHAMPION = "#1f6f78"
_SERIES = ["#2f8f99", "#b08a4f"]  # legible on paper and in the dark


def show_family(family: Family) -> None:
    """Nothing for a version without relatives."""
    if len(family.members) < 2:
        return
    left, right = st.columns(2) if family.has_scores else (st.container(), None)
    with left:
        st.caption("Who was trained from whom")
        st.graphviz_chart(_tree(family, st.context.theme.type or "light"), width="content")
    if right is not None:
        with right:
            st.caption("Mean IoU, version by version")
            st.vega_lite_chart(_points(family), _chart(), width="stretch", height=240)


def _tree(family: Family, theme: str) -> str:
    """Graphviz DOT; names go in as quoted strings."""
    ink, line = _INK[theme], _LINE[theme]
    look = (
        f'fontname="sans-serif" fontsize=11 shape=box style="rounded" color="{line}" '
        f'fontcolor="{ink}" margin="0.12,0.06"'
    )
    nodes = "\n".join(_node(member) for member in family.members)
    edges = "\n".join(f"{one.parent_id} -> {one.version.id}" for one in family.members if one.parent_id)
    return (
        f'digraph {{ bgcolor="transparent" rankdir=LR nodesep=0.15 ranksep=0.35 node [{look}] '
        f'edge [color="{line}" arrowsize=0.6]\n{nodes}\n{edges} }}'
    )


def _node(member: Member) -> str:
    name = member.version.name if len(member.version.name) <= 28 else f"{member.version.name[:27]}…"
    iou = member.test_iou if member.test_iou is not None else member.reference_iou
    lines = [name] if iou is None else [name, f"{iou:.3f}"]
    label = "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    champion = f' style="rounded,filled" fillcolor="{_CHAMPION}" color="{_CHAMPION}" fontcolor="#ffffff"'
    return f'{member.version.id} [label="{label}"{champion if member.is_champion else ""}]'


def _points(family: Family) -> list[dict]:
    tests = f"{family.test_count} test drawing{'s' * (family.test_count != 1)}"
    return [
        {"Version": f"{one.version.id}", "order": one.version.id, "Name": one.version.name, "IoU": iou, "On": on}
        for one in family.members
        for on, iou in ((tests, one.test_iou), ("old domain", one.reference_iou))
        if iou is not None
    ]


def _chart() -> dict:
    return {
        "encoding": {
            "x": {
                "field": "Version",
                "type": "ordinal",
                "sort": {"field": "order"},
                "axis": {"labelAngle": 0},
                "title": "version",
            },
            "y": {"field": "IoU", "type": "quantitative", "scale": {"zero": False}, "title": None},
            "color": {
                "field": "On",
                "type": "nominal",
                "scale": {"range": _SERIES},
                "legend": {"orient": "top", "title": None},
                "sort": None,
            },
            "tooltip": [{"field": "Name"}, {"field": "On"}, {"field": "IoU", "format": ".3f"}],
        },
        "layer": [{"mark": {"type": "line", "opacity": 0.5}}, {"mark": {"type": "point", "filled": True, "size": 70}}],
    }
