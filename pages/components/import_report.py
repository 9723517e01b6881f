"""Importing an archive, as a conversation: what is in it, what would happen, a few choices, one button."""

from functools import partial
from io import BytesIO

import streamlit as st

from core.formats.importing import Choices, Report, holds_masks, report_archive
from core.formats.label_choices import NEW_CLASS
from core.formats.summaries import GOOD, WARNING, Sentence, summarise
from core.store.label_map import label_map
from core.store.publications import list_publications
from core.store.workspace import Workspace
from core.work.exchanging import import_archive
from pages.components.errors import showing_errors
from pages.components.folded import show_folded
from pages.components.literal import literal
from pages.components.tasks import begin, begin_once, results

STATUSES = {"approved": "Approved", "review": "To be reviewed", "draft": "Drafts"}


def sort_out(files) -> tuple[list, list]:
    """The exports of other tools among uploaded files, and the rest, which are scans."""
    exports = [file for file in files if file.name.lower().endswith(".zip") and holds_masks((file.name, file))]
    return exports, [file for file in files if file not in exports]


def offer_import(files, *, publication: str) -> None:
    """Ask about these archives from now on, one after the other."""
    st.session_state["import_about"] = None
    st.session_state["imports"] = [(file.name, file, publication) for file in files]


def show_imports(ws: Workspace, author: str) -> None:
    """What the last import did, and the conversation about the next one, if there is one."""
    if done := st.session_state.get("import_done"):
        _show_outcome(done)
    if waiting := st.session_state.get("imports"):
        with showing_errors(), st.container(border=True):
            _talk(ws, author, waiting)


def _talk(ws: Workspace, author: str, waiting: list) -> None:
    name, file, publication = waiting[0]
    heading = st.empty()
    heading.markdown(f"##### {literal(name)}")
    if st.session_state.get("import_about") != name:
        st.session_state.update(import_about=name, import_reports={}, import_done=None)
    refused = st.container()
    report = None
    with refused, showing_errors():
        status = st.session_state.get("import_status") or "approved"
        classes = {label: chosen for (about, label), chosen in _chosen_classes().items() if about == name}
        choices = Choices(status=status, author=author, classes=classes)
        report = _report(ws, name, file, choices)
    if report is None:
        if st.button("Leave it", type="tertiary"):
            _next(waiting)
        return
    heading.markdown(f"##### {literal(f'{name}: {report.format}')}")
    for sentence in summarise(report):
        show_sentence(sentence)
    _ask_about_labels(ws, report)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Masks become",
            list(STATUSES),
            format_func=STATUSES.get,
            default="approved",
            key="import_status",
            required=True,
            help="Approved masks train. Those to be reviewed wait on the page Correct. Drafts are unfinished work.",
        )
        known = [known.name for known in list_publications(ws)]
        guess = publication or name.removesuffix(".zip")
        place = st.selectbox(
            "Publication of new drawings",
            dict.fromkeys([guess, *known]),
            accept_new_options=True,
            help="Drawings of one publication train or test the model together.",
        )
    splits = ", ".join(f"{split}: {count}" for split, count in report.split_counts.items())
    keeps = bool(splits) and st.checkbox(literal(f"Keep the archive’s splits ({splits})"), value=True)
    with st.container(horizontal=True):
        is_nothing = report.change_count == 0
        if st.button("Import", type="primary", disabled=is_nothing, icon=":material/download:"):
            chosen = Choices(status=status, publication=place, author=author, keeps_splits=keeps, classes=classes)
            begin("importing", partial(import_archive, ws, (name, file), chosen))
        if st.button("Leave it", type="tertiary"):
            _next(waiting)
    for done in results("importing"):
        _next(waiting, done)


def _report(ws: Workspace, name: str, file, choices: Choices) -> Report:
    """The report for these choices, made once."""
    known = st.session_state["import_reports"]
    key = f"{name} {choices.status} {sorted(choices.classes.items())}"
    if key not in known:
        own = BytesIO(file.getvalue())  # whoever looks into it for other choices may still be reading
        begin_once(key, partial(report_archive, ws, (name, own), choices))
        known.update((key, report) for report in results(key))
    return known[key]


def _ask_about_labels(ws: Workspace, report: Report) -> None:
    """Which class each label becomes; folded away where everything fits."""
    classes = [label.name for label in label_map(ws).labels]
    is_clear = all(choice.reason for choice in report.labels)
    with st.expander("Labels", expanded=not is_clear, icon=":material/label:"):
        for place, choice in zip(st.columns(max(2, len(report.labels))), report.labels, strict=False):
            options = [*classes, NEW_CLASS]
            place.selectbox(
                f"“{literal(choice.label.name)}” becomes",
                options,
                index=options.index(choice.class_name),
                key=f"import_class:{report.name}:{choice.label.name}",
                help="Fits no class; choose one." if not choice.reason else f"Proposed: {literal(choice.reason)}.",
            )


def _chosen_classes() -> dict[tuple[str, str], str]:
    chosen = {}
    for key, value in st.session_state.items():
        if str(key).startswith("import_class:") and value:
            _, about, label = str(key).split(":", 2)
            chosen[about, label] = value
    return chosen


def _next(waiting: list, done: Report | None = None) -> None:
    st.session_state["imports"] = waiting[1:]
    st.session_state["import_done"] = done
    st.session_state["import_about"] = None
    st.rerun()


def _show_outcome(report: Report) -> None:
    with st.container(border=True):
        st.markdown(f"##### {literal(report.name)} is imported")
        for sentence in summarise(report):
            show_sentence(sentence)
        with st.container(horizontal=True):
            for page, label in (("training_set", "See the training set"), ("correct", "Correct")):
                if st.button(label, key=f"import_{page}", type="tertiary", icon=":material/arrow_forward:"):
                    st.session_state["import_done"] = None
                    st.switch_page(f"pages/{page}.py")


def show_sentence(sentence: Sentence) -> None:
    """A sentence of a report; what it is about is folded away beneath."""
    if sentence.kind == GOOD:
        st.markdown(f":material/check_circle: {literal(sentence.text)}")
    elif not sentence.names:
        st.markdown(f":material/{'warning' if sentence.kind == WARNING else 'info'}: {literal(sentence.text)}")
    else:
        icon = ":material/warning:" if sentence.kind == WARNING else ":material/info:"
        show_folded(sentence.text, sentence.names, icon=icon)
