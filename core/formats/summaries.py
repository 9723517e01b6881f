"""An import report in sentences, the same on the page and on the command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.formats.examining import Finding
from core.formats.importing import Report
from core.formats.label_choices import unfit_labels

GOOD, NOTE, WARNING = "good", "note", "warning"
_NAMED = 5


@dataclass(frozen=True)
class Sentence:
    """One fact about an import; `names` are the drawings it is about, with what there is to say of each."""

    kind: str
    text: str
    names: tuple[str, ...] = ()


def summarise(report: Report) -> list[Sentence]:
    """What an import will do or has done, what matters most first."""
    come, get = ("came", "got") if report.is_done else ("will come", "will get")
    new, matched = report.those(drawing="new"), report.those(drawing="there", mask="entered")
    entered = report.those(mask="entered")
    namesakes = [x for x in new if x.sentence and x.mask in ("entered", "none")]
    refused = report.those(drawing="refused")

    def these(mask: str) -> list[Finding]:
        return report.those(mask=mask)

    told = [
        (GOOD, f"{_drawings(new)} {come} in, {len(report.those(drawing='new', mask='entered'))} with a mask.", new),
        (NOTE, f"{_drawings(namesakes)} with the name of one that is here, but another image.", namesakes),
        (GOOD, f"{_drawings(matched)} that {_are(matched)} here already {get} a mask.", matched),
        (NOTE, f"{_masks(these('known'))} that came in before: nothing changes.", these("known")),
        (NOTE, f"{_drawings(_unlabelled(report))} without a mask.", _unlabelled(report)),
        (NOTE, f"{report.snapped_pixels:,} pixels had colours of no label and went to the nearest.", _snapped(report)),
        (WARNING, f"{_masks(these('missing'))} without a drawing.", these("missing")),
        (
            WARNING,
            f"{_masks(these('in work'))} for drawings that somebody works on: nothing changes.",
            these("in work"),
        ),
        (WARNING, f"{_masks(these('size'))} of another size than the drawing: left out.", these("size")),
        (
            WARNING,
            f"{_masks(these('inverted'))} nearly all foreground, probably inverted: left out.",
            these("inverted"),
        ),
        (WARNING, f"{_masks(these('unfit'))} of labels that fit no class: left out.", these("unfit")),
        (WARNING, f"{_masks(these('clash'))} that could be of several drawings: left out.", these("clash")),
        (WARNING, f"{_masks(these('unreadable'))} that cannot be read: left out.", these("unreadable")),
        (WARNING, f"{_drawings(refused)} that cannot be used: left out.", refused),
    ]
    sentences = [Sentence(kind, text, tuple(map(_told, found))) for kind, text, found in told if found]
    if report.is_done and not entered and not new:
        sentences.insert(0, Sentence(NOTE, "Nothing was new, so nothing changed."))
    remarks = [*_about_labels(report), *report.remarks]
    return sentences + [Sentence(WARNING, remark) for remark in remarks]


def left_behind(report: Report) -> list[Finding]:
    """What did not come in although it should have."""
    behind = ("missing", "in work", "size", "inverted", "unfit", "clash", "unreadable")
    return [x for x in report.findings if x.mask in behind or x.drawing == "refused"]


def _told(finding: Finding) -> str:
    if finding.sentence:
        return finding.sentence if finding.name in finding.sentence else f"{finding.name}: {finding.sentence}"
    if finding.mask == "missing":
        return f"{finding.name} fits no drawing" + (f"; most like it is {finding.partner}" if finding.partner else "")
    if finding.snapped_pixels and finding.mask in ("entered", "known"):
        return f"{finding.name} ({finding.snapped_pixels:,} pixels snapped)"
    return finding.name


def _about_labels(report: Report) -> list[str]:
    names = [f"“{name}”" for name in unfit_labels(report.labels).values()]
    if not names:
        return []
    if len(names) == 1:
        return [f"{names[0]} fits no class and becomes background: say which class it is."]
    shown, rest = names[:_NAMED], len(names) - _NAMED
    listed = f"{', '.join(shown)} and {rest} more" if rest > 0 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return [f"{listed} fit no class and become background: say which class they are."]


def _unlabelled(report: Report) -> list[Finding]:
    return [x for x in report.those(mask="none") if x.drawing in ("new", "there", "missing")]


def _snapped(report: Report) -> list[Finding]:
    return [x for x in report.findings if x.snapped_pixels]


def _drawings(findings: Sequence[Finding]) -> str:
    return "1 drawing" if len(findings) == 1 else f"{len(findings):,} drawings"


def _masks(findings: Sequence[Finding]) -> str:
    return "1 mask" if len(findings) == 1 else f"{len(findings):,} masks"


def _are(findings: Sequence[Finding]) -> str:
    return "is" if len(findings) == 1 else "are"
