// Tells when a client has had nothing to do for so long. One timer, set when something ends: who calls often does not
// set one for each call.

import type { Runtime } from "../connection/runtime.js";

/** Waits for a time without requests. */
export class IdleWatch {
  private readonly runtime: Runtime;
  private readonly idleMs: number;
  private readonly isUsed: () => boolean;
  private readonly onIdle: () => void;
  private since = 0;
  private cancel: (() => void) | undefined = undefined;

  /** `isUsed`: whether requests run now. */
  constructor(runtime: Runtime, idleMs: number, isUsed: () => boolean, onIdle: () => void) {
    this.runtime = runtime;
    this.idleMs = idleMs;
    this.isUsed = isUsed;
    this.onIdle = onIdle;
  }

  /** Nothing runs from here on. */
  rest(): void {
    this.since = this.runtime.clock.now();
    this.cancel ??= this.runtime.clock.schedule(this.idleMs, () => this.look());
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private look(): void {
    this.cancel = undefined;
    if (this.isUsed()) return; // its end says so
    const left = this.since + this.idleMs - this.runtime.clock.now();
    if (left <= 0) this.onIdle();
    else this.cancel = this.runtime.clock.schedule(left, () => this.look());
  }
}
