// A server that ends lets channels and pushes run on, each direction to its own end, takes nothing new, and cuts what is
// left when its time is over.

import { create, type Emitter, never } from "@sluice/core";
import { channel, defineService, push, unchecked } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import { describe, expect, it } from "vitest";
import { turns, until } from "./both-ways.js";
import { WatchGate } from "./watch-gate.js";

const number = unchecked<number>();
const service = defineService("d", {
  echo: channel({ input: number, output: number }),
  sum: channel({ input: number, output: number }),
  tell: push({ input: number }),
});

async function opened() {
  const gate = new WatchGate();
  const told: number[] = [];
  let finish = (): void => {};
  const server = await serve(
    service,
    {
      echo: (input) => input,
      // Its output is over before its input: what is told is the sum.
      sum: (input) => {
        void input
          .reduce((a, b) => a + b, 0)
          .then(
            (sum) => told.push(sum),
            (error) => told.push(error.code),
          );
        return [];
      },
      tell: async (n) => {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        told.push(n);
      },
    },
    { admission: gate },
  );
  const client = await connect(server.url, service, { reconnect: false });
  return { server, client, gate, told, finish: () => finish() };
}

/** A source that the test feeds. */
function fed(): {
  readonly source: ReturnType<typeof create<number>>;
  readonly emitter: () => Emitter<number>;
  stopped: boolean;
} {
  let emitter: Emitter<number> | undefined;
  const feed = {
    source: create<number>(
      (given) => {
        emitter = given;
        return () => {
          feed.stopped = true;
        };
      },
      { capacity: 1000, overflow: "error" },
    ),
    emitter: () => emitter as Emitter<number>,
    stopped: false,
  };
  return feed;
}

describe("close({ drainMs })", () => {
  it("lets both directions of a channel go on until both have ended", async () => {
    const { server, client, gate } = await opened();
    const feed = fed();
    const heard: number[] = [];
    const talk = client.echo(feed.source).forEach((n) => void heard.push(n));
    await until(() => feed.emitter() !== undefined);
    feed.emitter().next(1);
    await until(() => heard.length === 1);
    let isClosed = false;
    const closing = server.close({ drainMs: 60_000 }).then(() => {
      isClosed = true;
    });
    await refusal(() => client.tell(9));
    for (let i = 2; i < 500; i += 1) feed.emitter().next(i);
    await until(() => heard.length === 499);
    expect(isClosed).toBe(false);
    feed.emitter().complete();
    await Promise.all([talk, closing]);
    expect([gate.held, gate.outcomes]).toEqual([0, ["success"]]);
    expect(await client.closed).toBeUndefined();
  });

  it("waits for what a client sends when the output is over", async () => {
    const { server, client, gate, told } = await opened();
    const feed = fed();
    expect(await client.sum(feed.source).toArray()).toEqual([]);
    feed.emitter().next(20);
    const closing = server.close({ drainMs: 60_000 });
    await refusal(() => client.echo([1]).toArray());
    await turns(20);
    expect([gate.held, told]).toEqual([1, []]);
    feed.emitter().next(22);
    feed.emitter().complete();
    await closing;
    expect([gate.held, told]).toEqual([0, [42]]);
  });

  it("waits for a push, and for its handler", async () => {
    const { server, client, told, finish } = await opened();
    const pushed = client.tell(7);
    await until(() => server.snapshot().connections[0]?.streams.length === 1);
    const closing = server.close({ drainMs: 60_000 });
    await refusal(() => client.tell(8));
    finish();
    await Promise.all([pushed, closing]);
    expect(told).toEqual([7]);
  });

  it("cuts at its time what has not ended: sources are stopped at both ends, permits go back", async () => {
    const { server, client, gate, told } = await opened();
    const feed = fed();
    const talk = client.echo(feed.source).toArray();
    const silent = client.sum(never()).toArray();
    const pushed = client.tell(1);
    await until(() => gate.held === 3);
    const closing = server.close({ drainMs: 20 });
    for (const result of await Promise.allSettled([talk, pushed])) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_LOST" } });
    }
    expect(await silent).toEqual([]);
    await closing;
    await until(() => told.length === 1);
    expect([feed.stopped, told]).toEqual([true, ["CONNECTION_LOST"]]);
    // The handler of the push is at work still: its permit stays with it.
    await until(() => gate.held === 1);
    expect(gate.outcomes).toEqual(["ignored", "ignored"]);
  });
});

/** Asks until the client has heard that the server is ending. */
async function refusal(ask: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const error = await ask().then(
      () => undefined,
      (thrown: { code: string }) => thrown,
    );
    if (error?.code === "GOING_AWAY") return;
    expect(error).toBeUndefined();
  }
}
