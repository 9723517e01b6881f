// The two layers that are seen: the picture, drawn from the nearest of its smaller copies; over it the mask, which the
// browser blends in with the strength of the tint. Both are drawn for the pixels of the screen, never larger.

const STRONGEST_TINT = 0.7; // as core/raster/masks.py: the ink stays visible under any tint
const NEAREST_FROM = 2.5; // screen pixels for one of the drawing: from here on pixels are seen as pixels
const SMALLEST_COPY_PX = 300;
const PICTURES_KEPT = 2;
const pictures = (globalThis.ostrakonPictures ??= new Map()); // url -> promise of its copies; the next one too

function loadPicture(url) {
  if (!pictures.has(url)) {
    pictures.set(url, fetchPicture(url).catch((error) => { pictures.delete(url); throw error; }));
    for (const old of [...pictures.keys()].slice(0, -PICTURES_KEPT)) pictures.delete(old);
  }
  return pictures.get(url);
}

async function fetchPicture(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`picture: ${answer.status}`);
  const copies = [await createImageBitmap(await answer.blob())];
  while (Math.max(copies.at(-1).width, copies.at(-1).height) > SMALLEST_COPY_PX) copies.push(halved(copies.at(-1)));
  return copies;
}

function halved(picture) {
  const half = document.createElement("canvas");
  half.width = Math.ceil(picture.width / 2);
  half.height = Math.ceil(picture.height / 2);
  half.getContext("2d").drawImage(picture, 0, 0, half.width, half.height);
  return half;
}

// `sharp` is how many pixels of the screen make one of CSS.
function drawPicture(canvas, copies, drawing, view, sharp) {
  const context = canvas.getContext("2d");
  const perPixel = view.scale * sharp;
  const wanted = Math.floor(Math.log2(copies[0].width / drawing.width / perPixel) + 0.01);
  const copy = copies[Math.min(Math.max(wanted, 0), copies.length - 1)];
  const across = copy.width / drawing.width, down = copy.height / drawing.height;
  const left = Math.max(0, Math.floor(view.column * across) - 2), top = Math.max(0, Math.floor(view.row * down) - 2);
  const right = Math.min(copy.width, Math.ceil((view.column + canvas.width / perPixel) * across) + 2);
  const bottom = Math.min(copy.height, Math.ceil((view.row + canvas.height / perPixel) * down) + 2);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = perPixel < NEAREST_FROM;
  context.drawImage(
    copy, left, top, right - left, bottom - top,
    (left / across - view.column) * perPixel, (top / down - view.row) * perPixel,
    ((right - left) / across) * perPixel, ((bottom - top) / down) * perPixel,
  );
}

