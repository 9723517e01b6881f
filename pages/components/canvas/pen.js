// What is seen of the pointer: the ring of the brush at its true size, what is begun, and where an answer is awaited.

function drawPen(studio) {
  if (!studio.measured) return;
  const context = studio.parts.pen.getContext("2d"), { sharp } = studio;
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  context.clearRect(0, 0, studio.stage.width, studio.stage.height);
  const trace = (path) => {
    for (const [colour, wide] of [["rgba(255,255,255,0.9)", 3], ["#1d2124", 1.25]]) {
      [context.strokeStyle, context.lineWidth] = [colour, wide];
      context.beginPath();
      path();
      context.stroke();
    }
  };
  drawMarks(studio, context);
  const { tool } = memory, at = studio.at;
  if (at && tool.makes === "stroke" && !studio.isPanning) {
    trace(() => context.arc(at.x, at.y, Math.max(1, memory.widthPx / 2), 0, 2 * Math.PI));
  }
  if (studio.way && tool.makes !== "stroke") trace(() => traceWay(studio, context));
  if (studio.pointing) {
    const spot = onStage(studio.view, studio.pointing);
    trace(() => context.arc(spot.x, spot.y, 7, 0, 2 * Math.PI));
  }
}

function traceWay(studio, context) {
  const { makes } = studio.way.tool, spots = studio.way.points.map((point) => onStage(studio.view, point));
  if (makes === "rectangle") {
    if (spots[1]) context.rect(spots[0].x, spots[0].y, spots[1].x - spots[0].x, spots[1].y - spots[0].y);
    return;
  }
  spots.forEach((spot, index) => (index ? context.lineTo(spot.x, spot.y) : context.moveTo(spot.x, spot.y)));
  if (makes !== "polygon") return;
  if (studio.at) context.lineTo(studio.at.x, studio.at.y);
  for (const spot of spots) { context.moveTo(spot.x + 3, spot.y); context.arc(spot.x, spot.y, 3, 0, 2 * Math.PI); }
}

function tellCursor(studio) {
  const drawing = memory.tool.makes === "stroke" ? "none" : "crosshair";
  studio.parts.stage.style.cursor = studio.isPanning ? "grabbing" : studio.isSpace ? "grab" : drawing;
}
