// What a reading of the API says, pure: its best text, its doubts, what else it may be.

import { percent } from "./words.js";

const DOUBT = 0.6; // letters less sure than this are marked
const FEW = 3; // doubtful letters that are still named one by one
const GUESS = 0.05; // readings less sure than this are said to be guesses

/** The correction where there is one, else what was read. */
export function best({ text, correction }) {
  return correction ?? text;
}

export function isDoubtful({ text, confidence }) {
  return confidence < DOUBT && text.trim() !== "";
}

/** How sure the reading is, or what it was before it was corrected. */
export function notes(reading) {
  if (reading.correction === reading.text) return "Confirmed by you.";
  if (reading.correction !== null) return `Corrected by you. It was read as “${reading.text}”.`;
  if (reading.confidence < GUESS) return "This is hardly more than a guess. Try one line of larger letters.";
  return `${percent(reading.confidence)} sure${doubts(reading)}`;
}

function doubts({ characters }) {
  const doubtful = characters.filter(isDoubtful);
  const letters = [...new Set(doubtful.map(({ text }) => `“${text}”`))];
  if (letters.length === 0) return "";
  if (letters.length <= FEW) return ` · unsure of ${letters.join(", ")}`;
  return ` · unsure of ${doubtful.length > characters.length / 2 ? "most" : "some"} letters`;
}

/** What else it may be: the alternatives, and once it was corrected the reading itself. */
export function others(reading) {
  const texts = reading.alternatives.map(({ text }) => text);
  if (reading.correction !== null) texts.unshift(reading.text);
  return [...new Set(texts)].filter((text) => text && text !== best(reading));
}
