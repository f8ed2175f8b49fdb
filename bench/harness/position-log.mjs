// Positions over time on the clock that all processes of a machine share, to tell afterwards how far one
// process was ahead of another at one moment.

// Twelve seconds of a consumer that does one item a millisecond; the log never grows while memory is watched.
const MOST = 12_000;

export class PositionLog {
  times = new Float64Array(MOST);
  totals = new Float64Array(MOST);
  length = 0;
  count = 0;

  /** Notes that one more is done. */
  add() {
    this.count += 1;
    this.note(this.count);
  }

  /** Notes what `total` says, every few milliseconds. */
  sample(total) {
    this.timer = setInterval(() => this.note(total()), 5);
  }

  stop() {
    clearInterval(this.timer);
    return Array.from({ length: this.length }, (_, index) => [this.times[index], this.totals[index]]);
  }

  note(total) {
    if (this.length === MOST) return;
    this.times[this.length] = Number(process.hrtime.bigint()) / 1e6;
    this.totals[this.length] = total;
    this.length += 1;
  }
}

/** The most that `ahead` was in front of `behind`, each a list of [time, total]. */
export function largestLead(ahead, behind) {
  let largest = 0;
  let next = 0;
  let done = 0;
  for (const [time, total] of ahead) {
    while (next < behind.length && behind[next][0] <= time) {
      done = behind[next][1];
      next += 1;
    }
    if (total - done > largest) largest = total - done;
  }
  return largest;
}
