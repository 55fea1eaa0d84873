// Pictures before they are sent: what is too large to send is made smaller here, upright as it was taken.

const MOST_BYTES = 10_000_000; // what the server takes
const LARGE = 1_500_000; // bytes from which making it smaller is worth the time
const LONGEST = 2500; // px of the longer side, plenty for a line of writing

/** The picture to send, or the kind of problem (server.js) that it would be. */
export async function prepare(file) {
  if (file.type && !isPicture(file)) return { problem: "unsupported" };
  const smaller = file.size > LARGE ? await shrink(file).catch(() => null) : null;
  const picture = smaller && smaller.size < file.size ? smaller : file;
  return picture.size > MOST_BYTES ? { problem: "too-large" } : { picture };
}

function isPicture({ type }) {
  return type.startsWith("image/") && !type.startsWith("image/svg");
}

/** Null where the picture is small enough in pixels; rejects what this browser cannot open. */
async function shrink(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = LONGEST / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1 && file.size <= MOST_BYTES) return null;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * Math.min(1, scale));
  canvas.height = Math.round(bitmap.height * Math.min(1, scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; // JPEG knows no transparency
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}
