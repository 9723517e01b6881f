"""One drawing large, with its mask as a tint or an outline, or with the model's heat map."""

from pathlib import PurePath

import streamlit as st

from core.raster.views import Window, heat_jpeg, mask_jpeg, silhouette_png
from core.store import annotations, current, drawings, models, predictions
from core.store.annotations import Annotation
from core.store.current import Source
from core.store.drawings import Drawing
from core.store.label_map import label_map
from core.store.workspace import Workspace
from pages.components.browser import room
from pages.components.literal import literal, name_of

_CHROME_PX = 230  # what stands above and below the drawing
_CHROME_NARROW_PX = 290  # the same where it takes a row more
_NARROW_PX = 1200
_SMALLEST_PX = 320
_VIEWS = ("Mask", "Outline", "Heat map")
_OPACITY = 75  # %


def show_large(ws: Workspace, drawing: Drawing, found: Source | None, why: str = "") -> None:
    """The drawing as large as the page allows, how its mask came about, and `why` to look at it."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        told = f"  \n:orange[{literal(why)}]" if why else ""
        st.markdown(
            f"**{name_of(drawing)}** &ensp; :small[{literal(_provenance(ws, drawing, found))}]{told}", width="content"
        )
        if found:
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                if getattr(found, "places", ()):
                    st.toggle(
                        "Check here",
                        value=True,
                        key="marks",
                        persist_state="session",
                        help="Where the model doubts what it found",
                    )
                st.segmented_control(
                    "View",
                    _VIEWS,
                    default=_VIEWS[0],
                    required=True,
                    label_visibility="collapsed",
                    key="view",
                    persist_state="session",
                )
                st.slider(
                    "Opacity",
                    0,
                    100,
                    _OPACITY,
                    format="%d%%",
                    width=120,
                    label_visibility="collapsed",
                    key="opacity",
                    persist_state="session",
                )
    if not found:
        st.info("The model has not read this drawing yet.", icon=":material/hourglass_empty:")
        st.image(drawings.image_png(ws, drawing))
        return
    with st.container(horizontal_alignment="center", key="looking"):
        st.image(_large(ws, drawing, found), width=_size(drawing)[1])


def prepare_large(ws: Workspace, drawing: Drawing) -> None:
    """Make the picture that comes next, so that it is there when it is asked for."""
    found = current.source(ws, drawing)
    if found:
        _large(ws, drawing, found)


def offer_mask(ws: Workspace, drawing: Drawing, found: Source) -> None:
    """A button that gives the mask as a file."""
    st.download_button(
        "Mask",
        lambda: silhouette_png(current.mask(ws, found)),
        file_name=f"{PurePath(drawing.name).stem}.png",
        mime="image/png",
        icon=":material/download:",
        type="tertiary",
        help="Black and white, at the drawing's full size",
    )


def _large(ws: Workspace, drawing: Drawing, found: Source) -> bytes:
    mark = (type(found).__name__, found.id, getattr(found, "version", found.created_at), drawing.model_version_id)
    look = st.session_state.get("view", _VIEWS[0]), st.session_state.get("opacity", _OPACITY)
    look += (bool(st.session_state.get("marks", True)),)
    return _picture(ws, drawing, found, mark, *look, *_size(drawing))


def _size(drawing: Drawing) -> tuple[int, int]:
    """Height and width in pixels of the screen."""
    window_px, page_px = room()
    chrome_px = _CHROME_NARROW_PX if page_px < _NARROW_PX else _CHROME_PX
    whole = Window(0, 0, drawing.height_px, drawing.width_px)
    return whole.size_on_screen(max(_SMALLEST_PX, window_px - chrome_px), page_px)


def _provenance(ws: Workspace, drawing: Drawing, found: Source | None) -> str:
    """Where the mask comes from, in a line."""
    parts = [drawing.publication, f"{drawing.width_px} × {drawing.height_px} px"]
    if isinstance(found, Annotation):
        parts.append(f"{found.status} by {annotations.last_touched_by(ws, found)}")
    elif found:
        version = models.get(ws, found.model_version_id)
        parts += [f"read by {version.name} (version {version.id})", f"uncertainty {found.uncertainty:.0%}"]
    return " · ".join(parts)


@st.cache_data(max_entries=24, show_spinner=False)
def _picture(
    _ws: Workspace,
    _drawing: Drawing,
    _found: Source,
    mark: tuple,
    view: str,
    opacity: int,
    has_marks: bool,
    height_px: int,
    width_px: int,
) -> bytes:
    image = drawings.image(_ws, _drawing)
    if view == "Heat map" and (prediction := predictions.newest(_ws, _drawing.id)):
        return heat_jpeg(image, predictions.foreground(_ws, prediction), height_px, width_px)
    return mask_jpeg(
        image,
        current.mask(_ws, _found),
        label_map(_ws),
        height_px,
        width_px,
        opacity=opacity / 100,
        outline_only=view == "Outline",
        places=getattr(_found, "places", ()) if has_marks else (),
    )
