// Captures put a listener of their own in a place that the whole program shares: they may lie within one another, but
// one that ends before a later one cannot tell whose error it heard.

/** The captures of one such place that are running, the latest last. It alone hears. */
export class CaptureStack {
  readonly #install: (hear: (what: unknown) => void) => () => void;
  readonly #running: unknown[][] = [];
  #restore: (() => void) | undefined;

  /** `install` puts `hear` in the place, and answers with what gives it back. */
  constructor(install: (hear: (what: unknown) => void) => () => void) {
    this.#install = install;
  }

  /** What was heard while `action` ran; the place is given back when the last capture ends, in whatever order. */
  async capture(action: () => unknown): Promise<unknown[]> {
    const heard: unknown[] = [];
    this.#restore ??= this.#install((what) => this.#running.at(-1)?.push(what));
    this.#running.push(heard);
    let isLatest = true;
    try {
      await action();
    } finally {
      isLatest = this.#running.at(-1) === heard;
      this.#running.splice(this.#running.indexOf(heard), 1);
      if (this.#running.length === 0) {
        this.#restore();
        this.#restore = undefined;
      }
    }
    if (!isLatest)
      throw new Error("Cannot capture errors twice at once: run checks and captures one after another");
    return heard;
  }
}
