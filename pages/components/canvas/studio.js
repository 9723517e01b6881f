// The canvas as one thing: what the server tells, what the pointer and the keys do, and what is seen.

const SAVING_MS = 600, UNHEARD_MS = 8000;
const REFUSAL_MS = 15000;
const TOO_OLD = "The mask cannot be shown. Load the page again, or use a browser not older than 2023.";
const AHEAD_MS = 1000; // then the next drawing is fetched, so that it is there before it is asked for
const studios = new WeakMap();

class Studio extends Sight {
  constructor(root, told, { send, ask }) {
    super(root, { id: told.drawing, height: told.height, width: told.width });
    this.outbox = new Outbox(told, send);
    this.ask = ask;
    this.places = [];
    this.outbox.onRecovered = () => { this.outbox.sendAll(); this.repaint(); };
    this.pointers = new Map();
    this.way = null;
    this.bar = buildToolbar(this.parts.toolbar, this);
    this.map = buildOverview(this.parts.overview, this);
    buildHelp(this.parts.help);
    this.restore();
    this.listen();
    this.choose(memory.tool);
    this.measure();
    this.state = setInterval(() => { this.tellState(); if (!this.pointers.size) this.measure(); }, 200);
  }

  // ---- what the server tells

  update(told, { send, ask }) {
    [this.outbox.send, this.ask] = [send, ask];
    this.told = told;
    Object.assign(this.parts.stage.dataset, { drawing: told.drawing, label: told.label });
    this.palette = paletteOf(told.labels);
    if (this.pictureUrl !== told.picture) this.openPicture(told.picture);
    const mark = `${told.session}/${told.mask.number}`;
    if (mark !== this.maskMark) {
      this.maskMark = mark;
      this.outbox.forget(told);
      this.openMask(told);
    }
    this.outbox.hear(told);
    if (told.prediction !== this.predictionUrl) [this.predictionUrl, this.prediction] = [told.prediction, null];
    this.bar.before.hidden = !told.prediction;
    takePlaces(this, told.places);
    if (this.isRested) this.fetchAhead();
    this.showRefusal(told.refusal);
    this.tellState();
    this.wake();
  }

  async openPicture(url) {
    this.pictureUrl = url;
    try {
      const copies = await loadPicture(url);
      if (this.pictureUrl !== url) return;
      this.copies = copies;
      drawMap(this.map, copies, this.drawing);
      this.seeAnew();
      this.rest = setTimeout(() => { this.isRested = true; this.fetchAhead(); }, AHEAD_MS);
    } catch (error) {
      this.pictureUrl = null;
      this.showRefusal({ number: url, text: "The drawing's picture could not be loaded. Load the page again." });
      throw error;
    }
  }

  // The server tells the next drawing only once it is asked: until then it has this one to show.
  fetchAhead() {
    if (this.told.upcoming) loadPicture(this.told.upcoming).catch(() => null);
    else if (!this.hasAsked) this.ask(this.drawing.id);
    this.hasAsked = true;
  }

  async openMask(told) {
    const mark = this.maskMark;
    const packed = Uint8Array.from(atob(told.mask.runs), (sign) => sign.charCodeAt(0));
    const mask = await this.unpacked(packed).catch(() => this.showRefusal({ number: mark, text: TOO_OLD }));
    if (!mask || mark !== this.maskMark) return; // a newer one is on its way
    this.pure = mask;
    this.pointing = null;
    this.repaint();
    this.parts.stage.dataset.mask = told.mask.number;
  }

  async unpacked(packed) {
    const { height, width } = this.drawing, shrink = this.told.shrink;
    const mask = await unpackMask(packed, Math.ceil(height / shrink), Math.ceil(width / shrink));
    return { ...mask, shrink };
  }

  // The mask as the server made it, with all that was drawn since.
  repaint() {
    if (!this.pure) return;
    this.shown = this.pure;
    for (const act of this.outbox.acts) if (act.n > this.heldByMask()) paintAct(this.shown, act, this.told.shrink);
    if (this.way && this.way.tool.makes === "stroke") paintAct(this.shown, this.way.act(), this.told.shrink);
    this.seeAnew();
  }

  heldByMask() {
    return this.told.mask.client === CLIENT ? this.told.mask.through : 0;
  }

  async loadPrediction() {
    const url = this.predictionUrl;
    const answer = await fetch(url);
    const mask = await this.unpacked(await answer.arrayBuffer());
    if (url === this.predictionUrl) [this.prediction, this.dirty.view] = [mask, true];
    this.wake();
  }

  showRefusal(refusal) {
    const isNew = refusal && refusal.number !== this.refused;
    if (isNew) {
      this.refused = refusal.number;
      this.parts.refusal.textContent = refusal.text;
      this.parts.refusal.hidden = false;
      clearTimeout(this.refusalTimer);
      this.refusalTimer = setTimeout(() => { this.parts.refusal.hidden = true; }, REFUSAL_MS);
    } else if (!refusal) {
      this.parts.refusal.hidden = true;
    }
  }

  tellState() {
    const { waiting, sentAt } = this.outbox, { state, stage } = this.parts;
    const since = waiting.length ? Date.now() - Math.min(...waiting.map((act) => act.at)) : 0;
    stage.dataset.waiting = waiting.length;
    state.hidden = since < SAVING_MS;
    state.textContent = since > UNHEARD_MS
      ? "Not saved yet: Ostrakon does not answer. What you drew is kept in this browser and saved once it does."
      : "Saving…";
    if (!waiting.length) this.pointing = this.pointing && sentAt > Date.now() - REFUSAL_MS ? this.pointing : null;
  }

  // ---- what is chosen

