// Pictures before they are sent: what is too large to send is made smaller here, upright as it was taken, and what the
// server cannot open is made into what it can.

const MOST_BYTES = 10_000_000; // what the server takes
const LARGE = 1_500_000; // bytes from which making it smaller is worth the time
const LONGEST = 2500; // px of the longer side, plenty for a line of writing
const OPENED = new Set(["png", "jpeg", "gif", "webp", "bmp", "tiff"].map((name) => `image/${name}`)); // by the server

/** The picture to send, or the kind of problem (server.js) that it would be. */
export async function prepare(chosen) {
  if (chosen.type && !isPicture(chosen)) return { problem: "unsupported" };
  const file = await copy(chosen).catch(() => null);
  if (!file) return { problem: "unreadable" };
  const picture = (await convert(file).catch(() => null)) ?? file;
  return picture.size > MOST_BYTES ? { problem: "too-large" } : { picture };
}

function isPicture({ type }) {
  return type.startsWith("image/") && !type.startsWith("image/svg");
}

/** What the file is now: a file on a disk may change or go before it is sent, or sent again. */
async function copy(file) {
  return new File([await file.arrayBuffer()], file.name, { type: file.type });
}

/** Null where the file can be sent as it is; rejects what this browser cannot open. */
async function convert(file) {
  const foreign = !OPENED.has(file.type);
  if (!foreign && file.size <= LARGE) return null;
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  if (!foreign && scale === 1 && file.size <= MOST_BYTES) return null;
  const canvas = paint(bitmap, scale);
  // JPEG knows no transparency, and the recogniser chooses what to see through it.
  const type = file.type === "image/jpeg" || isOpaque(canvas) ? "image/jpeg" : "image/webp";
  const picture = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.92));
  return foreign || picture?.size < file.size ? picture : null;
}

function paint(bitmap, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

function isOpaque(canvas) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 3; i < data.length; i += 4) if (data[i] < 255) return false;
  return true;
}
