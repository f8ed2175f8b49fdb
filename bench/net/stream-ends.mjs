// N5: many streams at once. Each contender reports what its streams bring; this adds it up and notes when the first
// of them ends, which is what fairness looks like from outside: where all are served alike all end together.

export class StreamEnds {
  constructor(streams) {
    this.streams = streams;
    this.from = performance.now();
    this.count = 0;
    this.weight = 0;
    this.firstMs = undefined;
    this.ended = 0;
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  /** One stream has brought all that it was to bring. */
  end() {
    this.firstMs ??= performance.now() - this.from;
    this.ended += 1;
    if (this.ended < this.streams) return;
    const { count, weight, firstMs } = this;
    this.finish({ count, weight, firstOfLast: firstMs / (performance.now() - this.from) });
  }
}
