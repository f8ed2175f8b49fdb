// Sluice for N8: one stream over a long link, with a window.
import { map, range } from "@sluice/core";
import { defineService, stream, unchecked } from "@sluice/net";
import { connect as connectTo, serve as serveService } from "@sluice/net/node";
import { makeItem } from "../item.mjs";

const service = defineService("far", { items: stream({ output: unchecked() }) });

const ENDLESS = Number.MAX_SAFE_INTEGER;

export async function serve() {
  const server = await serveService(service, { items: () => range(0, ENDLESS).pipe(map(makeItem)) });
  return { port: server.port };
}

export async function connect(port) {
  const client = await connectTo(`ws://127.0.0.1:${port}`, service);
  return {
    /** Items a second between `fromMs` and `toMs` after the stream was asked for, and the round trip then. */
    async windowed({ window, fromMs, toMs }) {
      const roundTripMs = await roundTrip(client);
      const options = { window: window === "none" ? "demand" : window };
      const stop = new AbortController();
      const start = performance.now();
      let first = 0;
      let count = 0;
      const take = () => {
        const now = performance.now() - start;
        if (now >= toMs) stop.abort();
        else if (now >= fromMs) {
          if (count === 0) first = now;
          count += 1;
        }
      };
      const flow = client.items(undefined, { ...options, signal: stop.signal });
      // The same consumer for all: it asks for 256 and then again for what it has used, as forEach does by itself, since
      // unbounded demand would need no window; and without one for so much that it never waits for more.
      const prefetch = window === "none" ? 2 ** 20 : 256;
      await flow.forEach(take, { prefetch }).catch((error) => {
        if (!stop.signal.aborted) throw error;
      });
      return { itemsPerSecond: (count * 1e3) / (toMs - Math.max(fromMs, first)), roundTripMs };
    },

    /** How long an item waits here at most, in round trips, for a consumer that works `stepMs` on each: last half. */
    async queueing({ window, stepMs, ms }) {
      const roundTripMs = await roundTrip(client);
      const stop = new AbortController();
      const start = performance.now();
      let worst = 0;
      await client
        .items(undefined, { window, signal: stop.signal })
        .forEach(
          async () => {
            await new Promise((resolve) => setTimeout(resolve, stepMs));
            const now = performance.now() - start;
            if (now >= ms) stop.abort();
            if (now >= ms / 2) worst = Math.max(worst, client.snapshot().streams[0]?.receiveItems.held ?? 0);
          },
          { prefetch: 1, signal: stop.signal },
        )
        .catch((error) => {
          if (!stop.signal.aborted) throw error;
        });
      return (worst * stepMs) / roundTripMs;
    },
  };
}

/** The least of some PINGs, by a stream that has them sent: in milliseconds. */
async function roundTrip(client) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i += 1) {
    const stop = new AbortController();
    const taken = client.items(undefined, { window: "auto", signal: stop.signal }).forEach(() => {
      stop.abort();
    });
    await taken.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    least = Math.min(least, client.snapshot().roundTripMs ?? least);
  }
  return least;
}
