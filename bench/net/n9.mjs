// N9: what it costs to have nothing to do. Ten thousand connections that have made one call each, and ten thousand
// streams of one connection that have brought one item each; then a forced collection, and what the processes hold.
// The plain WebSocket beside it is what a connection costs without us.
import { contender } from "./contenders.mjs";
import { withPair } from "./pair.mjs";

const CONNECTIONS = 10_000;
const STREAMS = 10_000;
/** Ten thousand connections take a while. */
const TIMEOUT_MS = 60_000;

export const row = {
  id: "N9",
  isLong: true,
  title:
    "10,000 idle connections; 10,000 idle streams on one (peerStreams and ownStreams 10,000, 2 processes)",
  short: "an idle connection",
  metrics: ["serverEach", "clientEach", "streamServerEach", "streamClientEach"],
  charts: ["serverEach"],
  contenders: ["sluice-idle", "ws-idle"].map(contender),
  bars: [
    beyond("serverEach", 20_000),
    beyond("clientEach", 20_000),
    perStream("streamServerEach", 2_000),
    perStream("streamClientEach", 2_000),
  ],
  async repeat({ name, module }, { quick }) {
    const connections = await idleConnections(module, quick ? CONNECTIONS / 20 : CONNECTIONS);
    const streams = name.startsWith("sluice")
      ? await idleStreams(module, quick ? STREAMS / 20 : STREAMS)
      : { streamServerEach: 0, streamClientEach: 0 };
    return { ...connections, ...streams };
  },
};

function idleConnections(module, count) {
  return withPair(
    module,
    async ({ server, client }) => {
      // The first ones load code and grow tables: they are no part of what the next one costs.
      await client.ask("connectMany", { count: 100 });
      const before = [await server.ask("held"), await client.ask("held")];
      await client.ask("connectMany", { count });
      const after = [await server.ask("held"), await client.ask("held")];
      return { serverEach: (after[0] - before[0]) / count, clientEach: (after[1] - before[1]) / count };
    },
    TIMEOUT_MS,
  );
}

function idleStreams(module, count) {
  return withPair(module, async ({ server, client }) => {
    await client.ask("openStreams", { count: 100 });
    await client.ask("prepareStreams", { count });
    const before = [await server.ask("held"), await client.ask("held")];
    await client.ask("openPrepared");
    const after = [await server.ask("held"), await client.ask("held")];
    return {
      streamServerEach: (after[0] - before[0]) / count,
      streamClientEach: (after[1] - before[1]) / count,
    };
  });
}

function beyond(metric, limit) {
  return {
    metric,
    text: `sluice-idle <= ws-idle + ${limit}`,
    judge(figures) {
      const ours = figures["sluice-idle"]?.[metric].median;
      const theirs = figures["ws-idle"]?.[metric].median;
      if (ours === undefined || theirs === undefined) return undefined;
      return { got: ours - theirs, isRatio: false, pass: ours - theirs <= limit };
    },
  };
}

function perStream(metric, limit) {
  return {
    metric,
    text: `sluice-idle <= ${limit}`,
    judge(figures) {
      const got = figures["sluice-idle"]?.[metric].median;
      return got === undefined ? undefined : { got, isRatio: false, pass: got <= limit };
    },
  };
}
