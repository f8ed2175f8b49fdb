import { describe, expect, it } from "vitest";
import { readArguments, usage } from "./arguments.mjs";

const rows = [
  { id: "L1", title: "one", contenders: [{ name: "sluice" }, { name: "loop" }] },
  { id: "L1m", title: "two", contenders: [{ name: "sluice" }] },
  { id: "B1", title: "three", contenders: [{ name: "rxjs" }] },
];
const read = (...argv) => readArguments(argv, "local", rows);

describe("readArguments", () => {
  it("takes all rows where none is named, and five repetitions", () => {
    expect(read()).toMatchObject({ rows, repetitions: 5, quick: false, usePeers: true });
  });

  it("takes the named rows in the order of the table", () => {
    expect(read("B1", "L1").rows.map(({ id }) => id)).toEqual(["L1", "B1"]);
  });

  it("lists the rows and names the nearest for one that does not exist", () => {
    expect(() => read("l1M")).toThrow(
      'Cannot run the row "l1M": bench:local has L1 L1m B1; did you mean L1m?',
    );
  });

  it.each(["0", "-1", "1.5", "many"])("refuses --reps=%s", (text) => {
    expect(() => read(`--reps=${text}`)).toThrow(
      `Cannot repeat "${text}" times: --reps must be an integer >= 1`,
    );
  });

  it("repeats others and long rows as often as all, unless told", () => {
    expect(read("--reps", "4")).toMatchObject({ othersRepetitions: 4, longRepetitions: 4 });
    expect(read("--reps-others", "2", "--reps-long=1")).toMatchObject({
      ...{ repetitions: 5, othersRepetitions: 2, longRepetitions: 1 },
    });
    expect(() => read("--reps-long", "x")).toThrow(
      'Cannot repeat "x" times: --reps-long must be an integer >= 1',
    );
  });

  it("takes only the contenders named", () => {
    expect(read("--only", "sluice,rxjs").only).toEqual(["sluice", "rxjs"]);
  });

  it("lists the contenders of the rows and names the nearest for one that does not exist", () => {
    expect(() => read("L1", "--only", "loops")).toThrow(
      'Cannot run the contender "loops": here are sluice loop; did you mean loop?',
    );
  });

  it("guesses at nothing where no name is near", () => {
    expect(() => read("--only", "zzz")).toThrow(/here are sluice loop rxjs$/);
  });

  it("refuses an option that does not exist and says where the others stand", () => {
    expect(() => read("--fast")).toThrow("npm run bench:local -- --help lists the options");
  });

  it.each([["L1"], ["--quick"], ["--only", "loop"], ["--no-peers"]])("refuses --docs with %s", (...argv) => {
    expect(read("--docs").docs).toBe(true);
    expect(() => read("--docs", ...argv)).toThrow(/^Cannot write .* into docs\/: --docs takes a whole run/);
  });

  it("repeats once in a smoke run", () => {
    expect(read("--quick").repetitions).toBe(1);
  });
});

describe("usage", () => {
  it("names every row", () => {
    for (const { id, title } of rows) expect(usage("local", rows)).toMatch(new RegExp(`${id} +${title}`));
  });
});
