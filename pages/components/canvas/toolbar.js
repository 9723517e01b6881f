// The row above the stage, and the help. Everything in it works in the browser alone.

function element(kind, attributes = {}, ...children) {
  const made = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function icon(name) {
  return element("span", { class: "icon", "aria-hidden": "true" }, name);
}

function shownKey(key) {
  return key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key;
}

function button(name, sign, key, says, does) {
  const tip = key ? `${says} (${shownKey(key)})` : says;
  const act = (event) => {
    if (event.detail) made.blur(); // by mouse: the space bar is for moving about again
    does();
  };
  const made = element(
    "button", { type: "button", "data-name": name, "data-tip": tip, "aria-label": `${name}: ${tip}`, onclick: act },
    icon(sign),
  );
  return made;
}

// A button that acts as long as it is held; by keyboard, too.
function holdButton(name, sign, key, says, hold) {
  const made = button(name, sign, key, says, () => null);
  made.addEventListener("pointerdown", (event) => { made.setPointerCapture(event.pointerId); hold(true); });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) made.addEventListener(end, () => hold(false));
  made.addEventListener("contextmenu", (event) => event.preventDefault()); // a finger that holds asks for it
  return made;
}

function buildToolbar(bar, studio) {
  bar.replaceChildren();
  const tools = TOOLS.map((tool) => {
    const made = button(tool.name, tool.icon, tool.key, tool.says, () => studio.choose(tool));
    made.append(element("span", { class: "name" }, tool.name));
    return made;
  });
  const width = element("input", {
    type: "range", min: WIDTHS_PX.least, max: WIDTHS_PX.most, "aria-label": "Brush width",
    oninput: () => studio.setWidth(Number(width.value)),
  });
  const widthTold = element("span", { class: "told" });
  const gap = element(
    "select", {
      "aria-label": "Gaps in the lines that are bridged",
      onchange: () => { studio.setGap(GAPS[gap.value][1]); gap.blur(); },
    },
    ...GAPS.map(([name], index) => element("option", { value: index }, name)),
  );
  const opacity = element("input", {
    type: "range", min: 0, max: 100, "aria-label": "Strength of the tint",
    oninput: () => studio.setOpacity(Number(opacity.value) / 100),
  });
  const outline = button(
    "Outline", "ink_highlighter_move", "m", "Show the mask as an outline, or as a tint", () => studio.toggleOutline(),
  );
  const compare = holdButton(
    "Bare drawing", "visibility_off", "h", "Hold: the drawing without the mask", (is) => studio.hold("bare", is),
  );
  const before = holdButton(
    "Prediction", "history", "v", "Hold: the model's own prediction", (is) => studio.hold("prediction", is),
  );
  const marks = button(
    "Places to check", "adjust", "g", "Rings where the model is least sure; J goes to the next",
    () => studio.toggleMarks(),
  );
  const factor = element("span", { class: "told factor" });
  const parts = {
    tools, width, widthTold, gap, opacity, outline, compare, before, marks, factor,
    brush: element("span", { class: "group brush", "data-tip": "Brush width ([ and ])" }, width, widthTold),
    fill: element("span", { class: "group", "data-tip": "Gaps in the lines that Fill bridges" }, gap),
    out: button("Zoom out", "remove", "-", "Smaller", () => studio.zoomBy(1 / STEP)),
    in: button("Zoom in", "add", "+", "Larger", () => studio.zoomBy(STEP)),
    whole: button("Whole drawing", "fit_screen", "0", "The whole drawing", () => studio.seeWhole()),
    help: button("Help", "help", "?", "All keys", () => studio.showHelp()),
  };
  const adders = tools.filter((_, index) => !TOOLS[index].erases && TOOLS[index].makes !== "cut");
  const takers = tools.filter((made) => !adders.includes(made));
  bar.append(
    element("span", { class: "group" }, ...adders), element("span", { class: "group" }, ...takers),
    parts.brush, parts.fill, element("span", { class: "space" }),
    element("span", { class: "group" },
      outline, element("span", { class: "group", "data-tip": "Strength of the tint" }, opacity), marks, compare, before,
    ),
    element("span", { class: "group" }, parts.out, factor, parts.in, parts.whole), parts.help,
  );
  return parts;
}

const OTHER_KEYS = [
  ["[  ]", "Brush narrower, wider"], ["M", "Outline or tint"], ["H", "Hold: the bare drawing"],
  ["V", "Hold: the model's prediction"], ["G", "Places to check: show or hide"], ["J", "Go to the next of them"],
  ["+  −  0", "Larger, smaller, whole"], ["← ↑ ↓ →", "Move about"], ["Space", "Hold and drag: move about"],
  ["Enter", "Close an area"], ["Backspace", "Take back its last corner"], ["Esc", "Drop what is begun"],
  ["Ctrl Z  Ctrl Y", "Undo, redo"], ["A  X  N", "Approve, reject, next"],
];

function buildHelp(dialog) {
  const rows = [...TOOLS.map((tool) => [tool.key.toUpperCase(), `${tool.name}: ${tool.says}`]), ...OTHER_KEYS];
  const half = Math.ceil(rows.length / 2);
  const list = (some) => element("dl", {}, ...some.flatMap(([keys, says]) => [
    element("dt", {}, ...keys.split("  ").map((key) => element("kbd", {}, key))), element("dd", {}, says),
  ]));
  dialog.replaceChildren(
    element("h2", {}, "Tools and keys"),
    element("div", { class: "columns" }, list(rows.slice(0, half)), list(rows.slice(half))),
    element("p", {}, "The wheel, or two fingers spread, zooms where the pointer is. Two fingers move the drawing; once "
      + "you draw with a pen, one does, too. A click outside closes this."),
  );
  dialog.onclick = (event) => event.target === dialog && dialog.close();
}
