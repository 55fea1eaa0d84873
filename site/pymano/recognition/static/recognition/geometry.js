// Stroke geometry, pure: no canvas, no page, no clock.
// A point is [x, y, t in ms, pressure 0 to 1 or null]; a stroke is the points from pen down to pen up.

const PEN = 4.2; // the nib's width in sheet units
const STEP = 2; // distance between the discs of a painted stroke, in sheet units
const NEAR = 3; // sheet units between the knots of a painted stroke
const QUICK = 2.5; // units a ms at which a hand without pressure draws its thinnest line

/** The box around all points, or null where there is none. */
export function bounds(strokes) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const stroke of strokes) {
    for (const [x, y] of stroke) {
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
    }
  }
  return box.left === Infinity ? null : box;
}

/**
 * Where ink stands on a sheet: sheet = ink * scale + {x, y}. The ink's y is counted from the baseline, so that a sheet
 * of another size keeps the writing on its line. Ink is made smaller, never larger, until nothing of it is cut off.
 */
export function view(strokes, { width, height, baseline, margin = 12 }) {
  const box = bounds(strokes);
  if (!box) return { scale: 1, x: 0, y: baseline };
  const left = Math.min(0, box.left); // ink that came in over the left edge moves right
  const indent = left < 0 ? margin : 0;
  const scale = Math.min(
    1,
    (width - margin - indent) / Math.max(1, box.right - left),
    (height - 2 * margin) / Math.max(1, box.bottom - box.top),
  );
  const highest = margin - box.top * scale;
  const lowest = height - margin - box.bottom * scale;
  return { scale, x: indent - left * scale, y: Math.max(highest, Math.min(lowest, baseline)) };
}

/** A point of the sheet in the ink's own units. */
export function toInk([x, y], { scale, x: left, y: top }) {
  return [(x - left) / scale, (y - top) / scale];
}

/** How wide the nib is at each point: by pressure where the pen tells it, else by the speed of the hand. */
export function widths(stroke) {
  let width = null;
  return stroke.map((point, i) => {
    const wanted = PEN * (point[3] === null ? bySpeed(stroke, i) : 0.45 + 1.1 * point[3]);
    width = width === null ? wanted : width + 0.3 * (wanted - width);
    return width;
  });
}

function bySpeed(stroke, i) {
  if (i === 0) return 1;
  const [x0, y0, t0] = stroke[i - 1];
  const [x1, y1, t1] = stroke[i];
  const speed = distance([x0, y0], [x1, y1]) / Math.max(1, t1 - t0);
  return 1.15 - 0.5 * Math.min(1, speed / QUICK);
}

/**
 * The discs [x, y, radius] that a nib leaves along a stroke: curves through the midpoints of its knots, so that the
 * corners of the sampling are not seen. One point gives one disc.
 */
export function discs(stroke) {
  const knots = knotsOf(stroke);
  const end = endOf(stroke);
  if (distance(knots.at(-1), end) > 0) knots.push(end);
  if (knots.length === 1) return knots.map(([x, y, radius]) => [x, y, radius * 1.25]);
  const begun = line(knots[0], middle(knots[0], knots[1]));
  const ended = line(middle(knots.at(-2), knots.at(-1)), knots.at(-1)).slice(1);
  return [...begun, ...curves(knots, 1).slice(1), ...ended];
}

/** The discs of a stroke that still grows, from knot `from` (1 or more), and the knot from which to go on later. */
export function growth(stroke, from) {
  const knots = knotsOf(stroke);
  return knots.length < 2
    ? { trail: knots, reached: from }
    : { trail: curves(knots, from), reached: Math.max(1, knots.length - 1) };
}

/** The points of a stroke with the nib's radius, less those so near the last one that a mouse's whole pixels show. */
function knotsOf(stroke) {
  const wide = widths(stroke);
  const knots = [];
  stroke.forEach(([x, y], i) => {
    const knot = [x, y, wide[i] / 2];
    if (i === 0 || distance(knots.at(-1), knot) >= NEAR) knots.push(knot);
  });
  return knots;
}

function endOf(stroke) {
  return [...stroke.at(-1).slice(0, 2), widths(stroke).at(-1) / 2];
}

function distance([x0, y0], [x1, y1]) {
  return Math.hypot(x1 - x0, y1 - y0);
}

function curves(knots, from) {
  const path = [middle(knots[from - 1], knots[from])];
  for (let i = from; i < knots.length - 1; i += 1) {
    path.push(...curve(middle(knots[i - 1], knots[i]), knots[i], middle(knots[i], knots[i + 1])));
  }
  return path;
}

function middle(a, b) {
  return a.map((value, i) => (value + b[i]) / 2);
}

function line(a, b) {
  const count = Math.max(1, Math.ceil(distance(a, b) / STEP));
  return Array.from({ length: count + 1 }, (_, i) => a.map((value, k) => value + ((b[k] - value) * i) / count));
}

/** A quadratic curve from a to c, drawn to b, without its first point. */
function curve(a, b, c) {
  const count = Math.max(1, Math.ceil((distance(a, b) + distance(b, c)) / STEP));
  return Array.from({ length: count }, (_, i) => {
    const t = (i + 1) / count;
    return a.map((value, k) => (1 - t) ** 2 * value + 2 * t * (1 - t) * b[k] + t ** 2 * c[k]);
  });
}
