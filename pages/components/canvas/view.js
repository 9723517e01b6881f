// Which part of the drawing is seen: `scale` pixels of the screen (CSS) for each of the drawing, and the drawing's
// place (row, column) in the upper left corner of the stage. Small drawings lie in the middle.

const MOST_TIMES = 16; // as large as the whole, or so many screen pixels for one of the drawing
const STEP = 2;

function wholeView(drawing, stage) {
  const scale = Math.min(stage.width / drawing.width, stage.height / drawing.height);
  return placedView({ scale, row: 0, column: 0 }, drawing, stage);
}

function placedView(view, drawing, stage) {
  const along = (place, length, room) => {
    const seen = room / view.scale;
    return seen >= length ? (length - seen) / 2 : Math.min(Math.max(place, 0), length - seen);
  };
  return {
    scale: view.scale,
    row: along(view.row, drawing.height, stage.height),
    column: along(view.column, drawing.width, stage.width),
  };
}

// The view at another scale, with what lies under the point {x, y} of the stage staying there.
function zoomedView(view, scale, point, drawing, stage) {
  const least = wholeView(drawing, stage).scale;
  const most = Math.max(MOST_TIMES, MOST_TIMES * least);
  const wanted = Math.min(Math.max(scale, least), most);
  const [row, column] = inDrawing(view, point);
  const moved = { scale: wanted, row: row - point.y / wanted, column: column - point.x / wanted };
  return placedView(moved, drawing, stage);
}

function movedView(view, x, y, drawing, stage) {
  const moved = { ...view, row: view.row + y / view.scale, column: view.column + x / view.scale };
  return placedView(moved, drawing, stage);
}

function inDrawing(view, point) {
  return [view.row + point.y / view.scale, view.column + point.x / view.scale];
}

function onStage(view, [row, column]) {
  return { x: (column - view.column) * view.scale, y: (row - view.row) * view.scale };
}
