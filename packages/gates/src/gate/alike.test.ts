import { describe, expect, it } from "vitest";
import { Alike } from "./alike.js";

interface Options {
  readonly rate: number;
  readonly reserved?: Readonly<Record<string, number>>;
  readonly clock?: { now(): number };
}

function make(): { alike: Alike<Options, Options>; of: (options: Options) => Options } {
  const alike = new Alike<Options, Options>();
  return { alike, of: (options) => alike.settings(options, (told) => ({ ...told })) };
}

describe("Alike", () => {
  it("gives the same settings for equal options, and others for others", () => {
    const { of } = make();
    const clock = { now: () => 0 };
    const first = of({ rate: 1, reserved: { a: 1 }, clock });
    expect(of({ rate: 1, clock, reserved: { a: 1 } })).toBe(first);
    for (const other of [
      { rate: 2, reserved: { a: 1 }, clock },
      { rate: 1, reserved: { a: 2 }, clock },
      { rate: 1, reserved: { b: 1 }, clock },
      { rate: 1, clock, extra: 1 },
      // Another clock, whatever it looks like.
      { rate: 1, reserved: { a: 1 }, clock: { now: clock.now } },
    ]) {
      expect(of(other)).not.toBe(first);
    }
    expect(of({ rate: 1, reserved: { a: 1 }, clock })).toBe(first);
  });

  it("is not misled by options that change later, or by objects with a mind of their own", () => {
    const { of } = make();
    const reserved = { a: 1 };
    const options = { rate: 1, reserved };
    const first = of(options);
    reserved.a = 2;
    expect(of(options)).not.toBe(first);
    class Odd {
      readonly rate = 1;
    }
    expect(of(new Odd())).not.toBe(of(new Odd()));
  });

  it("remembers a few kinds, and does not remember what could not be made", () => {
    const { alike, of } = make();
    const first = of({ rate: 0 });
    for (let rate = 1; rate < 8; rate += 1) of({ rate });
    expect(of({ rate: 0 })).toBe(first);
    of({ rate: 8 });
    expect(of({ rate: 0 })).not.toBe(first);
    const fail = (): never => {
      throw new RangeError("no");
    };
    for (let i = 0; i < 2; i += 1) expect(() => alike.settings({ rate: 99 }, fail)).toThrow("no");
  });
});
