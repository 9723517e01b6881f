// While only a part is seen: the whole drawing, small, with a frame around that part, and arrows to move about.

const OVERVIEW_PX = 132;
const ARROWS = [
  ["Up", "keyboard_arrow_up", 0, -0.5], ["Left", "keyboard_arrow_left", -0.5, 0],
  ["Right", "keyboard_arrow_right", 0.5, 0], ["Down", "keyboard_arrow_down", 0, 0.5],
];

function buildOverview(panel, studio) {
  const map = element("div", { class: "map", "aria-label": "Where this is in the drawing; click to go there" });
  const picture = element("canvas"), frame = element("div", { class: "frame" });
  map.append(picture, frame);
  const go = (event) => {
    const box = map.getBoundingClientRect();
    studio.centreOn((event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width);
  };
  map.addEventListener("pointerdown", (event) => { map.setPointerCapture(event.pointerId); go(event); });
  map.addEventListener("pointermove", (event) => map.hasPointerCapture(event.pointerId) && go(event));
  const arrows = ARROWS.map(([name, sign, across, down]) => {
    const made = button(name, sign, null, name, () => studio.panBy(across, down));
    made.classList.add(name.toLowerCase());
    return made;
  });
  panel.replaceChildren(...arrows, map);
  return { map, picture, frame };
}

function drawMap(parts, copies, drawing) {
  const scale = OVERVIEW_PX / Math.max(drawing.width, drawing.height);
  const small = copies.at(-1);
  parts.map.style.width = `${Math.max(24, drawing.width * scale)}px`;
  parts.map.style.height = `${Math.max(24, drawing.height * scale)}px`;
  [parts.picture.width, parts.picture.height] = [small.width, small.height];
  parts.picture.getContext("2d").drawImage(small, 0, 0);
}

function placeFrame(parts, view, drawing, stage) {
  const share = (value, of) => `${(100 * Math.min(1, Math.max(0, value / of))).toFixed(2)}%`;
  const style = parts.frame.style;
  style.top = share(view.row, drawing.height);
  style.left = share(view.column, drawing.width);
  style.height = share(Math.min(drawing.height, stage.height / view.scale), drawing.height);
  style.width = share(Math.min(drawing.width, stage.width / view.scale), drawing.width);
}
