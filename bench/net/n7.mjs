// N7: whether streams of one connection hold each other up. Items of a fast stream in a second, beside a stream
// whose consumer has stopped taking, against alone; and how long a small call waits while items of 64 MiB go.
import { noMoreThan } from "../harness/bar.mjs";
import { contender } from "./contenders.mjs";
import { withPair } from "./pair.mjs";

const LARGE_BYTES = 64 * 1024 * 1024;

export const row = {
  id: "N7",
  isLong: true,
  title:
    "a fast stream beside a stalled one, of alone; a call every millisecond while items of 64 MiB go " +
    "(sluice: itemBytes 64 MiB, receiveBudget 96 MiB, messageBytes 1 MiB; 2 processes)",
  short: "a call each millisecond while items of 64 MiB go",
  metrics: ["alonePerSecond", "besideStalled", "callP50", "callP99", "largePerSecond"],
  charts: ["callP99"],
  contenders: ["sluice-beside", "rsocket-beside", "ws-beside"].map(contender),
  bars: [
    {
      metric: "besideStalled",
      text: "sluice-beside >= 0.95",
      judge(figures) {
        const got = figures["sluice-beside"]?.besideStalled.median;
        return got === undefined ? undefined : { got, isRatio: true, pass: got >= 0.95 };
      },
    },
    noMoreThan("callP99", "sluice-beside", 20, "20 ms"),
  ],
  async repeat({ module }, { quick }) {
    const streams = await withPair(module, async ({ client }) => {
      const ms = quick ? 100 : 1_000;
      await client.ask("stall", {});
      const alone = [];
      const beside = [];
      // In turns, on two connections of the same processes: a second of one says little. The first two are for the
      // compiler.
      for (let i = 0; i < (quick ? 2 : 6); i += 1) {
        alone.push(await client.ask("rate", { ms }));
        beside.push(await client.ask("rate", { ms, beside: true }));
      }
      const sum = (rates) => rates.slice(1).reduce((total, rate) => total + rate, 0);
      return { alonePerSecond: sum(alone) / (alone.length - 1), besideStalled: sum(beside) / sum(alone) };
    });
    const calls = await withPair(module, ({ client }) =>
      client.ask("callsBeside", { bytes: quick ? LARGE_BYTES / 16 : LARGE_BYTES, times: quick ? 1 : 5 }),
    );
    return { ...streams, ...calls };
  },
};
