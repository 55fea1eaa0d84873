// Painting: strokes and lines onto a canvas. It is told what to paint and keeps nothing but finished paths.

import { discs, growth } from "./geometry.js";

const paths = new WeakMap(); // stroke -> Path2D; a finished stroke never changes

/** Gives a canvas as many pixels as the screen has under it; drawing goes on in CSS pixels. */
export function sharpen(canvas, { width, height }, ratio = window.devicePixelRatio) {
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

export function wipe(context) {
  context.save();
  context.resetTransform();
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.restore();
}

/** Paints strokes in the ink's colour, through a view from geometry.js. */
export function paintInk(context, strokes, { scale, x, y }, colour) {
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  context.fillStyle = colour;
  for (const stroke of strokes) context.fill(finished(stroke));
  context.restore();
}

/** Paints what a growing stroke has gained since its knot `from`; answers with the knot to go on from. */
export function paintGrowth(context, stroke, from, { scale, x, y }, colour) {
  const { trail, reached } = growth(stroke, from);
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  context.fillStyle = colour;
  context.fill(ribbon(trail));
  context.restore();
  return reached;
}

/** The baseline to write on, and the x-height above it, fainter. */
export function paintLines(context, { width, baseline, xHeight }, colour) {
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  rule(context, Math.round(baseline) + 0.5, width);
  context.setLineDash([2, 6]);
  rule(context, Math.round(xHeight) + 0.5, width);
  context.restore();
}

function rule(context, y, width) {
  context.beginPath();
  context.moveTo(Math.min(24, width * 0.04), y);
  context.lineTo(width - Math.min(24, width * 0.04), y);
  context.stroke();
}

function finished(stroke) {
  if (!paths.has(stroke)) paths.set(stroke, ribbon(discs(stroke)));
  return paths.get(stroke);
}

/** The union of capsules between neighbouring discs. All turn the same way, so that one fill leaves no hole. */
function ribbon(trail) {
  const path = new Path2D();
  if (trail.length === 1) path.arc(...trail[0], 0, 2 * Math.PI);
  for (let i = 1; i < trail.length; i += 1) {
    const [x0, y0, r0] = trail[i - 1];
    const [x1, y1, r1] = trail[i];
    const angle = Math.atan2(y1 - y0, x1 - x0);
    path.moveTo(x1 + r1 * Math.sin(angle), y1 - r1 * Math.cos(angle));
    path.arc(x1, y1, r1, angle - Math.PI / 2, angle + Math.PI / 2);
    path.arc(x0, y0, r0, angle + Math.PI / 2, angle + 1.5 * Math.PI);
    path.closePath();
  }
  return path;
}
