// The tools: what each is called, and what it makes of the way of the pointer. An act is what the server understands
// (pages/components/own_canvas.py): a tool, a class, points [row, column] in pixels of the drawing.

function tool(name, key, icon, makes, says, erases = false) {
  return { name, key, icon, makes, says, erases };
}

const CORNERS = "Click corner by corner; the first one again, or Enter,";
const TOOLS = [
  tool("Add", "b", "brush", "stroke", "Paint what belongs to the mask"),
  tool("Fill", "f", "colors", "fill", "Click between the lines of a section: it is filled"),
  tool("Pick", "k", "colorize", "pick", "Click on a black, grey or hatched section: it is taken"),
  tool("Area", "p", "polyline", "polygon", `${CORNERS} adds it`),
  tool("Erase", "e", "ink_eraser", "stroke", "Wipe out what does not belong to the mask", true),
  tool("Box", "d", "select", "rectangle", "Draw a rectangle: all in it goes", true),
  tool("Lasso", "l", "lasso_select", "lasso", "Draw around something: it goes", true),
  tool("Cut out", "o", "remove_selection", "polygon", `${CORNERS} cuts it out`, true),
  tool("Trim", "t", "content_cut", "cut",
    "Draw a line across: the smaller side goes. With Shift, click the side that goes"),
];
const POINTING = ["fill", "pick"];
const GAPS = [
  ["Gaps as usual", null], ["No gaps", 0], ["Gaps up to 8 px", 8], ["Gaps up to 16 px", 16], ["Gaps up to 32 px", 32],
];
const WIDTHS_PX = { least: 2, most: 200, first: 24 };
const CLICK_PX = 5; // a pointer that moves less has clicked
const DOUBLE_MS = 400;

function rounded([row, column]) {
  return [Math.round(row * 1000) / 1000, Math.round(column * 1000) / 1000];
}

// One way of the pointer from down to up; polygons take several. `finish` gives the act, or null for a slip.
class Way {
  constructor(tool, label, start, details) {
    this.tool = tool;
    this.label = tool.erases ? 0 : label;
    this.details = details;
    this.points = [rounded(start)];
  }

  add(point) {
    const next = rounded(point), last = this.points.at(-1);
    if (next[0] !== last[0] || next[1] !== last[1]) this.points.push(next);
  }

  // The two ends only, for what is drawn out between them.
  stretch(point) {
    this.points = [this.points[0], rounded(point)];
  }

  act() {
    const said = { tool: this.tool.makes, label: this.label, points: this.points };
    if (said.tool === "stroke") said.width_px = this.details.widthPx;
    if (said.tool === "fill" && this.details.gapPx !== null) said.gap_px = this.details.gapPx;
    if (this.away) said.away = this.away;
    return said;
  }

  isSlip() {
    const { makes } = this.tool;
    if (makes === "polygon" || makes === "lasso") return this.points.length < 3;
    return (makes === "rectangle" || makes === "cut") && this.points.length < 2;
  }
}
