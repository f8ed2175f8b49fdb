// N7: whether streams of one connection hold each other up. Items of a fast stream in a second, beside a stream
// whose consumer has stopped taking, against alone; and how long a small call waits while items of 64 MiB go.
import { noMoreThan } from "../harness/bar.mjs";
import { contender } from "./contenders.mjs";
import { withPair } from "./pair.mjs";

const LARGE_BYTES = 64 * 1024 * 1024;

export const row = {
  id: "N7",
  title:
    "a fast stream beside a stalled one, of alone; a call every millisecond while items of 64 MiB go " +
    "(sluice: itemBytes 64 MiB, receiveBudget 96 MiB, messageBytes 1 MiB; 2 processes)",
  metrics: ["alonePerSecond", "besideStalled", "callP50", "callP99", "largePerSecond"],
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
      const ms = quick ? 200 : 2_000;
      // The first time is for the compiler.
      await client.ask("rate", { ms });
      const alone = await client.ask("rate", { ms });
      await client.ask("stall", {});
      const beside = await client.ask("rate", { ms });
      return { alonePerSecond: alone, besideStalled: beside / alone };
    });
    const calls = await withPair(module, ({ client }) =>
      client.ask("callsBeside", { bytes: quick ? LARGE_BYTES / 16 : LARGE_BYTES, times: quick ? 1 : 5 }),
    );
    return { ...streams, ...calls };
  },
};
