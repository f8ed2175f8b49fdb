// N4b: how long a call waits beside a stream of the same connection that takes whatever comes.
import { atMost } from "../harness/bar.mjs";
import { contenders } from "./contenders.mjs";
import { withPair } from "./pair.mjs";

export const row = {
  id: "N4b",
  title: "a call each millisecond beside an endless stream of small items on the same connection",
  short: "a call each millisecond beside an endless stream",
  metrics: ["callP50", "callP99", "besidePerSecond"],
  contenders: contenders(["sluice", "rsocket"], {
    fewer: ["sluice-256", "rsocket-256", "grpc", "socket.io", "trpc", "capnweb", "effect-rpc"],
  }),
  bars: [
    atMost("callP50", "sluice", 0.1, "rsocket"),
    {
      metric: "callP99",
      text: "sluice <= 10 x its p50",
      judge(figures) {
        if (figures.sluice === undefined) return undefined;
        const got = figures.sluice.callP99.median / figures.sluice.callP50.median;
        return { got, isRatio: true, pass: got <= 10 };
      },
    },
  ],
  repeat({ module }, { quick }) {
    return withPair(module, async ({ client }) => {
      const [warmUp, ms] = quick ? [200, 200] : [1_000, 2_000];
      await client.ask("callsInFlood", { ms: warmUp });
      return client.ask("callsInFlood", { ms });
    });
  },
};