class MaskLayer {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.screen = null;
  }

  // Draws the part `box` of the screen (all without one) as tint or outline.
  draw(mask, view, sharp, look, box = null) {
    const { width, height } = this.canvas;
    if (!width || !height) return;
    if (!this.screen || this.screen.width !== width || this.screen.height !== height) {
      this.screen = this.context.createImageData(width, height);
      this.colours = new Uint32Array(this.screen.data.buffer);
      this.classes = new Uint8Array(width * height);
      box = null;
    }
    const reach = look.isOutline ? look.linePx : 0;
    const all = { top: 0, left: 0, bottom: height, right: width };
    const part = box ? clippedBox(box, all, reach + 2) : all;
    if (part.right <= part.left || part.bottom <= part.top) return;
    const perPixel = (view.scale * sharp) * (mask.shrink || 1);
    const place = { row: view.row / (mask.shrink || 1), column: view.column / (mask.shrink || 1), perPixel };
    if (look.isOutline) {
      this.sampleClasses(mask, place, box ? clippedBox(part, all, reach) : all);
      this.paintOutline(part, look);
    } else {
      this.paintTint(mask, place, part, look);
    }
    this.context.putImageData(
      this.screen, 0, 0, part.left, part.top, part.right - part.left, part.bottom - part.top,
    );
  }

  paintTint(mask, place, part, look) {
    const { pixels, width: across } = mask, { width } = this.canvas;
    const isFine = place.perPixel < 0.8; // several pixels of the drawing in one of the screen: look at four of them
    const [columns, others] = isFine
      ? [sampled(part.left, part.right, 0.25, place.column, place.perPixel, mask.width),
         sampled(part.left, part.right, 0.75, place.column, place.perPixel, mask.width)]
      : [sampled(part.left, part.right, 0.5, place.column, place.perPixel, mask.width), null];
    const rows = sampled(part.top, part.bottom, isFine ? 0.25 : 0.5, place.row, place.perPixel, mask.height);
    const lower = isFine ? sampled(part.top, part.bottom, 0.75, place.row, place.perPixel, mask.height) : null;
    for (let y = part.top; y < part.bottom; y++) {
      const row = rows[y - part.top], base = row * across, below = isFine ? lower[y - part.top] * across : 0;
      const isOut = row < 0 || (isFine && below < 0);
      for (let x = part.left, i = y * width + part.left, c = 0; x < part.right; x++, i++, c++) {
        const column = columns[c];
        if (isOut || column < 0) { this.colours[i] = 0; continue; }
        if (!isFine) { this.colours[i] = look.palette[pixels[base + column]][4]; continue; }
        const other = others[c] < 0 ? column : others[c];
        const p = pixels[base + column], q = pixels[base + other];
        const r = pixels[below + column], s = pixels[below + other];
        this.colours[i] = look.palette[p || q || r || s][(p ? 1 : 0) + (q ? 1 : 0) + (r ? 1 : 0) + (s ? 1 : 0)];
      }
    }
  }

  sampleClasses(mask, place, part) {
    const columns = sampled(part.left, part.right, 0.5, place.column, place.perPixel, mask.width);
    const rows = sampled(part.top, part.bottom, 0.5, place.row, place.perPixel, mask.height);
    const { width } = this.canvas;
    for (let y = part.top; y < part.bottom; y++) {
      const row = rows[y - part.top];
      for (let x = part.left, i = y * width + part.left, c = 0; x < part.right; x++, i++, c++) {
        this.classes[i] = row < 0 || columns[c] < 0 ? 0 : mask.pixels[row * mask.width + columns[c]];
      }
    }
  }

  // A line around each class, outside of it, so that it hides no ink that belongs to it.
  paintOutline(part, look) {
    const { width, height } = this.canvas, { classes } = this, reach = look.linePx;
    for (let y = part.top; y < part.bottom; y++) {
      for (let x = part.left, i = y * width + part.left; x < part.right; x++, i++) {
        let around = 0;
        for (let d = 1; d <= reach; d++) {
          const side = Math.max(
            x >= d ? classes[i - d] : 0, x + d < width ? classes[i + d] : 0,
            y >= d ? classes[i - d * width] : 0, y + d < height ? classes[i + d * width] : 0,
          );
          if (side > around) around = side;
        }
        this.colours[i] = around > classes[i] ? look.palette[around][4] : 0;
      }
    }
  }
}

// Which row or column of the drawing each screen pixel shows; -1 beside the drawing.
function sampled(first, past, offset, start, perPixel, length) {
  const places = new Int32Array(past - first);
  for (let i = first; i < past; i++) {
    const place = Math.floor(start + (i + offset) / perPixel);
    places[i - first] = place >= 0 && place < length ? place : -1;
  }
  return places;
}

function clippedBox(box, within, reach) {
  return {
    top: Math.max(within.top, Math.floor(box.top - reach)), left: Math.max(within.left, Math.floor(box.left - reach)),
    bottom: Math.min(within.bottom, Math.ceil(box.bottom + reach)),
    right: Math.min(within.right, Math.ceil(box.right + reach)),
  };
}

// For each class its colour at 0 to 4 quarters, as the browser keeps it: ABGR.
function paletteOf(labels) {
  const palette = [new Uint32Array(5)];
  for (const { index, colour: [red, green, blue] } of labels) {
    palette[index] = Uint32Array.from({ length: 5 }, (_, quarters) =>
      ((Math.round((255 * quarters) / 4) << 24) | (blue << 16) | (green << 8) | red) >>> 0);
  }
  return palette;
}
