// The pen on the sheet: pointer events in, strokes in the sheet's pixels out. Mouse, finger and pen alike, one at a
// time. Once a pen was seen fingers leave no ink, and a palm that came down before the pen is taken back.

export class Pen {
  #sheet;
  #told;
  #pointer = null;
  #penSeen = false;

  /**
   * @param {HTMLElement} sheet an element with `touch-action: none`
   * @param told callbacks: down(), move(points), up(), drop() (the stroke was none), finger() (a finger was left out);
   *   points are [x, y, time stamp in ms, pressure or null], from the corner inside the sheet's border.
   */
  constructor(sheet, told) {
    this.#sheet = sheet;
    this.#told = told;
    sheet.addEventListener("pointerdown", (event) => this.#down(event));
    sheet.addEventListener("pointermove", (event) => this.#move(event));
    sheet.addEventListener("pointerup", (event) => this.#up(event));
    sheet.addEventListener("pointercancel", (event) => this.#cancel(event));
    sheet.addEventListener("lostpointercapture", (event) => this.#up(event));
    sheet.addEventListener("contextmenu", (event) => event.preventDefault());
    // Safari magnifies and selects on a long press unless the touch itself is refused.
    sheet.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  }

  get isDown() {
    return this.#pointer !== null;
  }

  /** Lets fingers write again after a pen was seen. */
  allowFingers() {
    this.#penSeen = false;
  }

  #down(event) {
    if (event.button !== 0) return;
    if (event.pointerType === "pen") this.#seePen();
    if (event.pointerType === "touch" && this.#penSeen) {
      this.#told.finger();
      return;
    }
    if (this.isDown) return;
    event.preventDefault();
    this.#pointer = { id: event.pointerId, type: event.pointerType };
    this.#sheet.setPointerCapture(event.pointerId);
    this.#told.down();
    this.#told.move([this.#point(event)]);
  }

  #seePen() {
    this.#penSeen = true;
    if (this.#pointer?.type === "touch") this.#let("drop");
  }

  #move(event) {
    if (event.pointerType === "pen") this.#seePen();
    if (event.pointerId !== this.#pointer?.id) return;
    const seen = event.getCoalescedEvents?.() ?? [];
    this.#told.move((seen.length ? seen : [event]).map((one) => this.#point(one)));
  }

  #up(event) {
    if (event.pointerId === this.#pointer?.id) this.#let("up");
  }

  /** The system takes a touch back when it finds a palm; a pen's or a mouse's ink is kept. */
  #cancel(event) {
    if (event.pointerId === this.#pointer?.id) this.#let(this.#pointer.type === "touch" ? "drop" : "up");
  }

  #let(end) {
    this.#pointer = null;
    this.#told[end]();
  }

  /** A mouse has no pressure, and fingers tell none worth having. */
  #point(event) {
    const box = this.#sheet.getBoundingClientRect();
    const x = event.clientX - box.left - this.#sheet.clientLeft;
    const y = event.clientY - box.top - this.#sheet.clientTop;
    const pressure = event.pointerType === "pen" ? Math.min(1, Math.max(0, event.pressure)) : null;
    return [x, y, event.timeStamp, pressure];
  }
}
