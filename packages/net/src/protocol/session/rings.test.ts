import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Placed, Rings } from "./rings.js";

const QUANTUM = 1000;

/** A source that always has an item of `size` bytes. */
class Source implements Placed {
  urgency: number;
  deficit = 0;
  visited = false;
  since = 0;
  readonly size: number;
  sent = 0;

  constructor(urgency: number, size: number) {
    this.urgency = urgency;
    this.size = size;
  }
}

function ringsOf(...sources: Source[]): Rings<Source> {
  const rings = new Rings<Source>(QUANTUM);
  for (const source of sources) rings.add(source);
  return rings;
}

/** One item of whoever has the turn. */
function turn(rings: Rings<Source>, bytes?: number): Source {
  const source = rings.next();
  if (source === undefined) throw new Error("nobody waits");
  source.sent += bytes ?? source.size;
  rings.charge(source, bytes ?? source.size);
  return source;
}

describe("Rings", () => {
  it("§6.3 gives two streams of one urgency the same bytes, whatever the size of their items", () => {
    const small = new Source(3, 10);
    const large = new Source(3, 1000);
    const rings = ringsOf(small, large);
    for (let i = 0; i < 1010; i++) turn(rings);
    expect([small.sent, large.sent]).toEqual([10_000, 10_000]);
  });

  it("§6.3 lets a stream have its quantum in one go, and then the next one", () => {
    const rings = ringsOf(new Source(3, 500), new Source(3, 250));
    expect(Array.from({ length: 8 }, () => turn(rings).size)).toEqual([
      500, 500, 250, 250, 250, 250, 500, 500,
    ]);
  });

  it("§6.3 takes from the next quantum what an item went beyond the last one", () => {
    const rings = ringsOf(new Source(3, 1500), new Source(3, 500));
    // 1,500 is 500 too many: after 1,000 of the other one it has 500 to spend, and so on.
    const sizes = Array.from({ length: 9 }, () => turn(rings).size);
    expect(sizes).toEqual([1500, 500, 500, 1500, 500, 500, 500, 500, 1500]);
  });

  it("§6.3 gives a thousand streams short visits, so that what each has to send ends together", () => {
    const sources = Array.from({ length: 1000 }, () => new Source(3, 50));
    const rings = new Rings<Source>(16 * 1024);
    for (const source of sources) rings.add(source);
    for (let i = 0; i < 500_000; i++) turn(rings);
    const sent = sources.map((source) => source.sent);
    expect(Math.max(...sent) - Math.min(...sent)).toBeLessThanOrEqual(2048 + 50);
    // Eight and fewer have the whole quantum.
    const few = Array.from({ length: 8 }, () => new Source(3, 50));
    const roomy = new Rings<Source>(16 * 1024);
    for (const source of few) roomy.add(source);
    for (let i = 0; i < 320; i++) turn(roomy);
    expect(few.map(({ sent }) => sent)).toEqual([16_000, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("§6.3 never lets two streams that always have something differ by more than a quantum and an item", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 2, maxLength: 6 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
        (sizes, halves) => {
          const sources = sizes.map((size) => new Source(3, size));
          const rings = ringsOf(...sources);
          for (let i = 0; i < 400; i++) {
            const next = rings.next() as Source;
            turn(rings, halves[i % halves.length] === true ? Math.ceil(next.size / 2) : next.size);
            const sent = sources.map((source) => source.sent);
            expect(Math.max(...sent) - Math.min(...sent)).toBeLessThanOrEqual(QUANTUM + Math.max(...sizes));
          }
        },
      ),
    );
  });

  it("§6.3 asks the more urgent one first", () => {
    const later = new Source(4, 100);
    const first = new Source(0, 100);
    const rings = ringsOf(later, first);
    expect(turn(rings)).toBe(first);
    rings.remove(first);
    expect(turn(rings)).toBe(later);
  });

  it("§6.3 gives the less urgent ones an eighth of the bytes while they wait", () => {
    const urgent = new Source(0, 100);
    const other = new Source(7, 100);
    const rings = ringsOf(urgent, other);
    for (let i = 0; i < 70; i++) turn(rings);
    // Seven quanta first, and from there on seven bytes for each one.
    expect([urgent.sent, other.sent]).toEqual([7_000, 0]);
    for (let i = 0; i < 800; i++) turn(rings);
    expect([urgent.sent, other.sent]).toEqual([77_000, 10_000]);
  });

  it("§6.3 gives that eighth to whoever waits for longest, of all lower urgencies", () => {
    const urgent = new Source(0, 1000);
    const lower = [new Source(6, 1000), new Source(2, 1000), new Source(7, 1000)];
    const rings = ringsOf(urgent, ...lower);
    const order: number[] = [];
    for (let i = 0; i < 48; i++) {
      const { urgency } = turn(rings);
      if (urgency > 0) order.push(urgency);
    }
    expect(order).toEqual([2, 6, 7, 2, 6, 7]);
  });

  it("§6.3 states the eighth as a bound that holds at any time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 4000 })), {
          minLength: 2,
          maxLength: 8,
        }),
        (given) => {
          const sources = given.map(([urgency, size]) => new Source(urgency, size));
          const top = Math.min(...given.map(([urgency]) => urgency));
          if (sources.every(({ urgency }) => urgency === top)) return;
          const rings = ringsOf(...sources);
          const largest = Math.max(...given.map(([, size]) => size));
          for (let i = 0; i < 300; i++) {
            turn(rings);
            const lower = sources.filter(({ urgency }) => urgency > top);
            const had = lower.reduce((sum, { sent }) => sum + sent, 0);
            const all = sources.reduce((sum, { sent }) => sum + sent, 0);
            expect(had).toBeGreaterThanOrEqual(all / 8 - QUANTUM - largest);
            // Nor much more: ageing is no second urgency.
            expect(had).toBeLessThanOrEqual(all / 8 + QUANTUM + largest);
          }
        },
      ),
    );
  });

  it("§6.3 begins to count for the lower ones only when somebody waits there", () => {
    const urgent = new Source(0, 1000);
    const rings = ringsOf(urgent);
    for (let i = 0; i < 100; i++) turn(rings);
    const other = new Source(5, 1000);
    rings.add(other);
    const turns = Array.from({ length: 16 }, () => turn(rings));
    expect(turns.map((source) => turns.indexOf(source))).toEqual([
      0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 7,
    ]);
  });

  it("§6.3 forgives nothing to who leaves after each large item, and comes back", () => {
    const leaver = new Source(3, 4000);
    const stayer = new Source(3, 1000);
    const rings = ringsOf(leaver, stayer);
    for (let i = 0; i < 200; i++) {
      if (turn(rings) !== leaver) continue;
      rings.remove(leaver);
      rings.add(leaver);
    }
    expect(Math.abs(leaver.sent - stayer.sent)).toBeLessThanOrEqual(QUANTUM + 4000);
  });

  it("§6.3 lets nobody save up what it did not spend", () => {
    const saver = new Source(3, 10);
    const stayer = new Source(3, 1000);
    const rings = ringsOf(saver, stayer);
    for (let i = 0; i < 200; i++) {
      if (turn(rings) !== saver) continue;
      rings.remove(saver);
      rings.add(saver);
    }
    const before = saver.sent;
    while (turn(rings) === saver);
    expect(saver.sent - before).toBeLessThanOrEqual(QUANTUM);
  });

  it("§6.3 holds nothing against who was alone", () => {
    const large = new Source(3, 1_000_000);
    const rings = ringsOf(large);
    turn(rings);
    const other = new Source(3, 1000);
    rings.add(other);
    expect(Array.from({ length: 4 }, () => turn(rings, 1000))).toEqual([large, other, large, other]);
  });

  it("§6.3 moves a stream to the end of another ring", () => {
    const moved = new Source(3, 1000);
    const stays = new Source(1, 1000);
    const rings = ringsOf(moved, stays);
    rings.setUrgency(moved, 1);
    expect([turn(rings), turn(rings), turn(rings)]).toEqual([stays, moved, stays]);
    rings.setUrgency(moved, 0);
    expect(turn(rings)).toBe(moved);
    rings.remove(moved);
    rings.setUrgency(moved, 7);
    expect(rings.size).toBe(1);
    rings.add(moved);
    expect(turn(rings)).toBe(stays);
    expect(rings.size).toBe(2);
  });

  it("answers that nobody waits", () => {
    const only = new Source(3, 1);
    const rings = ringsOf(only);
    rings.add(only);
    expect(rings.size).toBe(1);
    rings.remove(only);
    rings.remove(only);
    expect(rings.size).toBe(0);
    expect(rings.next()).toBeUndefined();
  });
});
