// The bandwidth of one direction of a link: one message at a time, the connections of the link in turn. A change of
// rate holds for the bytes that are still to go, also of the message that is being sent.

import type { LinkDirection, Pipe } from "./pipe.js";

/** Sends the pieces of all pipes of one direction, as fast as its bandwidth lets. */
export class Transmitter {
  private readonly direction: LinkDirection;
  /** Pipes that have something, each once: bounded by the connections of the link. */
  private readonly ready: Pipe[] = [];
  private current: Pipe | undefined;
  private bytesLeft = 0;
  private since = 0;
  private isBursting = false;
  private cancel: () => void = nothing;

  constructor(direction: LinkDirection) {
    this.direction = direction;
  }

  /** The pipe has a piece to send. */
  add(pipe: Pipe): void {
    // The one that is being sent comes again behind the others.
    if (pipe !== this.current && !this.ready.includes(pipe)) this.ready.push(pipe);
    this.start();
  }

  /** The pipe was cut: what it was sending is lost. */
  remove(pipe: Pipe): void {
    const index = this.ready.indexOf(pipe);
    if (index >= 0) this.ready.splice(index, 1);
    if (this.current !== pipe) return;
    this.cancel();
    this.current = undefined;
    this.start();
  }

  /** To be called before the rate changes. */
  beforeChange(): void {
    if (this.current === undefined) return;
    const { clock, conditions } = this.direction;
    const passed = clock.now() - this.since;
    // No time times any rate is nothing, also where the rate is Infinity.
    const carried = passed === 0 ? 0 : passed * conditions.bytesPerMs;
    this.bytesLeft = Math.max(0, this.bytesLeft - carried);
    this.cancel();
  }

  /** To be called after the rate has changed. */
  afterChange(): void {
    if (this.current !== undefined) this.await();
  }

  private start(): void {
    if (this.current !== undefined || this.isBursting) return;
    if (this.direction.conditions.bytesPerMs === Number.POSITIVE_INFINITY) {
      // Not at once: nothing is delivered, and no room told, inside `send`.
      this.isBursting = true;
      this.direction.clock.schedule(0, () => this.burst());
      return;
    }
    const pipe = this.next();
    if (pipe === undefined) return;
    this.current = pipe;
    this.bytesLeft = pipe.nextBytes();
    this.await();
  }

  private await(): void {
    const { clock, conditions } = this.direction;
    this.since = clock.now();
    this.cancel = clock.schedule(this.bytesLeft / conditions.bytesPerMs, () => {
      const pipe = this.current;
      this.current = undefined;
      pipe?.launch();
      if (pipe?.canSend() === true && !this.ready.includes(pipe)) this.ready.push(pipe);
      this.start();
    });
  }

  private burst(): void {
    this.isBursting = false;
    if (this.direction.conditions.bytesPerMs !== Number.POSITIVE_INFINITY) {
      this.start(); // the rate has changed since
      return;
    }
    this.isBursting = true;
    for (let pipe = this.next(); pipe !== undefined; pipe = this.next()) {
      pipe.launch();
      if (pipe.canSend()) this.ready.push(pipe);
    }
    this.isBursting = false;
    if (this.ready.length > 0) this.start();
  }

  /** The pipe whose turn it is; those that may not send drop out until they are added again. */
  private next(): Pipe | undefined {
    while (this.ready.length > 0) {
      const [pipe] = this.ready.splice(0, 1);
      if (pipe?.canSend() === true) return pipe;
    }
    return undefined;
  }
}

function nothing(): void {}
