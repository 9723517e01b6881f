// What was drawn and is not on the server's disk yet. It is sent at once and kept until the server names it as heard;
// meanwhile it lies in the browser's storage too, from where it comes back after a reload, a crash or a closed tab.
// An act keeps its mark for good, by which the server knows it when it comes twice; its number n counts the acts of
// this page.

const CLIENT = crypto.getRandomValues(new Uint32Array(2)).reduce((text, part) => text + part.toString(36), "");
const LEFT_MS = 4000; // a tab that has not sent anything for so long with acts waiting is gone
const RETRY_MS = 5000;
const STORED = "ostrakon.unsaved.";
let counter = 0;
let lastSession = null; // of the server, the one that the masks in here came from
const kept = new Map(); // drawing -> its acts since the last mask that came from the server, sent or not

class Outbox {
  constructor(told, send) {
    this.name = STORED + told.name + "." + told.drawing;
    this.drawing = told.drawing;
    this.send = send;
    this.acts = kept.get(this.drawing) || [];
    this.waiting = this.acts.filter((act) => act.isWaiting);
    kept.clear(); // of other drawings only what waits is needed again, and that is in the storage
    kept.set(this.drawing, this.acts);
    this.recover();
    this.lateRecovery = setTimeout(() => this.recover() && this.onRecovered?.(), LEFT_MS + 100);
    this.retry = setInterval(() => this.waiting.length && Date.now() - this.sentAt > RETRY_MS && this.sendAll(), 1000);
  }

  add(act) {
    const n = ++counter;
    const whole = { ...act, n, mark: `${CLIENT}-${n}`, isWaiting: true, at: Date.now() };
    this.keep(whole);
    this.store();
    this.sendAll();
    return whole;
  }

  keep(act) {
    this.acts.push(act);
    this.waiting.push(act);
  }

  sendAll() {
    this.sentAt = Date.now();
    const acts = this.waiting.map(({ isWaiting, at, ...said }) => said);
    this.send({ client: CLIENT, drawing: this.drawing, acts, at: this.sentAt });
  }

  // What the server has on its disk; sends the rest again when somebody new listens there.
  hear(told) {
    if (told.heard.client === CLIENT) {
      for (const act of this.waiting) if (act.n <= told.heard.n) act.isWaiting = false;
      const before = this.waiting.length;
      this.waiting = this.waiting.filter((act) => act.isWaiting);
      if (this.waiting.length !== before) this.store();
    }
    if (this.waiting.length && (this.isUnsent || lastSession !== told.session)) {
      this.isUnsent = false;
      this.sendAll();
    }
    lastSession = told.session;
  }

  // Keeps those of the acts that the mask from the server does not hold yet. Call it before `hear`.
  forget(told) {
    const through = told.mask.client === CLIENT ? told.mask.through : 0;
    const isSame = lastSession === told.session;
    this.acts = this.acts.filter((act) => act.n > through && (act.isWaiting || isSame));
    kept.set(this.drawing, this.acts);
  }

  // Takes up what pages left behind that are gone; true if there was something.
  recover() {
    const mine = new Set(this.acts.map((act) => act.mark));
    const earlier = sessionOnce();
    const left = this.stored().filter(
      (act) => !mine.has(act.mark)
        && ([CLIENT, earlier].includes(act.mark.split("-")[0]) || Date.now() - act.at > LEFT_MS),
    );
    for (const act of left) this.keep({ ...act, n: ++counter, isWaiting: true, at: Date.now() });
    if (left.length) { this.store(); this.isUnsent = true; }
    return left.length > 0;
  }

  store() {
    const own = new Set(this.acts.map((act) => act.mark));
    const others = this.stored().filter((act) => !own.has(act.mark));
    const all = [...others, ...this.waiting];
    try {
      if (all.length) localStorage.setItem(this.name, JSON.stringify(all));
      else localStorage.removeItem(this.name);
    } catch { /* no room: what was sent is on its way all the same */ }
  }

  stored() {
    try {
      return JSON.parse(localStorage.getItem(this.name) || "[]");
    } catch {
      return [];
    }
  }

  close() {
    clearTimeout(this.lateRecovery);
    clearInterval(this.retry);
  }
}

// The name of the page that was in this tab before, which a reload ended.
let earlierClient = null;
function sessionOnce() {
  if (earlierClient === null) {
    earlierClient = sessionStorage.getItem("ostrakon.client") || "-";
    sessionStorage.setItem("ostrakon.client", CLIENT);
  }
  return earlierClient;
}
