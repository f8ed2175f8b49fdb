// Every way in which a stream, a call, a client or a server can end, and what it leaves behind: nothing.

import { never, TimeoutError } from "@sluice/core";
import { type Client, openClient, type Runtime, serveTransport } from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { connect, type Server, serve } from "@sluice/net/node";
import { captureReported, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { turns, until } from "./both-ways.js";
import { service, Works } from "./works.js";

describe("a deadline", () => {
  it("ends a call at both ends, and travels as the time that is left", async () => {
    const { clock, client, contexts } = await inVirtualTime();
    const asked = client.echo("wait", { deadlineMs: 500 });
    await until(() => contexts.length === 1);
    expect(contexts[0]?.deadlineMs).toBe(500);
    clock.advance(499);
    expect(contexts[0]?.signal.aborted).toBe(false);
    clock.advance(1);
    await expect(asked).rejects.toBeInstanceOf(TimeoutError);
    await expect(asked).rejects.toThrow(
      "No end of numbers.echo within 500 ms; give more time with deadlineMs, or ask for less",
    );
    expect(contexts[0]?.signal.reason).toMatchObject({ name: "AbortError", code: "DEADLINE_EXCEEDED" });
    expect(contexts[0]?.signal.reason.cause).toBeInstanceOf(TimeoutError);
    await client.close();
    await until(() => clock.pending === 0);
  });

  it("ends a stream at both ends", async () => {
    const { clock, client } = await inVirtualTime();
    const done = client.late(3, { deadlineMs: 100 }).toArray();
    await turns(5);
    clock.advance(100);
    await expect(done).rejects.toBeInstanceOf(TimeoutError);
    await client.close();
    await until(() => clock.pending === 0);
  });

  it("leaves no timer behind when the call ends before", async () => {
    const { clock, client } = await inVirtualTime();
    await client.echo("quick", { deadlineMs: 500 });
    await client.close();
    await until(() => clock.pending === 0);
  });
});

describe("a client", () => {
  it("close() fails what still runs, closes the sources, and resolves `closed` without an error", async () => {
    const works = new Works();
    const server = await serve(service, works.handlers);
    const client = await connect(server.url, service);
    const results = [
      client.echo("wait"),
      client.late(1).toArray(),
      client.upTo(1e9, { window: 5 }).forEach(slowly),
    ];
    const settled = Promise.allSettled(results);
    await until(() => works.running === 3);
    await client.close();
    for (const result of await settled) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_LOST" } });
    }
    expect(await client.closed).toBeUndefined();
    await until(() => works.running === 0 && server.snapshot().connections.length === 0);
    await server.close();
  });

  it("refuses what comes after close, by name", async () => {
    const server = await serve(service, new Works().handlers);
    const client = await connect(server.url, service);
    await client.close();
    await client.close();
    const closed = {
      code: "CLOSED",
      notStarted: true,
      message: expect.stringMatching(
        /this client was closed, nothing was begun; connect again, or close it later$/,
      ),
    };
    await expect(client.echo(1)).rejects.toMatchObject(closed);
    await expect(client.upTo(1).toArray()).rejects.toMatchObject(closed);
    await expect(client.upTo(1, { window: "demand" }).toArray()).rejects.toMatchObject(closed);
    expect(await client.states.toArray()).toEqual(["closed"]);
    expect(client.snapshot().streams).toEqual([]);
    await server.close();
  });

  it("hears of a lost connection through `closed` and through everything that was open", async () => {
    const works = new Works();
    const server = await serve(service, works.handlers);
    const client = await connect(server.url, service, { reconnect: false });
    const settled = Promise.allSettled([client.echo("wait"), client.late(0).toArray()]);
    await until(() => works.running === 2);
    await server.close();
    for (const result of await settled) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_LOST" } });
    }
    await client.closed;
    await until(() => works.running === 0);
    await expect(client.echo("too late")).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });
});

