// The Write page: the wiring between the pen, the drawing, the sheet, the reader and the panel. Only here are the
// page's ids known.

import { Drawing } from "./drawing.js";
import { toInk, view } from "./geometry.js";
import { keep, kept, whenKept } from "./kept.js";
import { paintGrowth, paintInk, paintLines, sharpen, wipe } from "./paint.js";
import { Pen } from "./pen.js";
import { whenBack } from "./presence.js";
import { Reader } from "./reader.js";
import { ReadingPanel } from "./reading-panel.js";
import { correct, look, Problem, readInk } from "./server.js";

const BASELINE = 0.66; // of the sheet's height
const X_HEIGHT = 0.22; // above the baseline, of the sheet's height
const LETTER = 110; // px that the x-height never passes
const PAUSE = 500; // ms, where it is not known how long the pen rested
const MOST = 20000; // points that the server reads at once

const part = (id) => document.getElementById(id);
const { user, username } = document.body.dataset;
const sheet = part("sheet");
const before = kept(user);
let drawing = new Drawing(before ? { id: before.drawing, strokes: before.strokes } : {});
let reading = before?.reading ?? null; // of these very strokes, or null
let wet = null; // the stroke under the pen
let dried = 1; // the knot of it from which it is not painted yet
let began = 0; // the time stamp at which the drawing's clock stood at 0
let place = view([], { width: 1, height: 1, baseline: 0 });
let room = { width: 1, height: 1 };
let frame = null;

let asked = drawing.strokes; // the strokes that were last sent to be read
const said = new WeakMap(); // strokes -> the correction of their reading

const reader = new Reader(ask, {
  reading: () => panel.dim(),
  read: take,
  problem: (problem) => panel.problem(problem),
});
const panel = new ReadingPanel(part("reading"), "ink", { correct: correctIt, again: () => reader.now() });
const pen = new Pen(sheet, { down, move, up, drop, finger });

// The pen writes.

function down() {
  reader.hold();
  wet = [];
  dried = 1;
  part("hint").setAttribute("hidden", "");
  if (part("fingers").hidden) part("remark").textContent = "";
}

function move(points) {
  for (const [x, y, stamp, pressure] of points) {
    if (wet.length === 0) wind(stamp);
    const [inkX, inkY] = toInk([x, y], place).map(hundredth);
    const time = Math.max(0, Math.round(stamp - began));
    wet.push([inkX, inkY, time, pressure === null ? null : hundredth(pressure)]);
  }
  frame ??= requestAnimationFrame(paintWet);
}

/** The drawing's clock starts at 0 and never goes back, also after undo or a reload. */
function wind(stamp) {
  const last = drawing.strokes.at(-1)?.at(-1)[2];
  if (last === undefined) began = stamp;
  else if (stamp - began < last) began = stamp - last - PAUSE;
}

function up() {
  const stroke = wet;
  wet = null;
  drawing.add(stroke);
  if (hasMoved()) measure();
  wipe(part("wet").getContext("2d"));
  paintInk(part("dry").getContext("2d"), [stroke], place, getComputedStyle(sheet).color);
  changed();
}

/** A palm's stroke is none. */
function drop() {
  wet = null;
  if (hasMoved()) measure();
  else paint();
  if (!drawing.isEmpty && !reading) reader.rest();
}

function finger() {
  part("remark").textContent = "Your pen writes, so fingers leave no ink.";
  part("fingers").hidden = false;
}

function hundredth(value) {
  return Math.round(value * 100) / 100;
}

// The drawing changes.

function changed() {
  reading = null;
  remember();
  offer();
  if (drawing.isEmpty) {
    reader.stop();
    panel.empty();
  } else if (countPoints() > MOST) {
    reader.stop();
    panel.problem(new Problem("too-large"));
  } else {
    reader.rest();
  }
}

function countPoints() {
  return drawing.strokes.reduce((count, stroke) => count + stroke.length, 0);
}

function remember() {
  const done = keep(user, { drawing: drawing.id, strokes: drawing.strokes, reading });
  if (!done) part("remark").textContent = "This browser cannot keep your ink. Stay here until it is read.";
}

function ask(signal) {
  asked = drawing.strokes;
  return readInk({ strokes: asked, drawing: drawing.id }, { username, signal });
}

/** Ink that has grown meanwhile is not read by this: another reading is on its way. */
function take(read) {
  panel.show(read);
  if (asked !== drawing.strokes) return;
  reading = read;
  remember();
  if (said.has(asked) && read.correction === null) sayAgain(read.id, said.get(asked));
}

/** The site drops a correction where the ink has changed; undo brings back both. */
async function sayAgain(id, text) {
  const corrected = await correctIt(id, text).catch(() => null);
  if (corrected && reading === corrected) panel.show(corrected);
}

