// Mouse, pen and fingers on the stage: one draws, one with the space bar or two move it, two apart enlarge it. Once
// somebody draws with a pen, a finger only moves the drawing, and a hand on it while the pen draws does nothing.

function spot(studio, event) {
  const box = studio.parts.stage.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function isOnControl(studio, event) {
  return event.composedPath().some((part) => part === studio.parts.overview);
}

function down(studio, event) {
  if (isOnControl(studio, event) || !studio.shown) return;
  const isFinger = event.pointerType === "touch";
  if (isFinger && studio.pointers.has(memory.pen)) return;
  if (event.pointerType === "pen") {
    memory.pen = event.pointerId;
    if (studio.pointers.size) leaveToPen(studio);
  }
  studio.at = spot(studio, event);
  studio.pointers.set(event.pointerId, studio.at);
  try { studio.parts.stage.setPointerCapture(event.pointerId); } catch { /* gone already */ }
  event.preventDefault();
  studio.parts.stage.focus({ preventScroll: true });
  if (studio.pointers.size > 1) {
    if (!studio.isPanning) dropBegun(studio);
    studio.isPanning = true;
    return;
  }
  const isMoving = isFinger && memory.pen !== undefined;
  if (studio.isSpace || event.button === 1 || isMoving) { studio.isPanning = true; tellCursor(studio); return; }
  if (event.button !== 0) return;
  studio.begin(inDrawing(studio.view, studio.at));
}

// The second finger comes: what the first one began was no drawing.
function dropBegun(studio) {
  if (studio.way?.tool.makes === "polygon") studio.takeBack();
  else studio.dropWay();
}

// The hand lay down before the pen. Where it only moved the drawing, it began nothing.
function leaveToPen(studio) {
  if (!studio.isPanning) dropBegun(studio);
  studio.pointers.clear();
  studio.isPanning = false;
}

function move(studio, event) {
  const at = spot(studio, event), before = studio.pointers.get(event.pointerId);
  if (event.pointerType === "touch" && !before) return; // a hand beside the pen
  if (studio.isPanning && before) drag(studio, event.pointerId, before, at);
  else if (studio.way && before) {
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) studio.follow(inDrawing(studio.view, spot(studio, each)));
  }
  if (before) studio.pointers.set(event.pointerId, at);
  studio.at = at;
  drawPen(studio);
}

function up(studio, event) {
  const was = studio.pointers.delete(event.pointerId);
  if (!was) return;
  if (studio.isPanning) {
    studio.isPanning = studio.pointers.size > 0;
    tellCursor(studio);
  } else if (studio.way && studio.way.tool.makes !== "polygon") {
    if (event.type === "pointerup") studio.follow(inDrawing(studio.view, spot(studio, event)));
    if (studio.way.tool.makes === "cut" && event.shiftKey && !studio.way.isSlip()) studio.way.awaitsSide = true;
    else studio.finish();
  }
  if (event.pointerType === "touch") studio.at = null;
  drawPen(studio);
}

// One pointer moves the drawing; two also spread it.
function drag(studio, id, before, at) {
  const other = [...studio.pointers].find(([each]) => each !== id)?.[1];
  const share = other ? 0.5 : 1, x = (before.x - at.x) * share, y = (before.y - at.y) * share;
  studio.see(movedView(studio.view, x, y, studio.drawing, studio.stage));
  if (!other) return;
  const apart = (a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
  studio.zoomBy(apart(at) / apart(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
}

function wheel(studio, event) {
  const isWheel = event.deltaMode !== 0 || (event.deltaX === 0 && Math.abs(event.wheelDeltaY ?? 0) % 120 === 0);
  const isZoom = event.ctrlKey || event.metaKey || isWheel;
  if (!isZoom && studio.isWhole) return; // nothing to move: let the page scroll
  event.preventDefault();
  const px = event.deltaMode === 1 ? 40 : 1;
  if (isZoom) studio.zoomBy(Math.exp(-event.deltaY * px * (isWheel ? 0.002 : 0.01)), spot(studio, event));
  else studio.see(movedView(studio.view, event.deltaX, event.deltaY, studio.drawing, studio.stage));
}
