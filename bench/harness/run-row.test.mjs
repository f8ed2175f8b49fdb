// Real processes, the hand-written loop only: needs neither peers nor a build.
import { describe, expect, it } from "vitest";
import { localRow } from "../local/row.mjs";
import { sumOfEvens } from "../local/work.mjs";
import { atMost } from "./bar.mjs";
import { formatRow } from "./report.mjs";
import { runRow } from "./run-row.mjs";

const settings = { repetitions: 2, quick: true, usePeers: true };

const loopRow = (expected) =>
  localRow({
    id: "T1",
    title: "the hand-written loops",
    job: "mapFilterSum",
    items: 1_000,
    expected,
    contenders: ["loop", "loop-calls"],
    bars: [atMost("nsPerItem", "loop", 1e9, "loop-calls"), atMost("nsPerItem", "sluice", 1, "loop")],
  });

describe("runRow", () => {
  it("measures each contender in processes of its own and judges the bars", async () => {
    const steps = [];
    const result = await runRow(loopRow(sumOfEvens), settings, (step) => steps.push(step.contender));
    expect(steps).toEqual(["loop", "loop-calls", "loop-calls", "loop"]);
    expect(result.contenders.map(({ repetitions }) => repetitions.length)).toEqual([2, 2]);
    expect(result.contenders[0].figures.nsPerItem.median).toBeGreaterThan(0);
    expect(result.bars.map(({ verdict }) => verdict?.pass)).toEqual([true, undefined]);
  });

  it("reports a contender whose answer is wrong, and does not repeat it", async () => {
    const result = await runRow(
      loopRow(() => 7),
      settings,
      () => {},
    );
    const [loop] = result.contenders;
    expect(loop.failure).toBe("wrong answer: 2550, wanted 7");
    expect(loop.repetitions).toEqual([]);
    expect(formatRow(result)).toContain("FAILED: wrong answer: 2550, wanted 7");
  });

  it("reports a contender that cannot be loaded", async () => {
    const row = {
      ...loopRow(sumOfEvens),
      repeat: () => Promise.reject(new Error("process ended (1): gone")),
    };
    const result = await runRow(row, settings, () => {});
    expect(result.contenders.map(({ failure }) => failure)).toEqual(Array(2).fill("process ended (1): gone"));
  });

  it("repeats contenders that no bar names, and rows that take long, as often as told", async () => {
    const steps = [];
    const row = { ...loopRow(sumOfEvens), isLong: true };
    row.contenders[1].isOther = true;
    row.repeat = ({ name }) => {
      steps.push(name);
      return Promise.resolve({ nsPerItem: 1 });
    };
    await runRow(row, { ...settings, othersRepetitions: 1, longRepetitions: 3 }, () => {});
    expect(steps).toEqual(["loop", "loop-calls", "loop", "loop"]);
  });

  it("goes on with the others when one fails halfway, and counts none of its figures", async () => {
    let calls = 0;
    const row = {
      ...loopRow(sumOfEvens),
      repeat: ({ name }) => {
        calls += 1;
        return name === "loop" && calls > 2
          ? Promise.reject(new Error("no answer within 60 s"))
          : Promise.resolve({ nsPerItem: 1 });
      },
    };
    const { contenders } = await runRow(row, settings, () => {});
    expect(contenders.map(({ figures }) => figures?.nsPerItem.median)).toEqual([undefined, 1]);
    expect(contenders[0].failure).toBe("no answer within 60 s");
  });

  it("leaves peers out on request", async () => {
    const row = { ...loopRow(sumOfEvens), contenders: [{ name: "rxjs", peer: true }], bars: [] };
    expect((await runRow(row, { ...settings, usePeers: false }, () => {})).contenders).toEqual([]);
  });
});
