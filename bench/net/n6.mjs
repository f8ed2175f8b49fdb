// N6: a consumer that works a millisecond on each item, for ten seconds. What counts is how far the producer
// ran ahead of it, and what that cost in memory on both sides.
import { setTimeout as sleep } from "node:timers/promises";
import { noMoreThan } from "../harness/bar.mjs";
import { largestLead } from "../harness/position-log.mjs";
import { contenders } from "./contenders.mjs";
import { withPair } from "./pair.mjs";

// More than any contender gets through in the time: the stream must not end by itself.
const ENDLESS = 100_000_000;

/** What Sluice's client and rsocket's grant: items the producer may be ahead of the consumer. */
const GRANTED = 256;

const MIB = 2 ** 20;

export const row = {
  id: "N6",
  isLong: true,
  title: "slow consumer, one item a millisecond for 10 s, two processes",
  short: "a consumer of one item a millisecond, 10 s",
  metrics: ["ahead", "serverGrowth", "clientGrowth", "largerGrowth", "consumed"],
  contenders: contenders(["sluice", "ws-naive"], {
    fewer: ["rsocket", "grpc", "socket.io", "trpc", "capnweb", "effect-rpc"],
  }),
  bars: [
    noMoreThan("ahead", "sluice", GRANTED, `the ${GRANTED} granted`),
    noMoreThan("largerGrowth", "sluice", 5 * MIB, "5 MiB"),
    naiveGrows(4),
  ],
  repeat({ module }, { quick }) {
    return withPair(module, async ({ server, client }) => {
      await Promise.all([server.ask("startLogs"), client.ask("startLogs")]);
      await client.ask("consume", { items: ENDLESS });
      await sleep(quick ? 2_000 : 10_000);
      const [produced, consumed] = await Promise.all([server.ask("stopLogs"), client.ask("stopLogs")]);
      if (consumed.positions.length === 0) throw new Error("consumed nothing");
      return {
        ahead: largestLead(produced.positions, consumed.positions),
        serverGrowth: produced.growth,
        clientGrowth: consumed.growth,
        largerGrowth: Math.max(produced.growth, consumed.growth),
        consumed: consumed.positions.length,
      };
    });
  },
};

/** Shows that the row measures something: without credit the memory grows, `factor` times 5 MiB and more. */
function naiveGrows(factor) {
  return {
    metric: "largerGrowth",
    text: `ws-naive >= ${factor} x 5 MiB`,
    judge(figures) {
      const got = figures["ws-naive"]?.largerGrowth.median;
      return got === undefined ? undefined : { got, isRatio: false, pass: got >= factor * 5 * MIB };
    },
  };
}
