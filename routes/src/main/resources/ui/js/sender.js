// Sends controls so that a slider that is dragged does not flood the hub: what changes within a moment travels as one message.

const MOMENT_MS = 50;

export class ControlSender {
  #deliver;
  #waiting = null;
  #timer = null;

  /** @param deliver takes the parameters to the hub */
  constructor(deliver) {
    this.#deliver = deliver;
  }

  /** A setting: of several values within a moment the last one wins. The first goes at once. */
  change(parameters) {
    if (this.#timer !== null) {
      this.#waiting = { ...this.#waiting, ...parameters };
      return;
    }
    this.#deliver(parameters);
    this.#timer = setTimeout(() => this.#next(), MOMENT_MS);
  }

  /** Something that is done rather than set: it goes at once, behind what waits. */
  now(parameters) {
    this.flush();
    this.#deliver(parameters);
  }

  /** Sends what waits. */
  flush() {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) this.#deliver(waiting);
  }

  /** Forgets what waits: whoever it was for is gone. */
  clear() {
    clearTimeout(this.#timer);
    this.#timer = this.#waiting = null;
  }

  #next() {
    this.#timer = null;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) this.change(waiting);
  }
}
