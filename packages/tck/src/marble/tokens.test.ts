import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawMarbles, type Frame, parseMarbles, type Token } from "./tokens.js";

describe("parseMarbles", () => {
  it("reads requests, items, ends and cancels, a frame each", () => {
    expect(parseMarbles("+2a-b+*|!")).toEqual([
      { at: 0, tokens: [{ kind: "request", n: 2 }] },
      { at: 1, tokens: [{ kind: "item", mark: "a" }] },
      { at: 3, tokens: [{ kind: "item", mark: "b" }] },
      { at: 4, tokens: [{ kind: "request", n: Number.POSITIVE_INFINITY }] },
      { at: 5, tokens: [{ kind: "complete" }] },
      { at: 6, tokens: [{ kind: "cancel" }] },
    ]);
    expect(parseMarbles("-#--")).toEqual([
      { at: 1, tokens: [{ kind: "error" }] },
      { at: 3, tokens: [] },
    ]);
  });

  it("reads a group as one frame, a number with ms as that many, and blanks as nothing", () => {
    expect(parseMarbles(" (+1 2 a) 10ms b ")).toEqual([
      {
        at: 0,
        tokens: [
          { kind: "request", n: 1 },
          { kind: "item", mark: "2" },
          { kind: "item", mark: "a" },
        ],
      },
      { at: 11, tokens: [{ kind: "item", mark: "b" }] },
    ]);
  });

  it.each([
    ["a?b", 'column 2: "?" means nothing'],
    ["+0", "column 1: a request is at least 1"],
    ["+", 'column 1: "+" means nothing'],
    ["(a", "column 3: the group that was opened is not closed"],
    ["a)", "column 2: no group is open"],
    ["((a))", "column 2: a group is open already"],
    ["(a-b)", "column 3: no time passes between ( and )"],
    ["a|b", "column 3: nothing comes after | or # but + and !"],
    ["(a#|)", "column 4: nothing comes after | or # but + and !"],
    ["99999999999999999999ms", "column 1: time cannot be counted that far"],
    ["(a 5ms)", "column 4: no time passes between ( and )"],
  ])("refuses %s and shows the place", (line, message) => {
    expect(() => parseMarbles(line)).toThrow(SyntaxError);
    expect(() => parseMarbles(line)).toThrow(message);
    expect(() => parseMarbles(line)).toThrow(/\n {2,}\^$/);
  });
});

describe("drawMarbles", () => {
  const token: fc.Arbitrary<Token> = fc.oneof(
    fc.integer({ min: 1, max: 99 }).map((n): Token => ({ kind: "request", n })),
    fc.constantFrom<Token>(
      { kind: "request", n: Number.POSITIVE_INFINITY },
      ...([{ kind: "complete" }, { kind: "error" }, { kind: "cancel" }] as Token[]),
    ),
    fc.constantFrom(..."abcXYZ019").map((mark): Token => ({ kind: "item", mark })),
  );

  it("draws what parseMarbles reads back", () => {
    const steps = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 40 }), fc.array(token, { minLength: 1, maxLength: 4 })),
    );
    fc.assert(
      fc.property(steps, (chosen) => {
        let at = 0;
        let hasEnded = false;
        const mayCome = ({ kind }: Token): boolean => {
          if (hasEnded && kind !== "request" && kind !== "cancel") return false;
          hasEnded ||= kind === "complete" || kind === "error";
          return true;
        };
        const frames = chosen
          .map(([idle, tokens]): Frame => {
            at += idle + 1;
            return { at, tokens: tokens.filter(mayCome) };
          })
          .filter(({ tokens }) => tokens.length > 0);
        expect(parseMarbles(drawMarbles(frames))).toEqual(frames);
      }),
    );
  });
});
