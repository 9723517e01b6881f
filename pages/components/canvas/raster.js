// Which pixels lie inside what was drawn: the same, to the pixel, as core/raster/scanlines.py says on the server.
// A mask here is { pixels: Uint8Array of class indices row by row, height, width }. Points are [row, column]; the
// centre of a pixel is at +0.5. Every function paints in place and returns the box it may have changed.

const SHORTEST_PX = 1e-9; // a piece of a stroke shorter than this is only its two ends

async function unpackMask(packed, height, width) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const content = await new Response(stream).arrayBuffer();
  const count = new DataView(content).getUint32(0, true);
  const lengths = new DataView(content, 4, 4 * count);
  const classes = new Uint8Array(content, 4 + 4 * count, count);
  const pixels = new Uint8Array(height * width);
  for (let run = 0, start = 0; run < count; run++) {
    const stop = start + lengths.getUint32(4 * run, true);
    if (classes[run]) pixels.fill(classes[run], start, stop);
    start = stop;
  }
  return { pixels, height, width };
}

function emptyBox() {
  return { top: Infinity, left: Infinity, bottom: -Infinity, right: -Infinity };
}

function joinedBox(a, b) {
  return {
    top: Math.min(a.top, b.top), left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom), right: Math.max(a.right, b.right),
  };
}

function boxAround(points, reach) {
  const rows = points.map((point) => point[0]), columns = points.map((point) => point[1]);
  const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  return {
    top: Math.floor(least(rows) - reach), left: Math.floor(least(columns) - reach),
    bottom: Math.ceil(most(rows) + reach), right: Math.ceil(most(columns) + reach),
  };
}

function paintStroke(mask, points, width, label) {
  for (let i = 0; i < Math.max(1, points.length - 1); i++) {
    paintPiece(mask, points[i], points[Math.min(i + 1, points.length - 1)], width / 2, label);
  }
  return boxAround(points, width / 2 + 1);
}

function paintPiece(mask, from, to, radius, label) {
  const [start, end] = from[0] > to[0] ? [to, from] : [from, to];
  const piece = { row: start[0], column: start[1], down: end[0] - start[0], right: end[1] - start[1] };
  const first = Math.max(0, Math.ceil(start[0] - radius - 0.5));
  const last = Math.min(mask.height - 1, Math.floor(end[0] + radius - 0.5));
  for (let row = first; row <= last; row++) {
    const left = -reachOf(piece, row, radius, -1), right = reachOf(piece, row, radius, 1);
    if (!Number.isFinite(left) || !Number.isFinite(right)) continue;
    let from = Math.ceil(left - 0.5), to = Math.floor(right - 0.5);
    // roots and divisions have rounded: the distance itself has the last word about the pixels at the border
    if (isWithin(piece, row, from - 1, radius)) from--;
    if (!isWithin(piece, row, from, radius)) from++;
    if (isWithin(piece, row, to + 1, radius)) to++;
    if (!isWithin(piece, row, to, radius)) to--;
    fillRow(mask, row, from, to + 1, label);
  }
}

function reachOf(piece, row, radius, side) {
  const y = row + 0.5;
  let farthest = -Infinity;
  for (const end of [0, 1]) {
    const inside = radius ** 2 - (y - piece.row - end * piece.down) ** 2;
    if (inside >= 0) farthest = Math.max(farthest, side * (piece.column + end * piece.right) + Math.sqrt(inside));
  }
  if (piece.down > SHORTEST_PX) {
    const outwards = (side * radius) / Math.hypot(piece.down, piece.right);
    const share = (y - piece.row + outwards * piece.right) / piece.down;
    if (share >= 0 && share <= 1) {
      farthest = Math.max(farthest, side * (piece.column + share * piece.right + outwards * piece.down));
    }
  }
  return farthest;
}

function isWithin(piece, row, column, radius) {
  const below = row + 0.5 - piece.row, aside = column + 0.5 - piece.column;
  const lengthSquared = piece.down ** 2 + piece.right ** 2;
  const along = below * piece.down + aside * piece.right;
  if (along > lengthSquared) return (below - piece.down) ** 2 + (aside - piece.right) ** 2 <= radius ** 2;
  if (along <= 0) return below ** 2 + aside ** 2 <= radius ** 2;
  return (below * piece.right - aside * piece.down) ** 2 <= radius ** 2 * lengthSquared;
}

function paintPolygon(mask, points, label) {
  const positions = crossings(mask, points).map((crossing) => crossing.position).sort((a, b) => a - b);
  for (let i = 0; i + 1 < positions.length; i += 2) mask.pixels.fill(label, positions[i], positions[i + 1]);
  return boxAround(points, 1);
}

function paintLasso(mask, points, label) {
  const found = crossings(mask, points).sort((a, b) => a.position - b.position);
  let around = 0, start = 0;
  for (const { position, turn } of found) {
    if (around === 0) start = position;
    around += turn;
    if (around === 0) mask.pixels.fill(label, start, position);
  }
  return boxAround(points, 1);
}

function crossings(mask, points) {
  const found = [];
  points.forEach((point, index) => {
    const next = points[(index + 1) % points.length];
    const isDownwards = point[0] < next[0] || (point[0] === next[0] && point[1] <= next[1]);
    const [upper, lower] = isDownwards ? [point, next] : [next, point];
    const down = lower[0] - upper[0], right = lower[1] - upper[1];
    const isRightOf = (row, column) => (column + 0.5 - upper[1]) * down >= (row + 0.5 - upper[0]) * right;
    const first = Math.max(0, Math.ceil(upper[0] - 0.5)), past = Math.min(mask.height, Math.ceil(lower[0] - 0.5));
    for (let row = first; row < past; row++) {
      let column = Math.ceil(upper[1] + ((row + 0.5 - upper[0]) / down) * right - 0.5);
      if (isRightOf(row, column - 1)) column--;
      if (!isRightOf(row, column)) column++;
      const position = row * mask.width + Math.min(Math.max(column, 0), mask.width);
      found.push({ position, turn: isDownwards ? 1 : -1 });
    }
  });
  return found;
}

function paintRectangle(mask, [a, b], label) {
  const edge = (value) => Math.max(0, Math.ceil(value - 0.5));
  const bottom = Math.min(mask.height, edge(Math.max(a[0], b[0])));
  for (let row = edge(Math.min(a[0], b[0])); row < bottom; row++) {
    fillRow(mask, row, edge(Math.min(a[1], b[1])), edge(Math.max(a[1], b[1])), label);
  }
  return boxAround([a, b], 1);
}

function fillRow(mask, row, from, to, label) {
  const first = Math.max(0, from), past = Math.min(mask.width, to);
  if (past > first) mask.pixels.fill(label, row * mask.width + first, row * mask.width + past);
}

// What an act looks like before the server has answered; null for one that only the server can make.
function paintAct(mask, act, shrink) {
  const points = shrink === 1 ? act.points : act.points.map(([row, column]) => [row / shrink, column / shrink]);
  if (act.tool === "stroke") return paintStroke(mask, points, act.width_px / shrink, act.label);
  if (act.tool === "polygon") return points.length > 2 ? paintPolygon(mask, points, act.label) : null;
  if (act.tool === "lasso") return points.length > 2 ? paintLasso(mask, points, act.label) : null;
  if (act.tool === "rectangle") return points.length === 2 ? paintRectangle(mask, points, act.label) : null;
  return null;
}
