// The keys, where nobody types. R and C are Streamlit's own.

function isTyping(event) {
  const [target] = event.composedPath();
  const isClosed = target.role === "combobox" && target.ariaExpanded !== "true"; // a class was chosen: back to the tools
  const isField = target instanceof HTMLElement
    && (target.isContentEditable || /^(textarea|select)$/i.test(target.tagName)
      || (target.tagName === "INPUT" && target.type !== "range" && target.type !== "checkbox"));
  return (isField && !isClosed) || Boolean(document.querySelector("[role=dialog]"));
}

function keyDown(studio, event) {
  const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  if (studio.parts.help.open) { event.stopImmediatePropagation(); return; } // A and X would decide unseen
  if (isTyping(event)) return;
  if (studio.way?.tool.makes === "polygon" && (isUndo || event.key === "Backspace")) studio.takeBack();
  else if (event.ctrlKey || event.metaKey || event.altKey) return;
  else if (!does(studio, event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

// True for a key of ours.
function does(studio, event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const tool = TOOLS.find((each) => each.key === key);
  const isInput = event.composedPath()[0]?.tagName === "INPUT";
  const isButton = event.composedPath()[0]?.tagName === "BUTTON";
  if (tool) { if (!event.repeat) studio.choose(tool); return true; }
  const moves = { ArrowLeft: [-0.25, 0], ArrowRight: [0.25, 0], ArrowUp: [0, -0.25], ArrowDown: [0, 0.25] }[key];
  if (moves) { if (studio.isWhole || isInput) return false; studio.panBy(...moves); return true; }
  if (key === " " && isButton) return false;
  const deeds = {
    "[": () => studio.setWidth(Math.min(memory.widthPx - 1, memory.widthPx / 1.2)),
    "]": () => studio.setWidth(Math.max(memory.widthPx + 1, memory.widthPx * 1.2)),
    "+": () => studio.zoomBy(STEP), "=": () => studio.zoomBy(STEP), "-": () => studio.zoomBy(1 / STEP),
    0: () => studio.seeWhole(), m: () => event.repeat || studio.toggleOutline(), "?": () => studio.showHelp(),
    h: () => studio.hold("bare", true), v: () => studio.hold("prediction", true),
    " ": () => { studio.isSpace = true; tellCursor(studio); },
  };
  const marks = { g: () => event.repeat || studio.toggleMarks(), j: () => event.repeat || jumpToMark(studio) };
  if (studio.places.length) Object.assign(deeds, marks);
  if (studio.way) Object.assign(deeds, { Escape: () => studio.dropWay() });
  if (studio.way?.tool.makes === "polygon") Object.assign(deeds, { Enter: () => studio.finish() });
  if (!deeds[key]) return false;
  deeds[key]();
  return true;
}

function keyUp(studio, event) {
  const key = event.key.toLowerCase();
  if (key === "h") studio.hold("bare", false);
  if (key === "v") studio.hold("prediction", false);
  if (key === " ") { studio.isSpace = false; tellCursor(studio); }
}
