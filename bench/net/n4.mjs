// N4: calls that each bring one small item, with one in flight and with 64.
import { atLeast, atMost } from "../harness/bar.mjs";
import { contenders } from "./contenders.mjs";
import { withPair } from "./pair.mjs";

const AT_ONCE = 64;

export const row = {
  id: "N4",
  title: `calls that bring one small item: one in flight, then ${AT_ONCE}; two processes, CPU of the busier one with ${AT_ONCE}`,
  short: "calls that bring one small item",
  metrics: ["callUs", "callUsP99", "callsPerSecond", "cpuPerCall"],
  charts: ["callUs", "callsPerSecond"],
  contenders: contenders(["ws-one", "sluice", "rsocket"], {
    fewer: ["grpc", "socket.io", "trpc", "capnweb", "effect-rpc"],
  }),
  bars: [
    atMost("callUs", "sluice", 1.6, "ws-one"),
    atMost("callUs", "sluice", 1, "rsocket"),
    atLeast("callsPerSecond", "sluice", 3.5, "ws-one"),
    atLeast("callsPerSecond", "sluice", 7, "rsocket"),
  ],
  repeat({ module }, { quick }) {
    return withPair(module, async ({ server, client }) => {
      const [warmUp, alone, atOnce] = quick ? [50, 50, 50] : [700, 1_000, 1_500];
      await client.ask("callsAtOnce", { ms: warmUp, atOnce: AT_ONCE });
      await client.ask("callsAlone", { ms: warmUp });
      const { callUs, callUsP99 } = await client.ask("callsAlone", { ms: alone });
      const before = [await server.ask("cpu"), await client.ask("cpu")];
      const { calls, callsPerSecond } = await client.ask("callsAtOnce", { ms: atOnce, atOnce: AT_ONCE });
      const after = [await server.ask("cpu"), await client.ask("cpu")];
      const busier = Math.max(after[0] - before[0], after[1] - before[1]);
      return { callUs, callUsP99, callsPerSecond, cpuPerCall: (busier * 1e6) / calls };
    });
  },
};