  choose(tool) {
    if (this.way?.tool.makes === "stroke") this.finish();
    this.dropWay();
    memory.tool = tool;
    TOOLS.forEach((other, index) => this.bar.tools[index].setAttribute("aria-pressed", String(other === tool)));
    this.bar.brush.hidden = tool.makes !== "stroke";
    this.bar.fill.hidden = tool.makes !== "fill";
    this.parts.stage.dataset.tool = tool.name;
    this.setWidth(memory.widthPx);
    tellCursor(this);
  }

  setWidth(px) {
    memory.widthPx = Math.round(Math.min(Math.max(px, WIDTHS_PX.least), WIDTHS_PX.most));
    this.bar.width.value = memory.widthPx;
    this.bar.widthTold.textContent = `${memory.widthPx}`;
    this.remember();
    drawPen(this);
  }

  setGap(px) {
    memory.gapPx = px;
  }

  showHelp() {
    this.parts.help.showModal();
  }

  // ---- the pointer

  listen() {
    const { stage } = this.parts, stop = new AbortController(), on = { signal: stop.signal };
    this.stop = () => stop.abort();
    stage.addEventListener("pointerdown", (event) => down(this, event), on);
    stage.addEventListener("pointermove", (event) => move(this, event), on);
    stage.addEventListener("pointerup", (event) => up(this, event), on);
    stage.addEventListener("pointercancel", (event) => up(this, event), on);
    stage.addEventListener("pointerleave", () => { this.at = null; drawPen(this); }, on);
    stage.addEventListener("dblclick", () => this.way?.tool.makes === "polygon" && this.finish(), on);
    stage.addEventListener("wheel", (event) => wheel(this, event), { passive: false, ...on });
    stage.addEventListener("contextmenu", (event) => event.preventDefault(), on); // a finger that rests asks for it
    window.addEventListener("keydown", (event) => keyDown(this, event), { capture: true, ...on });
    window.addEventListener("keyup", (event) => keyUp(this, event), { capture: true, ...on });
    window.addEventListener("blur", () => this.letGo(), on);
    window.addEventListener("resize", () => this.measure(), on);
    this.scroller = stage.getRootNode().host?.closest("[data-testid=stMain]");
    this.watcher = new ResizeObserver(() => this.measure());
    this.watcher.observe(stage);
  }

  // ---- drawing

  begin(point) {
    const { tool } = memory, { scale } = this.view;
    if (this.way?.tool.makes === "polygon") { this.corner(point); return; }
    if (this.way?.awaitsSide) { this.way.away = rounded(point); this.finish(); return; }
    if (POINTING.includes(tool.makes) && Date.now() - (this.pointedAt || 0) < DOUBLE_MS) return;
    const details = { widthPx: Math.round((memory.widthPx / scale) * 1000) / 1000, gapPx: memory.gapPx };
    this.way = new Way(tool, this.told.label, point, details);
    if (tool.makes === "stroke") this.paintNewest();
  }

  follow(point) {
    const { makes } = this.way.tool;
    if (makes === "stroke") { this.way.add(point); this.paintNewest(); }
    else if (makes === "lasso") this.way.add(point);
    else if ((makes === "rectangle" || makes === "cut") && !this.way.awaitsSide) this.way.stretch(point);
  }

  corner(point) {
    const spot = onStage(this.view, point), first = onStage(this.view, this.way.points[0]);
    if (this.way.points.length > 2 && Math.hypot(spot.x - first.x, spot.y - first.y) < 2 * CLICK_PX) this.finish();
    else this.way.add(point);
    drawPen(this);
  }

  paintNewest() {
    const act = this.way.act();
    const box = paintAct(this.shown, { ...act, points: act.points.slice(-2) }, this.told.shrink);
    this.dirty.mask = joinedBox(this.dirty.mask, box);
    this.wake();
  }

  finish() {
    const { way } = this;
    this.way = null;
    drawPen(this);
    if (way.isSlip()) return;
    const act = way.act();
    const isPointing = POINTING.includes(act.tool) || act.tool === "cut";
    if (isPointing) [this.pointing, this.pointedAt] = [act.points[0], Date.now()];
    const sent = this.outbox.add({ ...act, draft: this.told.draft });
    const box = act.tool === "stroke" ? null : paintAct(this.shown, sent, this.told.shrink);
    if (box) this.dirty.mask = joinedBox(this.dirty.mask, box);
    this.tellState();
    this.wake();
  }

  dropWay() {
    const was = this.way;
    this.way = null;
    if (was?.tool.makes === "stroke") this.restart();
    drawPen(this);
  }

  // A stroke that was begun is wiped out again: the mask comes anew from what the server gave.
  restart() {
    this.openMask(this.told);
  }

  // ---- keys

  letGo() {
    this.hold(this.held, false);
    this.isSpace = false;
    tellCursor(this);
  }

  takeBack() {
    this.way.points.pop();
    if (!this.way.points.length) this.way = null;
    drawPen(this);
  }

  close() {
    if (this.way?.tool.makes === "stroke") this.finish();
    this.pictureUrl = null; // one that is on its way comes too late
    this.stop();
    this.watcher.disconnect();
    this.outbox.close();
    clearInterval(this.state);
    clearTimeout(this.rest);
    clearTimeout(this.refusalTimer);
    cancelAnimationFrame(this.frame);
  }
}

export default function ({ parentElement, data, setStateValue }) {
  const ways = {
    send: (drawn) => setStateValue("drawn", drawn),
    ask: (drawing) => setStateValue("ahead", drawing),
  };
  let studio = studios.get(parentElement);
  if (studio && studio.drawing.id !== data.drawing) { studio.close(); studio = null; }
  if (!studio) {
    studio = new Studio(parentElement, data, ways);
    studios.set(parentElement, studio);
  }
  studio.update(data, ways);
  return () => { studios.get(parentElement)?.close(); studios.delete(parentElement); };
}
