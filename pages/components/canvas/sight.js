// What is seen of the drawing: which part of it, how large, and the layers that show it. Needs no server.

const ROOM_BELOW_PX = 20;
const LEAST_HEIGHT_PX = 320;
const memory = { tool: TOOLS[0], widthPx: WIDTHS_PX.first, gapPx: null }; // of this page: outlives a change of drawing

class Sight {
  constructor(root, drawing) {
    this.parts = Object.fromEntries(
      ["studio", "toolbar", "stage", "picture", "mask", "pen", "refusal", "state", "overview", "help"].map(
        (name) => [name, root.querySelector("." + name)]),
    );
    this.drawing = drawing;
    this.layer = new MaskLayer(this.parts.mask);
    this.held = null;
    this.dirty = { view: true, mask: emptyBox() };
  }

  // ---- the view

  get stage() {
    return { width: this.parts.stage.clientWidth, height: this.parts.stage.clientHeight };
  }

  measure() {
    const top = this.parts.stage.getBoundingClientRect().top + (this.scroller?.scrollTop || 0);
    const height = `${Math.max(LEAST_HEIGHT_PX, window.innerHeight - top - ROOM_BELOW_PX)}px`;
    if (this.parts.stage.style.height !== height) this.parts.stage.style.height = height;
    const { stage } = this, before = this.measured;
    if (!stage.width || (before && before.width === stage.width && before.height === stage.height && this.view)) return;
    this.sharp = Math.min(window.devicePixelRatio || 1, 2);
    for (const name of ["picture", "mask", "pen"]) {
      this.parts[name].width = Math.round(stage.width * this.sharp);
      this.parts[name].height = Math.round(stage.height * this.sharp);
    }
    const middle = before && { x: before.width / 2, y: before.height / 2 };
    this.measured = stage;
    if (!this.view || this.isWhole) this.seeWhole();
    else {
      const [row, column] = middle ? inDrawing(this.view, middle) : [0, 0];
      const { scale } = this.view;
      const moved = { scale, row: row - stage.height / 2 / scale, column: column - stage.width / 2 / scale };
      this.see(middle ? moved : this.view);
    }
  }

  see(view) {
    const whole = wholeView(this.drawing, this.stage);
    this.isWhole = view.scale <= whole.scale * 1.0001;
    this.view = this.isWhole ? whole : placedView(view, this.drawing, this.stage);
    const times = this.view.scale / whole.scale, digits = times > 9.95 || times % 1 < 0.05 ? 0 : 1;
    this.bar.factor.textContent = this.isWhole ? "Whole" : `${times.toFixed(digits)}×`;
    this.bar.out.disabled = this.bar.whole.disabled = this.isWhole;
    this.parts.overview.hidden = this.isWhole;
    placeFrame(this.map, this.view, this.drawing, this.stage);
    this.remember();
    this.seeAnew();
  }

  seeWhole() {
    this.see(wholeView(this.drawing, this.stage));
  }

  zoomBy(times, point = { x: this.stage.width / 2, y: this.stage.height / 2 }) {
    this.see(zoomedView(this.view, this.view.scale * times, point, this.drawing, this.stage));
  }

  panBy(across, down) {
    this.see(movedView(this.view, across * this.stage.width, down * this.stage.height, this.drawing, this.stage));
  }

  centreOn(down, across) {
    const { scale } = this.view;
    this.see({
      scale, row: down * this.drawing.height - this.stage.height / 2 / scale,
      column: across * this.drawing.width - this.stage.width / 2 / scale,
    });
  }

  remember() {
    if (this.opacity === undefined) return;
    const view = this.view && !this.isWhole ? this.view : null;
    sessionStorage.setItem("ostrakon.canvas", JSON.stringify({
      opacity: this.opacity, isOutline: this.isOutline, areMarksHidden: this.areMarksHidden, widthPx: memory.widthPx,
      drawing: this.drawing.id, view,
    }));
  }

  restore() {
    let kept = {};
    try { kept = JSON.parse(sessionStorage.getItem("ostrakon.canvas") || "{}"); } catch { /* as at first */ }
    memory.widthPx = kept.widthPx ?? memory.widthPx;
    if (kept.drawing === this.drawing.id && kept.view) [this.view, this.isWhole] = [kept.view, false];
    this.isOutline = !kept.isOutline;
    this.toggleOutline();
    this.areMarksHidden = !kept.areMarksHidden;
    this.toggleMarks();
    this.setOpacity(kept.opacity ?? 0.75);
  }

  // ---- how it is shown

  setOpacity(opacity) {
    this.opacity = opacity;
    this.bar.opacity.value = Math.round(100 * opacity);
    this.remember();
    this.wake();
  }

  toggleOutline() {
    this.isOutline = !this.isOutline;
    this.bar.outline.setAttribute("aria-pressed", String(Boolean(this.isOutline)));
    this.remember();
    this.seeAnew();
  }

  hold(what, isHeld) {
    const before = this.held;
    this.held = isHeld ? what : this.held === what ? null : this.held;
    if (before === this.held) return;
    if (this.held === "prediction" && this.predictionUrl && !this.prediction) this.loadPrediction();
    this.parts.stage.dataset.held = this.held || "";
    this.seeAnew();
  }

  toggleMarks() {
    this.areMarksHidden = !this.areMarksHidden;
    this.bar.marks.setAttribute("aria-pressed", String(!this.areMarksHidden));
    this.remember();
    drawPen(this);
  }

  // ---- what is seen

  seeAnew() {
    this.dirty.view = true;
    this.wake();
  }

  wake() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
  }

  draw() {
    if (!this.view || !this.measured || !this.parts.stage.isConnected) return;
    const { dirty, view, sharp } = this, { mask, picture } = this.parts;
    if (dirty.view && this.copies) drawPicture(picture, this.copies, this.drawing, view, sharp);
    const seen = this.held === "prediction" ? this.prediction : this.shown;
    const look = { palette: this.palette, isOutline: this.isOutline, linePx: Math.max(1, Math.round(1.5 * sharp)) };
    if (seen && (dirty.view || dirty.mask.bottom > dirty.mask.top)) {
      this.layer.draw(seen, view, sharp, look, dirty.view ? null : this.onScreen(dirty.mask));
    }
    mask.style.visibility = this.held === "bare" || (this.held && !this.prediction) ? "hidden" : "visible";
    mask.style.opacity = this.isOutline ? 1 : STRONGEST_TINT * this.opacity;
    this.dirty = { view: false, mask: emptyBox() };
    drawPen(this);
    this.tellTests();
  }

  // A box of the mask as one of the screen's pixels.
  onScreen(box) {
    const { view, sharp } = this, per = view.scale * sharp, { shrink } = this.told;
    return {
      top: (box.top * shrink - view.row) * per, left: (box.left * shrink - view.column) * per,
      bottom: (box.bottom * shrink - view.row) * per, right: (box.right * shrink - view.column) * per,
    };
  }

  tellTests() {
    const { x, y } = onStage(this.view, [0, 0]), { dataset } = this.parts.stage;
    Object.assign(dataset, { left: x, top: y, scale: this.view.scale });
    if (this.copies && this.shown) dataset.ready = this.drawing.id;
  }
}
