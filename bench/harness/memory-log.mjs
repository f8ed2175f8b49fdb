// How much a process holds, once a second from second 1 on: heapUsed + external after a forced collection.

export class MemoryLog {
  start() {
    this.samples = [];
    this.timer = setInterval(() => this.samples.push(held()), 1_000);
  }

  /** @returns bytes between the first sample and the largest one after it */
  stop() {
    clearInterval(this.timer);
    this.samples.push(held());
    return Math.max(...this.samples) - this.samples[0];
  }
}

function held() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