describe("a server", () => {
  it("close() without drain cuts running streams at once", async () => {
    const works = new Works();
    const { server, client } = await pair(works);
    const running = client.upTo(1e9, { window: 5 }).forEach(slowly);
    await until(() => works.running === 1);
    const [result] = await Promise.allSettled([running, server.close()]);
    expect(result).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_LOST" } });
    expect(works.running).toBe(0);
  });

  it("close({ drainMs }) lets running streams and calls end, and refuses new ones by name", async () => {
    const works = new Works();
    const { server, client } = await pair(works);
    const running = client.upTo(2000, { window: 10 }).toArray();
    const asked = client.echo("wait");
    await until(() => works.running === 2);
    const closing = server.close({ drainMs: 60_000 });
    await until(() => client.snapshot().streams.length === 2);
    await expect(eventually(client, "GOING_AWAY")).resolves.toBeUndefined();
    expect(await running).toHaveLength(2000);
    works.finish();
    expect(await asked).toBe("done");
    await closing;
    expect(await client.closed).toBeUndefined();
  });

  it("close({ drainMs }) refuses those by name that wait for a slot", async () => {
    const works = new Works();
    const server = await serve(service, works.handlers, { limits: { peerStreams: 1 } });
    const client = await connect(server.url, service, { reconnect: false });
    const running = client.echo("wait");
    await until(() => works.running === 1);
    const waiting = client.echo("in line");
    const closing = server.close({ drainMs: 60_000 });
    await expect(waiting).rejects.toMatchObject({ code: "GOING_AWAY" });
    works.finish();
    expect(await running).toBe("done");
    await closing;
  });

  it("close({ drainMs }) cuts what has not ended by then", async () => {
    const works = new Works();
    const { server, client } = await pair(works);
    const running = client.late(1).toArray();
    await until(() => works.running === 1);
    const closing = server.close({ drainMs: 20 });
    await expect(running).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    await closing;
    expect(works.running).toBe(0);
  });

  it("close() twice ends both at the same time", async () => {
    const works = new Works();
    const { server, client } = await pair(works);
    const running = client.late(1).toArray();
    await until(() => works.running === 1);
    const patient = server.close({ drainMs: 60_000 });
    const [result] = await Promise.allSettled([running, server.close()]);
    expect(result).toMatchObject({ status: "rejected", reason: { code: "CONNECTION_LOST" } });
    await patient;
  });

  it("goes on when its own hook throws, and reports that as uncaught", async () => {
    const reported = await captureReported(async () => {
      const server = await serve(
        service,
        { ...new Works().handlers, echo: () => Promise.reject(new Error("handler")) },
        {
          onHandlerError: () => {
            throw new Error("hook");
          },
        },
      );
      const client = await connect(server.url, service);
      await expect(client.echo(1)).rejects.toThrow("handler");
      expect(await client.upTo(3).toArray()).toEqual([0, 1, 2]);
      await client.close();
      await server.close();
    });
    expect(reported.map(String)).toEqual(["Error: hook"]);
  });

  it("frees its port and leaves no socket, server or timer behind", async () => {
    const before = openHandles();
    const works = new Works();
    const { server, client } = await pair(works);
    const others = await Promise.all(
      Array.from({ length: 5 }, () => connect(server.url, service, { reconnect: false })),
    );
    await Promise.all(others.map((other) => other.upTo(100).toArray()));
    await expect(client.echo("wait", { deadlineMs: 1 })).rejects.toBeInstanceOf(TimeoutError);
    await others[0]?.close();
    await server.close();
    await client.closed;
    await Promise.all(others.map((other) => other.closed));
    await until(() => openHandles().length <= before.length);
    const again = await serve(service, works.handlers, { port: server.port });
    await again.close();
  });
});

/** Takes each item in a turn of its own. */
async function slowly(): Promise<void> {
  await turns(1);
}

type Numbers = Client<(typeof service)["routes"]>;

async function pair(works: Works): Promise<{ server: Server; client: Numbers }> {
  const server = await serve(service, works.handlers);
  return { server, client: await connect(server.url, service, { reconnect: false }) };
}

/** Asks until the answer is that error: GOAWAY crosses with what is on its way. */
async function eventually(client: Numbers, code: string): Promise<void> {
  for (;;) {
    const error: unknown = await client.echo(1).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if ((error as { code?: string } | undefined)?.code === code) return;
    if (error !== undefined) throw error;
  }
}

async function inVirtualTime() {
  const clock = new VirtualClock();
  const runtime: Runtime = { clock, defer: (task) => void setImmediate(task) };
  const contexts: { readonly signal: AbortSignal; readonly deadlineMs: number | undefined }[] = [];
  const [near, far] = memoryPair();
  serveTransport(
    far,
    service,
    {
      upTo: () => [],
      late: () => never<number>(),
      echo: (input, context) => {
        contexts.push(context);
        return input === "wait" ? new Promise(() => {}) : input;
      },
    },
    { runtime },
  );
  return { clock, contexts, client: await openClient(near, service, { runtime }) };
}

function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => /^(TCP|Pipe|TTY|Timeout)/.test(kind));
}
