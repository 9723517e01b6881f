// Where to look first: thin rings around the places of which the model is least sure.

const MARK_COLOUR = "#b4561a";
const LEAST_RING_PX = 9; // of the screen
const RING_SHARE = 0.3; // of the stage, for a place that was jumped to

function takePlaces(studio, places) {
  const told = JSON.stringify(places);
  if (told === studio.placesTold) return;
  [studio.placesTold, studio.places, studio.placeShown] = [told, places, null];
  studio.bar.marks.hidden = !places.length;
  drawPen(studio);
}

function drawMarks(studio, context) {
  studio.parts.stage.dataset.marks = studio.areMarksHidden || studio.held ? 0 : studio.places.length;
  if (studio.areMarksHidden || studio.held || !studio.view) return;
  for (const place of studio.places) {
    const { x, y } = onStage(studio.view, [place.row + 0.5, place.column + 0.5]);
    const radius = Math.max(LEAST_RING_PX, place.radius_px * studio.view.scale);
    for (const [colour, wide] of [["rgba(255,255,255,0.75)", 3], [MARK_COLOUR, 1.25]]) {
      [context.strokeStyle, context.lineWidth] = [colour, wide];
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
    if (place === studio.placeShown) tellPlace(context, `Unsure ${place.where}`, x, y + radius + 18);
  }
}

function tellPlace(context, text, x, y) {
  context.font = "13px sans-serif";
  context.textAlign = "center";
  [context.strokeStyle, context.lineWidth] = ["rgba(255,255,255,0.9)", 4];
  context.strokeText(text, x, y);
  context.fillStyle = MARK_COLOUR;
  context.fillText(text, x, y);
}

// Go to the next place, the least sure first, close enough to judge it.
function jumpToMark(studio) {
  if (!studio.places.length) return;
  if (studio.areMarksHidden) studio.toggleMarks();
  const next = (studio.places.indexOf(studio.placeShown) + 1) % studio.places.length;
  const place = studio.placeShown = studio.places[next];
  const { width, height } = studio.stage;
  const wanted = (RING_SHARE * Math.min(width, height)) / (2 * place.radius_px);
  const scale = Math.min(MOST_TIMES, Math.max(wanted, wholeView(studio.drawing, studio.stage).scale));
  studio.see({ scale, row: place.row + 0.5 - height / 2 / scale, column: place.column + 0.5 - width / 2 / scale });
}