async function correctIt(id, text) {
  const corrected = await correct(id, text, { username });
  if (reading?.id === id) {
    reading = corrected;
    said.set(drawing.strokes, text);
    remember();
  }
  return corrected;
}

/** A kept reading may have been corrected or deleted elsewhere; what was deleted does not come back from here. */
async function lookAgain(id, strokes) {
  try {
    const now = await look(id, { username });
    if (drawing.strokes === strokes && reading?.id === id) take(now);
  } catch ({ kind }) {
    if (kind === "gone" && drawing.strokes === strokes) start();
  }
}

function start() {
  drawing = new Drawing();
  paint();
  changed();
}

// The sheet.

function measure() {
  if (pen.isDown) return; // the sheet does not move under the pen: up() and drop() measure again
  const { clientWidth: width, clientHeight: height } = sheet;
  const baseline = Math.round(height * BASELINE);
  room = { width, height, baseline, xHeight: baseline - Math.min(LETTER, height * X_HEIGHT) };
  place = view(drawing.strokes, room);
  sharpen(part("wet"), room);
  sharpen(part("dry"), room);
  paint();
}

function hasMoved() {
  return sheet.clientWidth !== room.width || sheet.clientHeight !== room.height;
}

function paint() {
  const context = part("dry").getContext("2d");
  const { color, outlineColor } = getComputedStyle(sheet);
  wipe(context);
  paintLines(context, room, outlineColor);
  paintInk(context, drawing.strokes, place, color);
  wipe(part("wet").getContext("2d"));
  dried = 1;
  if (wet) paintWet();
  offer();
}

function paintWet() {
  frame = null;
  if (!wet?.length) return;
  dried = paintGrowth(part("wet").getContext("2d"), wet, dried, place, getComputedStyle(sheet).color);
}

/** Buttons are there for what can be done. */
function offer() {
  part("undo").disabled = !drawing.canUndo;
  part("redo").disabled = !drawing.canRedo;
  part("clear").disabled = part("read").disabled = drawing.isEmpty;
  part("hint").toggleAttribute("hidden", !drawing.isEmpty || wet !== null);
}

// Buttons and keys.

function act(change) {
  if (pen.isDown) return;
  change();
  paint();
  changed();
}

const actions = {
  undo: () => drawing.canUndo && act(() => drawing.undo()),
  redo: () => drawing.canRedo && act(() => drawing.redo()),
  clear: () => drawing.isEmpty || act(() => drawing.clear()),
  read: () => drawing.isEmpty || reader.now(),
};

for (const [id, action] of Object.entries(actions)) part(id).addEventListener("click", action);

part("fingers").addEventListener("click", () => {
  pen.allowFingers();
  part("fingers").hidden = true;
  part("remark").textContent = "";
});

document.addEventListener("keydown", (event) => {
  const name = meant(event);
  if (!name || event.defaultPrevented || event.target.closest("input, textarea, dialog, details[open]")) return;
  event.preventDefault();
  actions[name]();
});

function meant({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  const pressed = key.toLowerCase();
  if (altKey) return null;
  if (pressed === "escape") return "clear";
  if (!ctrlKey && !metaKey) return null;
  if (pressed === "z") return shiftKey ? "redo" : "undo";
  return { y: "redo", enter: "read" }[pressed] ?? null;
}

// A picture has a page of its own; one that is dropped here must not make the browser leave the ink for it.

document.addEventListener("dragover", (event) => event.preventDefault());
for (const name of ["drop", "paste"]) document.addEventListener(name, pointToPicture);

function pointToPicture(event) {
  const { files } = event.dataTransfer ?? event.clipboardData;
  if (event.type === "drop") event.preventDefault();
  if (files.length) part("remark").textContent = "Pictures are read on the Picture page.";
}

// What happens around the page.

new ResizeObserver(measure).observe(sheet);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
watchPixels();

/** The pixel ratio changes with zoom and from screen to screen. */
function watchPixels() {
  const now = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  now.addEventListener("change", () => {
    measure();
    watchPixels();
  }, { once: true });
}

whenBack(user, () => reader.wake());

// Another tab may keep its ink in the place of this one's. What both began with is then read as two drawings. Where the
// user left by choice, nothing stays to be seen.
whenKept(user, (ink) => {
  if (!ink) location.reload();
  else if (JSON.stringify(ink.strokes) !== JSON.stringify(drawing.strokes)) stepAside(ink);
});

function stepAside(ink) {
  if (ink.drawing === drawing.id) drawing.part();
  if (drawing.isEmpty || reading) return;
  part("remark").textContent = "Another tab keeps its ink in this browser now. Stay here until yours is read.";
}

measure();
if (!drawing.isEmpty) {
  if (reading) {
    panel.show(reading);
    lookAgain(reading.id, drawing.strokes);
  } else {
    reader.now();
  }
}
