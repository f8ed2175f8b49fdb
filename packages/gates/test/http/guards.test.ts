// What one shape of server has and others have not, and what any guard is told.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2 } from "node:http2";
import type { AddressInfo } from "node:net";
import { tokenBucket } from "@sluice/gates";
import {
  guardFastify,
  guardFetch,
  guardHono,
  guardNode,
  type HttpRefusal,
  type NodeGuard,
} from "@sluice/gates/http";
import { captureReported, settled, until } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import { RawClient } from "./servers.js";
import { busy, WatchGate } from "./watch-gate.js";

let closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.toReversed()) await close();
  closes = [];
});

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

async function listen(listener: Listener, onContinue?: Listener): Promise<string> {
  const server = createServer((request, response) => void listener(request, response));
  if (onContinue !== undefined) server.on("checkContinue", onContinue);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closes.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const guards: readonly ((options: never) => unknown)[] = [
  guardNode,
  guardFastify,
  guardHono,
  (options) => guardFetch(() => new Response(), options),
];

describe("any guard", () => {
  it.each([
    [undefined, /^Cannot guard\w+ with undefined: it takes a gate/],
    [7, /it takes an object$/],
    [{}, /it takes a gate, with tryAcquire\(\) and acquire\(\)$/],
    [{ key: "me" }, / with key "me": it must be a function$/],
    [{ random: 4 }, / with random 4: it must be a function$/],
    [{ onRefused: {} }, / with onRefused .*: it must be a function$/],
    [{ cost: 0 }, /^Cannot acquire a permit of cost 0/],
    [{ criticality: "high" }, /^Cannot rank "high"/],
    [{ wait: 1000 }, / with wait 1000: it must be a boolean$/],
    [{ criticalityHeader: "x y", trustedProxies: ["::1"] }, / it must be the name of a field$/],
    [{ criticalityHeader: "x-criticality" }, / nobody may write it; name trustedProxies$/],
    [{ policy: "ä" }, / it must be 1 to 100 printable ASCII characters, or false$/],
    [{ policy: "" }, / it must be 1 to 100 printable/],
    [{ jitter: -1 }, / with a jitter of -1: it must be a number >= 0 and <= 10$/],
    [{ jitter: Number.NaN }, / with a jitter of NaN/],
    [{ trustedProxies: ["here"] }, / trust the proxy "here"/],
    [{ proxyHeader: "" }, / with proxyHeader "": it must be the name of a field/],
  ])("refuses the options %j by name", (change, message) => {
    const isWhole = typeof change !== "object" || Object.keys(change).length === 0;
    const options = isWhole ? change : { gate: new WatchGate(), ...change };
    for (const make of guards) expect(() => make(options as never)).toThrow(message);
  });

  it("refuses a handler that is no function", () => {
    expect(() => guardFetch(7 as never, { gate: new WatchGate() })).toThrow(TypeError);
    expect(() => guardFetch(() => new Response(), { gate: new WatchGate(), address: 7 as never })).toThrow(
      TypeError,
    );
  });

  it("shows each refusal to who wants to see it or to answer otherwise", async () => {
    const seen: HttpRefusal[] = [];
    const gate = new WatchGate(() => busy);
    const serve = guardFetch(() => new Response(), {
      gate,
      jitter: 0,
      onRefused: (refusal) => void seen.push(refusal),
    });
    expect((await serve(new Request("http://here/"))).status).toBe(503);
    expect(seen).toMatchObject([{ status: 503, rejected: busy, headers: { "retry-after": "3" } }]);
    const teapot = guardFetch(() => new Response(), {
      gate,
      onRefused: (refusal) => ({ ...refusal, status: 418, headers: {}, body: "short and stout" }),
    });
    const answer = await teapot(new Request("http://here/"));
    expect([answer.status, await answer.text()]).toEqual([418, "short and stout"]);
  });

  it("adds jitter to Retry-After by itself", async () => {
    const draws = [0, 0.5, 0.999];
    const serve = guardFetch(() => new Response(), {
      gate: new WatchGate(() => ({ ...busy, retryAfterMs: 10_000 })),
      random: () => draws.shift() ?? 0,
    });
    const told = [];
    for (let i = 0; i < 3; i += 1)
      told.push((await serve(new Request("http://here/"))).headers.get("retry-after"));
    expect(told).toEqual(["10", "13", "15"]);
  });

  it("says 429 and what is left of a token bucket", async () => {
    const serve = guardFetch(() => new Response(), {
      gate: tokenBucket({ capacity: 2, ratePerSecond: 0.1 }),
      jitter: 0,
    });
    const fields = async () => {
      const { status, headers } = await serve(new Request("http://here/"));
      return [status, headers.get("ratelimit-policy"), headers.get("ratelimit"), headers.get("retry-after")];
    };
    expect(await fields()).toEqual([200, '"default";q=2;w=20', '"default";r=1;t=10', null]);
    expect(await fields()).toEqual([200, '"default";q=2;w=20', '"default";r=0;t=20', null]);
    expect(await fields()).toEqual([429, '"default";q=2;w=20', '"default";r=0;t=20', "10"]);
  });
});

describe("guardNode", () => {
  it("lets a client that asks first keep its body", async () => {
    const gate = new WatchGate(() => busy);
    const guard = guardNode({ gate });
    let served = 0;
    const handler: Listener = (request, response) => {
      served += 1;
      request.resume().on("end", () => response.end("taken"));
    };
    const url = await listen(handler, (request, response) =>
      guard(request, response, () => {
        response.writeContinue();
        return handler(request, response);
      }),
    );
    const head = "POST / HTTP/1.1\r\nhost: here\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
    const refused = new RawClient(url).write(head);
    expect((await refused.got(/HTTP\/1\.1 (\d+)/))[1]).toBe("503"); // and not 100
    refused.leave();
    gate.answer = () => undefined;
    const granted = new RawClient(url).write(head);
    expect((await granted.got(/HTTP\/1\.1 (\d+)/))[1]).toBe("100");
    granted.write("hello");
    await granted.got(/200 OK[\s\S]*taken/);
    granted.leave();
    expect([served, gate.outcomes]).toEqual([1, ["success"]]);
  });

  it("gives the permit back when next throws or rejects, and hands the error on", async () => {
    const gate = new WatchGate();
    const guard = guardNode({ gate });
    const errors: unknown[] = [];
    let next: () => unknown = () => {};
    const url = await listen(async (request, response) => {
      try {
        await guard(request, response, () => next());
      } catch (error) {
        errors.push((error as Error).message);
      }
      response.end();
    });
    next = () => {
      throw new Error("threw");
    };
    await fetch(url);
    next = () => Promise.reject(new Error("rejected"));
    await fetch(url);
    expect([errors, gate.held, gate.outcomes]).toEqual([["threw", "rejected"], 0, ["failure", "failure"]]);
  });

  it("gives the permit back when it comes too late to say what is left", async () => {
    const gate = Object.assign(new WatchGate(), {
      quota: () => ({ limit: 1, windowMs: 1, remaining: 1, resetMs: 1 }),
    });
    const guard = guardNode({ gate });
    const errors: unknown[] = [];
    const url = await listen((request, response) => {
      response.flushHeaders();
      try {
        void guard(request, response, () => {});
      } catch (error) {
        errors.push((error as { code?: string }).code);
      }
      response.end();
    });
    await (await fetch(url)).text();
    expect([errors, gate.outcomes]).toEqual([["ERR_HTTP_HEADERS_SENT"], ["failure"]]);
  });

  it("holds no permit for a client that had gone before the guard was asked", async () => {
    const gate = new WatchGate();
    const guard = guardNode({ gate });
    let [arrived, reached] = [0, 0];
    const url = await listen(async (request, response) => {
      arrived += 1;
      request.on("error", () => {});
      await once(response, "close"); // somewhere in an earlier middleware
      await guard(request, response, () => {
        reached += 1;
      });
    });
    const client = new RawClient(url).write("POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 5\r\n\r\n");
    await until(() => arrived === 1, "the request");
    client.leave();
    await until(() => gate.asked.length === 1, "the question");
    expect([reached, gate.held, gate.outcomes]).toEqual([0, 0, ["ignored"]]);
  });

  it("reports what a gate throws when it is given back, and serves on", async () => {
    const bad = {
      tryAcquire: () => ({
        granted: true as const,
        release: () => {
          throw new Error("broken gate");
        },
      }),
      acquire: () => Promise.reject(new Error("unused")),
    };
    const guard: NodeGuard<IncomingMessage> = guardNode({ gate: bad });
    const url = await listen((request, response) => guard(request, response, () => response.end("served")));
    const reported = await captureReported(async () => {
      expect(await (await fetch(url)).text()).toBe("served");
      expect(await (await fetch(url)).text()).toBe("served");
    });
    expect(String(reported)).toContain("broken gate");
  });

  it("stands before HTTP/2 as well", async () => {
    const gate = new WatchGate();
    const guard = guardNode({ gate });
    const server = createHttp2((request, response) => {
      void guard(request, response, () => {
        if (request.url === "/held") response.write("x");
        else response.end("served");
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    closes.push(() => {
      client.destroy();
      server.close();
    });
    const ask = (path: string) => client.request({ ":path": path });
    const served = ask("/");
    expect((await once(served, "response"))[0][":status"]).toBe(200);
    served.resume();
    await until(() => gate.held === 0, "the permit");
    const held = ask("/held");
    await once(held, "data");
    held.close(8); // CANCEL
    await until(() => gate.held === 0, "the permit");
    gate.answer = () => busy;
    const refused = ask("/");
    const [headers] = await once(refused, "response");
    expect([headers[":status"], headers["content-type"]]).toEqual([503, "application/problem+json"]);
    expect(gate.outcomes).toEqual(["success", "ignored"]);
    expect(gate.asked[0]?.request?.key).toBe("127.0.0.1");
  });
});

describe("guardFetch", () => {
  const request = (init: RequestInit = {}) => new Request("http://here/", init);

  it("gives the permit back when the answer has no body that anybody reads", async () => {
    const gate = new WatchGate();
    const answers: [Response, RequestInit?][] = [
      [new Response(null, { status: 204 })],
      [new Response("x"), { method: "HEAD" }],
      [Response.error()],
      [Response.redirect("http://there/")],
    ];
    const statuses = [];
    for (const [answer, init] of answers) {
      const serve = guardFetch(() => answer, { gate });
      statuses.push((await serve(request(init))).status);
      expect(gate.held).toBe(0);
    }
    expect(statuses).toEqual([204, 200, 0, 302]);
    expect(gate.outcomes).toEqual(["success", "success", "failure", "success"]);
  });

  it("keeps what an answer says, and adds only what it does not say of a quota itself", async () => {
    const gate = Object.assign(new WatchGate(), {
      quota: () => ({ limit: 1, windowMs: 1000, remaining: 1, resetMs: 0 }),
    });
    const own = { "content-type": "text/x", ratelimit: '"own";r=1' };
    const serve = guardFetch(() => new Response("body", { status: 201, statusText: "Made", headers: own }), {
      gate,
    });
    const { status, statusText, headers } = await serve(request());
    expect([status, statusText, headers.get("content-type")]).toEqual([201, "Made", "text/x"]);
    expect([headers.get("ratelimit"), headers.get("ratelimit-policy")]).toEqual([
      '"own";r=1',
      '"default";q=1;w=1',
    ]);
  });

  it("keeps the permit of a client that has gone until its handler has ended", async () => {
    const gate = new WatchGate();
    const stop = new AbortController();
    let finish = (_: Response): void => {};
    const serve = guardFetch(
      () =>
        new Promise<Response>((resolve) => {
          finish = resolve;
        }),
      { gate },
    );
    const serving = serve(request({ signal: stop.signal }));
    await settled();
    stop.abort();
    expect(gate.held).toBe(1);
    let cancelled = false;
    const body = new ReadableStream({
      cancel: () => {
        cancelled = true;
      },
    });
    finish(new Response(body));
    await serving;
    expect([gate.outcomes, cancelled]).toEqual([["ignored"], true]);
  });

  it("ignores the error of a handler that stops because its client has gone", async () => {
    const gate = new WatchGate();
    const stop = new AbortController();
    const serve = guardFetch(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      { gate },
    );
    const serving = serve(request({ signal: stop.signal }));
    await settled();
    stop.abort(new Error("gone"));
    await expect(serving).rejects.toThrow("gone");
    expect(gate.outcomes).toEqual(["ignored"]);
  });

  it("does not begin the work of a client that has gone", async () => {
    const gate = new WatchGate();
    const serve = guardFetch(() => Promise.reject(new Error("begun")), { gate });
    await serve(request({ signal: AbortSignal.abort() }));
    expect(gate.outcomes).toEqual(["ignored"]);
  });

  it("gives the permit back for a handler that answers with nonsense", async () => {
    const gate = new WatchGate();
    const used = new Response("x");
    await used.text();
    for (const answer of [undefined, used]) {
      await guardFetch(() => answer as Response, { gate })(request()).catch(() => {});
    }
    expect([gate.held, gate.outcomes]).toEqual([0, ["failure", "failure"]]);
  });
});
