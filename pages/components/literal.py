"""What people wrote, and what a file is called, exactly as it is: never as Markdown."""

import re

from core.store.drawings import Drawing

_MARKDOWN = re.compile(r"[\\`*_\[\]~$:<>&#|]|^(?:[-+=]|\d+[.)](?=\s))")
_REPLACED = re.compile(r":(?=[\w+-]+:|material/)|(?<!\S)(?:<->|->|<-|--|>=|<=|~=)(?!\S)")  # by Streamlit, once read
_APART = "\u2060"  # no space and no sign: it only keeps its neighbours from being read as one


def literal(text: str) -> str:
    """The Markdown that shows `text` letter by letter, in one line, wherever Streamlit takes Markdown.

    Character references, as backslashes do not count everywhere; Streamlit also makes signs of `:smile:` and `--`.
    """
    line = re.sub(r"[ \t\r\n]+", " ", text).strip()
    apart = _REPLACED.sub(lambda found: f"{found[0][0]}{_APART}{found[0][1:]}", line)
    return _MARKDOWN.sub(lambda found: "".join(f"&#{ord(letter)};" for letter in found[0]), apart)


def name_of(drawing: Drawing) -> str:
    """What a drawing is called, as Markdown: the pages of one file after the first have their number."""
    page = f", page {drawing.page + 1}" if drawing.page else ""
    return literal(f"{drawing.name}{page}")
