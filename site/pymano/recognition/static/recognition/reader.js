// When to read: after the pen rests, at a button, and again by itself once what stood in the way is gone.
// A newer reading cancels the older one. What is read, and how it is shown, is the page's affair.

import { Problem, recogniser } from "./server.js";

const REST = 600; // ms without the pen before ink is read
const TOO_LONG = 40000; // ms after which no answer is expected: the server gives up well before
const PATIENCE = [2000, 4000, 8000, 15000, 30000]; // ms before each further try

const UNTIL_READY = new Set(["offline", "unreachable", "away", "starting"]); // first ask whether it is back
const AGAIN = new Set(["busy", "slow", "unkept"]); // simply try again

export class Reader {
  #request;
  #told;
  #timer = null;
  #underway = null;
  #tries = 0;
  #problem = null;

  /**
   * @param request (signal) => Promise of a reading; rejects with a Problem
   * @param told callbacks: reading(), read(reading), problem(problem); after a problem nothing else comes until one of
   *   them is called again.
   */
  constructor(request, told) {
    this.#request = request;
    this.#told = told;
    window.addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  get isReading() {
    return this.#underway !== null;
  }

  /** The pen rests: read in a moment. */
  rest() {
    this.#tries = 0;
    this.#after(REST, () => this.now());
  }

  /** The pen is down again: what waits, waits on; what is being read is read to its end. */
  hold() {
    clearTimeout(this.#timer);
  }

  /** Nothing is left to read. */
  stop() {
    this.hold();
    this.#underway?.abort();
    this.#underway = null;
    this.#problem = null;
  }

  /** Reads now, in place of whatever is being read. */
  async now() {
    this.stop();
    const mine = new AbortController();
    this.#underway = mine;
    this.#told.reading();
    const late = setTimeout(() => this.#giveUp(mine), TOO_LONG);
    try {
      const reading = await this.#request(mine.signal);
      if (this.#underway === mine) this.#succeed(reading);
    } catch (error) {
      if (this.#underway === mine) this.#fail(error);
    } finally {
      clearTimeout(late);
    }
  }

  #succeed(reading) {
    this.#underway = null;
    this.#tries = 0;
    this.#told.read(reading);
  }

  #giveUp(late) {
    if (this.#underway !== late) return;
    late.abort();
    this.#fail(new Problem("slow"));
  }

  #fail(error) {
    this.#underway = null;
    this.#problem = error instanceof Problem ? error : new Problem("broken", { about: String(error) });
    this.#told.problem(this.#problem);
    this.#planAnother();
  }

  #planAnother() {
    const { kind, wait } = this.#problem;
    if (!UNTIL_READY.has(kind) && !AGAIN.has(kind)) return;
    const patience = PATIENCE[Math.min(this.#tries, PATIENCE.length - 1)];
    this.#tries += 1;
    this.#after(Math.max(wait, patience), () => this.#again());
  }

  /** Reads again if the way is free; until then says what is in it. */
  async #again() {
    const waitedFor = this.#problem;
    if (!UNTIL_READY.has(waitedFor.kind)) {
      this.now();
      return;
    }
    const state = await recogniser().catch((problem) => problem.kind);
    if (this.#problem !== waitedFor) return;
    if (state === "ready") this.now();
    else this.#fail(new Problem(state, { about: waitedFor.about }));
  }

  /** The connection or the person may be back: do not wait for the timer. */
  wake() {
    if (!this.#problem || this.isReading) return;
    this.#tries = 0;
    if (UNTIL_READY.has(this.#problem.kind)) this.#after(0, () => this.#again());
    if (["signed-out", "someone-else"].includes(this.#problem.kind)) this.now();
  }

  #after(delay, act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, delay);
  }
}
