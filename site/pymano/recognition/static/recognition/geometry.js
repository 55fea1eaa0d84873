// Stroke geometry, pure: no canvas, no page, no clock.
// A point is [x, y, t in ms, pressure 0 to 1 or null]; a stroke is the points from pen down to pen up.

const PEN = 4.2; // the nib's width in sheet units
const STEP = 2; // distance between the discs of a painted stroke, in sheet units
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
  const speed = Math.hypot(x1 - x0, y1 - y0) / Math.max(1, t1 - t0);
  return 1.15 - 0.5 * Math.min(1, speed / QUICK);
}

/**
 * The discs [x, y, radius] that a nib leaves along a stroke: curves through the midpoints of the points that came
 * from the hand, so that corners of the sampling are not seen. One point gives one disc.
 */
export function discs(stroke) {
  if (stroke.length === 1) return knotsOf(stroke).map(([x, y, radius]) => [x, y, radius * 1.25]);
  const knots = knotsOf(stroke);
  const begun = line(knots[0], middle(knots[0], knots[1]));
  const ended = line(middle(knots.at(-2), knots.at(-1)), knots.at(-1)).slice(1);
  return [...begun, ...curves(knots, 1).slice(1), ...ended];
}

/** The discs of a stroke that still grows, from the midpoint before point `from` (1 or more) to the last midpoint. */
export function growth(stroke, from) {
  return stroke.length < 2 ? knotsOf(stroke) : curves(knotsOf(stroke), from);
}

function knotsOf(stroke) {
  const wide = widths(stroke);
  return stroke.map(([x, y], i) => [x, y, wide[i] / 2]);
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
  const count = Math.max(1, Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / STEP));
  return Array.from({ length: count + 1 }, (_, i) => a.map((value, k) => value + ((b[k] - value) * i) / count));
}

/** A quadratic curve from a to c, drawn to b, without its first point. */
function curve(a, b, c) {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]) + Math.hypot(c[0] - b[0], c[1] - b[1]);
  const count = Math.max(1, Math.ceil(length / STEP));
  return Array.from({ length: count }, (_, i) => {
    const t = (i + 1) / count;
    return a.map((value, k) => (1 - t) ** 2 * value + 2 * t * (1 - t) * b[k] + t ** 2 * c[k]);
  });
}
