"""What only the browser knows: the room there is for a picture, which tab this is, and the name its user gave."""

from dataclasses import dataclass

import streamlit as st

_SCRIPT = """
const KEY = "ostrakon.author";
const TAB = "ostrakon.tab";
const states = new WeakMap();

// A key that is held down counts once: it would decide on drawings that nobody has seen.
function countOnce(event) {
  const [target] = event.composedPath();
  const isTyping = target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
  const isLetter = /^[a-z]$/i.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.repeat && isLetter && !isTyping) event.stopImmediatePropagation();
}

// While the page answers a key, its address may still be the one before: told now, that would undo the answer.
function isBusy() {
  const state = document.querySelector("[data-testid=stApp]")?.dataset.testScriptState;
  return state === "running" || state === "rerunRequested";
}

export default function ({ parentElement, data, setStateValue }) {
  const element = parentElement.querySelector("div");
  let state = states.get(parentElement);
  if (data.author) localStorage.setItem(KEY, data.author);
  if (!sessionStorage.getItem(TAB)) {
    const letters = crypto.getRandomValues(new Uint8Array(12));
    sessionStorage.setItem(TAB, [...letters].map((x) => x.toString(16).padStart(2, "0")).join(""));
  }
  if (!state) {
    state = { told: "", timer: null };
    const tell = () => {
      const told = {
        width_px: Math.floor(element.getBoundingClientRect().width),
        height_px: window.innerHeight,
        author: localStorage.getItem(KEY) || "",
        tab: sessionStorage.getItem(TAB),
      };
      if (told.width_px > 0 && JSON.stringify(told) !== state.told) {
        state.told = JSON.stringify(told);
        setStateValue("facts", told);
      }
    };
    const soon = () => {
      clearTimeout(state.timer);
      state.timer = setTimeout(() => (isBusy() ? soon() : tell()), 250);
    };
    state.observer = new ResizeObserver(soon);
    state.observer.observe(element);
    window.addEventListener("resize", soon);
    window.addEventListener("keydown", countOnce, true);
    state.stop = () => {
      window.removeEventListener("resize", soon);
      window.removeEventListener("keydown", countOnce, true);
    };
    states.set(parentElement, state);
    tell();
  }
  return () => {
    clearTimeout(state.timer);
    state.observer.disconnect();
    state.stop();
    states.delete(parentElement);
  };
}
"""


@dataclass(frozen=True)
class Browser:
    """The width a page has for its content, the height of its window, and the name remembered in it ("" if none).

    `tab` names the tab; it stays when the page is loaded again.
    """

    width_px: int
    height_px: int
    author: str
    tab: str


def ask_browser() -> None:
    """Ask once a page; once the browser answers, the page runs again and `browser()` has the answer."""
    component = st.components.v2.component("ostrakon_browser", html='<div style="width:100%"></div>', js=_SCRIPT)
    with st.container(key="browser"):
        answer = component(
            key="browser_facts",
            data={"author": st.session_state.get("author", "")},
            default={"facts": None},
            on_facts_change=lambda: None,
        )
    if answer.facts:
        st.session_state["browser"] = Browser(**answer.facts)


def browser() -> Browser | None:
    """What the browser last told; None in the first moment of a session."""
    return st.session_state.get("browser")


def room() -> tuple[int, int]:
    """Height of the window and width of the page in pixels, or a guess in the first moment."""
    told = browser()
    return (told.height_px, told.width_px) if told else (800, 1000)
