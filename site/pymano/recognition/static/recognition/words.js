// What the pages say, by the kind of problem (server.js). Ink and pictures differ in a few places.

const INK = {
  offline: "You are offline. Your ink is kept, and read when you are back.",
  unreachable: "The site does not answer. Your ink is kept, and read when it is back.",
  away: "The reader is away. Your ink is kept, and read when it is back.",
  starting: "The reader is starting. Your ink is read in a moment.",
  busy: "The reader is busy. Your ink is read in a moment.",
  slow: "The reader took too long. Your ink is kept, and tried again in a moment.",
  full: "The site has no room left. Your ink is kept. Try again later.",
  "signed-out": "You are signed out. Your ink is kept.",
  "someone-else": "Someone else is signed in here now. Your ink is kept for you alone.",
  nothing: "I could not read this. Try larger letters.",
  "too-large": "This is too much ink for one reading. Clear the sheet and write less.",
  malformed: "This ink could not be sent. Clear the sheet and write it again.",
  broken: "Something went wrong. Your ink is kept.",
};

const PICTURE = {
  offline: "You are offline. Your picture is read when you are back.",
  unreachable: "The site does not answer. Your picture is read when it is back.",
  away: "The reader is away. Your picture is read when it is back.",
  starting: "The reader is starting. Your picture is read in a moment.",
  busy: "The reader is busy. Your picture is read in a moment.",
  slow: "The reader took too long. Your picture is tried again in a moment.",
  full: "The site has no room left for pictures. Try again later.",
  unkept: "The site cannot keep pictures just now. Yours is tried again in a moment.",
  "signed-out": "You are signed out. Sign in beside this page, and your picture is read here.",
  "someone-else": "Someone else is signed in here now. Your picture was not sent.",
  nothing: "I found no writing in this picture. Try a closer, brighter one.",
  "too-large": "This picture is too large. It may have 10 MB and 50 megapixels.",
  unsupported: "I cannot open this. Send a picture: JPEG, PNG, WebP, GIF, BMP or TIFF.",
  unreadable: "This file cannot be read. It may have moved or changed: choose it again.",
  malformed: "This picture is damaged or cut short. Try it again, or another one.",
  broken: "Something went wrong. Your picture is still here.",
};

/** `what` is "ink" or "picture". */
export function sentence(kind, what) {
  const words = what === "ink" ? INK : PICTURE;
  return words[kind] ?? words.broken;
}

const NOT_KEPT = {
  offline: "You are offline.",
  unreachable: "The site does not answer.",
  "signed-out": "You are signed out.",
  "someone-else": "Someone else is signed in here now.",
  gone: "The reading was deleted meanwhile.",
  "read-anew": "Its ink was read anew: reload the page.",
};

/** Why something that was said of a reading was not kept. */
export function whyNotKept(kind) {
  return NOT_KEPT[kind] ?? "Try again in a moment.";
}

/** 0.934 -> "93 %"; what is not certain is never said to be, nor what is unlikely to be impossible. */
export function percent(confidence) {
  const rounded = Math.round(confidence * 100);
  return `${confidence < 1 ? Math.max(1, Math.min(99, rounded)) : rounded}\u00a0%`;
}
