// How much a process holds, once a second from second 1 on: heapUsed + external after a forced collection.

export class MemoryLog {
  start() {
    this.samples = [];
    this.timer = setInterval(() => this.samples.push(heldBytes()), 1_000);
  }

  /** @returns bytes between the first sample and the largest one after it */
  stop() {
    clearInterval(this.timer);
    this.samples.push(heldBytes());
    return Math.max(...this.samples) - this.samples[0];
  }
}

/** Bytes that this process holds after a forced collection. */
export function heldBytes() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
