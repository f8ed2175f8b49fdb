// How many requests there were of late, and how many of them were accepted: counts over a window that moves on in ten
// steps. Pure: time is an argument.

/** *Buffers:* two counts for each of ten parts of the window. */
export class RequestWindow {
  requests = 0;
  accepts = 0;
  private readonly partMs: number;
  private readonly parts: readonly Part[] = Array.from({ length: PARTS }, () => ({
    requests: 0,
    accepts: 0,
  }));
  /** The part of time that is counted now. */
  private epoch: number = Number.NEGATIVE_INFINITY;

  constructor(windowMs: number) {
    this.partMs = windowMs / PARTS;
  }

  /** Forgets what is older than the window; returns the part of time that is counted now. */
  moveTo(nowMs: number): number {
    let epoch = Math.floor(nowMs / this.partMs);
    // A clock that was set back a little stands still until it has caught up, or its steps to and fro would each forget
    // a part; one that was set back by more than the window goes on from there.
    if (epoch < this.epoch && epoch >= this.epoch - PARTS) epoch = this.epoch;
    for (let i = Math.max(this.epoch, epoch - PARTS); i < epoch; i += 1) {
      const part = this.part(i + 1);
      this.requests -= part.requests;
      this.accepts -= part.accepts;
      part.requests = 0;
      part.accepts = 0;
    }
    this.epoch = epoch;
    return epoch;
  }

  request(nowMs: number): void {
    this.part(this.moveTo(nowMs)).requests += 1;
    this.requests += 1;
  }

  accept(nowMs: number): void {
    this.part(this.moveTo(nowMs)).accepts += 1;
    this.accepts += 1;
  }

  /** The request of that part of time came to nothing; it may be forgotten already. */
  takeBack(nowMs: number, epoch: number): void {
    const part = this.part(epoch);
    if (epoch <= this.moveTo(nowMs) - PARTS || part.requests === 0) return;
    part.requests -= 1;
    this.requests -= 1;
  }

  private part(epoch: number): Part {
    return this.parts[((epoch % PARTS) + PARTS) % PARTS] as Part;
  }
}

interface Part {
  requests: number;
  accepts: number;
}

const PARTS = 10;
