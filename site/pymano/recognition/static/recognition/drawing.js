// A drawing and what was done to it. Every step is kept whole, so that undo and redo only move between steps.

/** A UUID, also where the page came over plain http and crypto.randomUUID is absent. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Drawing {
  #steps;
  #now = 0;

  /** A drawing goes on under its id until it is cleared; then another begins, and undo brings the first one back. */
  constructor({ id = newId(), strokes = [] } = {}) {
    this.#steps = [{ id, strokes }];
  }

  get id() {
    return this.#steps[this.#now].id;
  }

  get strokes() {
    return this.#steps[this.#now].strokes;
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  get canUndo() {
    return this.#now > 0 || !this.isEmpty;
  }

  get canRedo() {
    return this.#now < this.#steps.length - 1;
  }

  add(stroke) {
    this.#step({ id: this.id, strokes: [...this.strokes, stroke] });
  }

  clear() {
    if (!this.isEmpty) this.#step({ id: newId(), strokes: [] });
  }

  /** Goes on as another drawing, also where it was before. */
  part() {
    const [old, id] = [this.id, newId()];
    this.#steps = this.#steps.map((step) => (step.id === old ? { ...step, id } : step));
  }

  /** Takes the last step back; after a reload, when no step is known, the last stroke. */
  undo() {
    if (this.#now > 0) {
      this.#now -= 1;
    } else if (!this.isEmpty) {
      this.#steps.unshift({ id: this.id, strokes: this.strokes.slice(0, -1) });
    }
  }

  redo() {
    if (this.canRedo) this.#now += 1;
  }

  #step(next) {
    this.#steps.splice(this.#now + 1, Infinity, next);
    this.#now += 1;
  }
}
