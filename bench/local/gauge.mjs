// Counts what a source has made and a consumer has finished, and keeps the most that ever lay in between.

export class Gauge {
  produced = 0;
  consumed = 0;
  held = 0;

  reset() {
    this.produced = 0;
    this.consumed = 0;
    this.held = 0;
  }

  produce() {
    this.produced += 1;
    const between = this.produced - this.consumed;
    if (between > this.held) this.held = between;
  }

  consume() {
    this.consumed += 1;
  }
}
