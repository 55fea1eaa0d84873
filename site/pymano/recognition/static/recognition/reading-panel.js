// The panel that shows what was read (templates/recognition/reading.html), on the Write page and the Picture page.
// It knows its own parts by their data attributes, and tells the page what the person wants.

import { copy } from "./clipboard.js";
import { best, isDoubtful, notes, others } from "./reading.js";
import { percent, sentence, whyNotKept } from "./words.js";

const LONG = 24; // letters that still stand large in one line

// kind of problem -> the part that leads out of it; the others pass, or need other ink.
const WAYS = {
  "signed-out": "sign-in",
  "someone-else": "reload",
  broken: "again",
  slow: "again",
  away: "again",
  unreachable: "again",
  full: "again",
  unkept: "again",
};

export class ReadingPanel {
  #root;
  #what;
  #told;
  #reading = null;

  /**
   * @param {HTMLElement} root the section of reading.html
   * @param what "ink" or "picture", for the words
   * @param told callbacks: correct(id, text) => Promise of the corrected reading, again()
   */
  constructor(root, what, told) {
    this.#root = root;
    this.#what = what;
    this.#told = told;
    this.#part("copy").addEventListener("click", () => this.#copy());
    this.#part("correct").addEventListener("click", () => this.#edit());
    this.#part("again").addEventListener("click", () => told.again());
    this.#part("leave").addEventListener("click", () => this.#leave());
    this.#part("correcting").addEventListener("submit", (event) => this.#submit(event));
    this.#part("correcting").addEventListener("keydown", (event) => this.#escape(event));
  }

  /** Nothing is read and nothing is in the way. */
  empty() {
    this.#reading = null;
    this.#leave();
    this.#mood("empty");
    this.#part("text").replaceChildren();
    this.#part("chips").replaceChildren();
    this.#note("");
    this.#announce("");
  }

  /** Reading: the old text stays, dimmed. */
  dim() {
    this.#mood("busy");
    this.#note("Reading…");
  }

  show(reading) {
    if (!best(reading)) {
      this.problem({ kind: "nothing", about: "" });
      return;
    }
    if (reading.id !== this.#reading?.id) this.#leave(); // else the person may be writing its correction
    this.#settle(reading);
    this.#announce([best(reading), this.#part("says").textContent].join(". "));
  }

  problem({ kind, about }) {
    if (kind === "nothing") this.empty();
    this.#mood(kind === "nothing" ? "nothing" : "problem");
    this.#note(sentence(kind, this.#what), { about, way: WAYS[kind] });
    this.#announce(this.#part("says").textContent);
  }

  /** A word of the page's own beside the reading. */
  remark(text) {
    this.#note(text);
    this.#announce(text);
  }

  #settle(reading) {
    this.#reading = reading;
    this.#mood("settled");
    this.#part("text").replaceChildren(...letters(reading));
    this.#part("text").toggleAttribute("data-long", best(reading).length > LONG);
    this.#part("chips").replaceChildren(...others(reading).map((text) => this.#chip(text)));
    this.#note(notes(reading));
  }

  #chip(text) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.textContent = text;
    button.title = `Take “${text}”`;
    button.addEventListener("click", () => this.#correct(text));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  async #correct(text) {
    const { id } = this.#reading;
    this.#root.setAttribute("aria-busy", "true");
    try {
      const corrected = await this.#told.correct(id, text);
      if (this.#reading?.id !== id) return;
      this.#leave();
      this.#settle(corrected);
      this.#announce(`Corrected: ${best(corrected)}`);
      this.#part("correct").focus({ preventScroll: true });
    } catch (problem) {
      this.#refuse(problem);
    } finally {
      this.#root.removeAttribute("aria-busy");
    }
  }

  #refuse({ kind, about }) {
    const way = kind === "signed-out" ? "sign-in" : null;
    this.#note(`The correction was not kept. ${whyNotKept(kind)}`, { about, way });
    this.#announce(this.#part("says").textContent);
  }

  #edit() {
    const field = this.#part("correction");
    field.value = best(this.#reading);
    this.#root.classList.add("correcting");
    field.focus();
    field.select();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#part("correction").value.trim();
    if (text && text !== best(this.#reading)) this.#correct(text);
    else this.#escapeTo(this.#part("correct"));
  }

  #escape(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#escapeTo(this.#part("correct"));
  }

  #escapeTo(button) {
    this.#leave();
    button.focus({ preventScroll: true });
  }

  #leave() {
    this.#root.classList.remove("correcting");
  }

  async #copy() {
    const done = await copy(best(this.#reading));
    this.#announce(done ? "Copied" : "This browser does not copy. Select the text instead.");
    this.#part("copy").dataset.done = done ? "Copied" : "Not copied";
    setTimeout(() => delete this.#part("copy").dataset.done, 1500);
  }

  #mood(mood) {
    this.#root.dataset.mood = mood;
    for (const name of ["copy", "correct"]) this.#part(name).disabled = this.#reading === null;
  }

  /** The focus stays with the note where what had it goes. */
  #note(text, { about = "", way = null } = {}) {
    const focused = document.activeElement;
    this.#part("says").textContent = text;
    this.#part("about").textContent = about;
    this.#part("details").hidden = !about;
    for (const name of ["sign-in", "reload", "again"]) this.#part(name).hidden = name !== way;
    const note = this.#part("note");
    if (note.contains(focused) && focused.closest("[hidden]")) note.focus({ preventScroll: true });
  }

  #announce(text) {
    this.#part("announce").textContent = text;
  }

  #part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }
}

/** The letters of the reading, the doubtful ones marked; a correction has no doubts. */
function letters(reading) {
  const whole = reading.characters.map(({ text }) => text).join("");
  if (reading.correction !== null || whole !== reading.text) return [best(reading)];
  return reading.characters.map((letter) => (isDoubtful(letter) ? mark(letter) : letter.text));
}

function mark({ text, confidence }) {
  const span = document.createElement("span");
  span.className = "doubtful";
  span.title = `${percent(confidence)} sure of “${text}”`;
  span.textContent = text;
  return span;
}
