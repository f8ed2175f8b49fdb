// guardedFetch against a server of node:http whose answers each test sets.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  bulkhead,
  circuitBreaker,
  deadline,
  GateRejectedError,
  keyed,
  retry,
  RetryError,
  retryBudget,
} from "@sluice/gates";
import { guardedFetch, type GuardedFetchOptions, HttpStatusError } from "@sluice/gates/http";
import { VirtualClock } from "@sluice/tck";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { busy, WatchGate } from "./watch-gate.js";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const status = (code: number, headers: Record<string, string> = {}, body = "no"): Answer => {
  return (response) => response.writeHead(code, headers).end(body);
};
const ok = status(200, {}, "done");
const lost: Answer = (_, request) => request.socket.destroy();
const silent: Answer = () => {};
/** A head and some bytes, and then nothing. */
const stuck: Answer = (response) => response.writeHead(200).write("some");
const brokenOff: Answer = (response) => {
  response.writeHead(200, { "content-length": "1000" }).write("some", () => response.destroy());
};

/** What is answered, one after the other; the last one to all that come after it. */
let answers: Answer[] = [];
let requests: { readonly method: string; readonly body: string; readonly port: number }[] = [];
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  requests.push({ method: request.method ?? "", body, port: request.socket.remotePort ?? 0 });
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  answer?.(response, request);
});
let url = "";

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  requests = [];
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** A client that hardly waits. */
function client(options: GuardedFetchOptions, ...script: Answer[]): ReturnType<typeof guardedFetch> {
  answers = script;
  const { retry: policy, ...others } = options;
  return guardedFetch({ retry: policy === false ? false : { backoff: { baseMs: 1 }, ...policy }, ...others });
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe("guardedFetch", () => {
  it("is a fetch: the answer as it came, and where it came from", async () => {
    const gate = new WatchGate();
    const response = await client(
      { gate },
      status(200, { "x-tag": "a", "set-cookie": "b=1" }, "text"),
    )(`${url}page`);
    expect(response.headers.get("x-tag")).toBe("a");
    expect(response.headers.getSetCookie()).toEqual(["b=1"]);
    expect([response.status, response.ok, response.statusText]).toEqual([200, true, "OK"]);
    expect([response.url, response.redirected, response.type]).toEqual([`${url}page`, false, "basic"]);
    const copy = response.clone();
    expect([copy.url, await copy.text(), await response.text()]).toEqual([`${url}page`, "text", "text"]);
    expect(gate.asked).toEqual([{ cost: 1, request: { criticality: undefined, key: new URL(url).origin } }]);
    expect(gate.outcomes).toEqual(["success"]);
  });

  it("tries again after answers that say so, and after a lost connection", async () => {
    for (const code of [408, 425, 429, 500, 502, 503, 504]) {
      const response = await client({}, status(code), lost, ok)(url);
      expect(await response.text()).toBe("done");
      expect(requests.length).toBe(3);
      requests = [];
    }
    for (const code of [200, 204, 301, 304, 400, 401, 404, 409, 501]) {
      expect(
        (await client({}, status(code, { location: "/" }), ok)(url, { redirect: "manual" })).status,
      ).toBe(code);
      expect(requests.length).toBe(1);
      requests = [];
    }
  });

  it("sends again only what is idempotent, and only a body that is still there", async () => {
    const stream = (): ReadableStream => new Blob(["bytes"]).stream();
    const keyed = { "idempotency-key": '"1"' };
    const cases: [RequestInit & { duplex?: "half" }, number][] = [
      [{ method: "PUT", body: "bytes" }, 2],
      [{ method: "PUT", body: new TextEncoder().encode("bytes") }, 2],
      [{ method: "POST", body: "bytes", headers: keyed }, 2],
      [{ method: "POST", body: "bytes" }, 1],
      [{ method: "PUT", body: stream(), duplex: "half" }, 1],
      [{ method: "POST", body: stream(), duplex: "half", headers: keyed }, 1],
    ];
    for (const [init, count] of cases) {
      const response = await client({}, status(503), ok)(url, init);
      await response.text();
      expect(requests.map(({ body }) => body)).toEqual(Array(count).fill("bytes"));
      requests = [];
      const request = new Request(url, { ...init, ...(init.duplex ? { body: stream() } : {}) });
      await (await client({}, status(503), ok)(request)).text();
      expect(requests.length).toBe(1); // its body is a stream by now
      requests = [];
    }
    await client({}, status(503), ok)(new Request(url));
    expect(requests.length).toBe(2);
  });

  it("gives the last answer when none was better, whole, and a RetryError when there was none", async () => {
    const gate = new WatchGate();
    const last = await client(
      { gate, retry: { attempts: 2 } },
      status(500),
      status(503, {}, "the last"),
    )(url);
    expect([last.status, gate.held, await last.text()]).toEqual([503, 1, "the last"]);
    expect(gate.outcomes).toEqual(["failure", "failure"]);
    const error = await client({ gate, retry: { attempts: 2 } }, lost)(url).catch((e) => e);
    expect(error).toBeInstanceOf(RetryError);
    expect([error.attempts, error.cause.message]).toEqual([2, "fetch failed"]);
    await expect(client({ gate, retry: false }, lost)(url)).rejects.toThrow("fetch failed");
    await expect(client({ gate, retry: { attempts: 2 } }, status(500), lost)(url)).rejects.toBeInstanceOf(
      RetryError,
    );
    expect([gate.held, gate.outcomes.length]).toEqual([0, 7]);
  });

  it("comes back when the server says, not before, and not at all when that is too late", async () => {
    const cases: [Record<string, string>, number][] = [
      [{ "retry-after": "7" }, 7000],
      [
        {
          "retry-after": new Date(Date.now() + 600_000).toUTCString(),
          date: new Date(Date.now() + 590_000).toUTCString(),
        },
        10_000,
      ],
      [{ ratelimit: '"default";r=0;t=5' }, 5000],
    ];
    for (const [headers, ms] of cases) {
      const clock = new VirtualClock();
      const options = { clock, retry: { backoff: { baseMs: 0 } } };
      const answered = client(options, status(429, headers), ok)(url);
      await until(() => clock.pending > 0);
      clock.advance(ms - 1000);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(requests.length).toBe(1);
      clock.advance(1000);
      expect((await answered).status).toBe(200);
      requests = [];
    }
    const late = status(503, { "retry-after": "61" });
    expect((await client({}, late, ok)(url)).status).toBe(503);
    expect((await client({ deadlineMs: 900 }, status(503, { "retry-after": "1" }), ok)(url)).status).toBe(
      503,
    );
    const budget = retryBudget({ capacity: 1, initial: 0, minPerSecond: 0 });
    expect((await client({ budget }, status(503), ok)(url)).status).toBe(503);
    expect(requests.length).toBe(3);
  });

  it("limits an attempt, and all of them", async () => {
    const gate = new WatchGate();
    const answer = await client({ gate, timeoutMs: 30 }, silent, ok)(url);
    expect(await answer.text()).toBe("done");
    const started = performance.now();
    const error = await client({ gate, timeoutMs: 5000, deadlineMs: 40 }, silent)(url).catch((e) => e);
    expect(error).toMatchObject({ code: "TIMEOUT", afterMs: 40 });
    expect(performance.now() - started).toBeLessThan(4000);
    expect(gate.outcomes).toEqual(["failure", "success", "failure"]);
  });

  it("asks its gate before each attempt, and sends nothing when that refuses", async () => {
    const gate = new WatchGate();
    await (
      await client(
        { gate, key: (from) => new URL(from).pathname, criticality: "sheddable" },
        status(503),
        ok,
      )(url)
    ).text();
    expect(gate.asked.map(({ request }) => request)).toEqual(
      Array(2).fill({ criticality: "sheddable", key: "/" }),
    );
    gate.answer = () => busy;
    const error = await client({ gate }, ok)(url).catch((e) => e);
    expect(error).toBeInstanceOf(GateRejectedError);
    expect([error.retryAfterMs, error.cause, requests.length]).toEqual([2001, "concurrency", 2]);
    const shared = Object.assign(new WatchGate(), { ask: async () => gate.tryAcquire() });
    await expect(client({ gate: shared }, ok)(url)).rejects.toBeInstanceOf(GateRejectedError);
    expect(shared.asked).toEqual([]);
  });

  it("trusts each origin by itself, with a breaker for each", async () => {
    const gate = keyed(() => circuitBreaker({ consecutiveFailures: 2, openFor: { baseMs: 60_000 } }), {
      maxKeys: 10,
    });
    const send = client({ gate }, status(500), brokenOff, ok);
    await expect((await send(url)).text()).rejects.toThrow(); // 500, and 200 that breaks off
    await expect(send(url)).rejects.toMatchObject({ code: "GATE_REJECTED", cause: "open" });
    expect(await (await send(url.replace("127.0.0.1", "localhost"))).text()).toBe("done");
    expect(requests.length).toBe(3);
  });

  it("gives back what a gate far away grants when the attempt is over, and does not mistake it for the next one", async () => {
    const gate = new WatchGate();
    const answers: (() => void)[] = [];
    const ask = () => new Promise((resolve) => answers.push(() => resolve(gate.tryAcquire())));
    const shared = Object.assign(new WatchGate(), { ask });
    const sent = client(
      { gate: shared, timeoutMs: 20, retry: { attempts: 2, backoff: { baseMs: 0 } } },
      status(503),
    )(url);
    await until(() => answers.length === 2); // the first has waited for 20 ms
    answers[1]?.();
    await until(() => gate.held === 1);
    answers[0]?.();
    const response = await sent;
    expect([response.status, gate.held]).toEqual([503, 1]);
    await response.text();
    expect(gate.outcomes).toEqual(["ignored", "failure"]); // nothing was sent for the first
  });

  it("waits in the line of its gate when it is told to, until the body before it has been read", async () => {
    const gate = bulkhead({ capacity: 1, maxWaiting: 1 });
    const send = client({ gate, wait: true }, ok);
    const first = await send(url);
    const second = send(url);
    await until(() => gate.waiting === 1);
    expect(requests.length).toBe(1);
    await first.text();
    await (await second).text();
    const stop = new AbortController();
    await send(url);
    const third = send(url, { signal: stop.signal });
    await until(() => gate.waiting === 1);
    stop.abort("enough");
    await expect(third).rejects.toBe("enough");
    expect(gate.waiting).toBe(0);
  });

  it("counts a body that broke off as a failure, and one that was left as neither", async () => {
    const gate = new WatchGate();
    const send = client({ gate, retry: false }, brokenOff, stuck, stuck, status(500), ok);
    await expect((await send(url)).text()).rejects.toThrow();
    await (await send(url)).body?.cancel();
    const stop = new AbortController();
    const text = (await send(url, { signal: stop.signal })).text();
    stop.abort(new Error("left"));
    await expect(text).rejects.toThrow("left");
    await (await send(url)).body?.cancel();
    await (await send(url)).text();
    expect(gate.outcomes).toEqual(["failure", "ignored", "ignored", "failure", "success"]);
    expect(gate.held).toBe(0);
  });

  it("ends when its caller leaves: in the attempt, in the wait, and with a fetch that hears of nothing", async () => {
    const gate = new WatchGate();
    for (const script of [silent, status(503, { "retry-after": "30" })]) {
      const stop = new AbortController();
      const listeners = new Set<unknown>();
      const { signal } = stop;
      const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
      signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
        listeners.add(listener);
        add(type, listener);
      };
      signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
        listeners.delete(listener);
        remove(type, listener);
      };
      const ended = client({ gate }, script)(url, { signal }).catch((error) => error);
      await until(() => requests.length === 1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      stop.abort("left");
      expect([await ended, gate.held]).toEqual(["left", 0]);
      expect(listeners.size).toBe(0);
      requests = [];
    }
    for (const status of [200, 503]) {
      const stop = new AbortController();
      let cancelled: unknown;
      let isSent = false;
      let answer: (response: Response) => void = () => {};
      const send = client({
        gate,
        fetch: () => {
          isSent = true;
          return new Promise((resolve) => {
            answer = resolve;
          });
        },
      });
      const ended = send(url, { signal: stop.signal });
      await until(() => isSent);
      stop.abort("left");
      await expect(ended).rejects.toBe("left");
      const cancel = (reason: unknown): void => {
        cancelled = reason;
      };
      answer(new Response(new ReadableStream({ cancel }), { status }));
      await until(() => cancelled !== undefined);
      expect([cancelled, gate.held]).toEqual(["left", 0]);
    }
  });

  it("uses a connection again after an answer that nobody saw", async () => {
    const slowly: Answer = (response) => {
      response.writeHead(503, { "content-length": "2" }).flushHeaders();
      setTimeout(() => response.end("no"), 5);
    };
    const backoff = { baseMs: 40, jitter: "none" } as const;
    await (await client({ retry: { backoff } }, slowly, ok)(url)).text();
    expect(new Set(requests.map(({ port }) => port)).size).toBe(1);
  });

  it("cancels what is long or has no length, and gives its permit back at once", async () => {
    const gate = new WatchGate();
    const endless: Answer = (response) => response.writeHead(503).write("some");
    const stalled: Answer = (response) => response.writeHead(503, { "content-length": "9" }).write("some");
    const held: number[] = [];
    const onRetry = (): void => void held.push(gate.held);
    await (await client({ gate, retry: { onRetry } }, endless, stalled, ok)(url)).text();
    expect(held).toEqual([0, 1]); // what is short and stalls, at the next attempt
    expect([gate.held, gate.outcomes]).toEqual([0, ["failure", "failure", "success"]]);
  });

  it("ends with what onRetry throws, and leaves nothing of the answer that it saw", async () => {
    const gate = new WatchGate();
    const stalled: Answer = (response) => response.writeHead(503, { "content-length": "9" }).write("some");
    const onRetry = ({ error }: { readonly error: unknown }): never => {
      throw error;
    };
    await expect(client({ gate, retry: { onRetry } }, stalled)(url)).rejects.toBeInstanceOf(HttpStatusError);
    expect([gate.held, gate.outcomes]).toEqual([0, ["failure"]]);
  });

  it("inherits from a context: time, signal, and what was paid for retries", async () => {
    const budget = retryBudget({ ratio: 1, capacity: 10, initial: 0, minPerSecond: 0 });
    const send = client({ budget }, ok);
    const outer = retry((context) => send(url, {}, context), { budget });
    await outer();
    expect(budget.available).toBe(1);
    {
      using context = deadline(20);
      answers = [silent];
      await expect(send(url, {}, context)).rejects.toMatchObject({ code: "TIMEOUT", afterMs: 20 });
    }
    const [first, second] = [new AbortController(), new AbortController()];
    const ended = send(url, { signal: first.signal }, { signal: second.signal });
    second.abort("left");
    await expect(ended).rejects.toBe("left");
  });

  it("gives a permit back whose answer was forgotten", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const gate = new WatchGate();
    const send = client({ gate, retry: false }, stuck);
    await (async () => void (await send(url)))();
    expect(gate.held).toBe(1);
    await until(() => {
      collect();
      return gate.held === 0;
    });
    expect(gate.outcomes).toEqual(["ignored"]);
  });

  it("shows answers to the callbacks, which can forbid another attempt", async () => {
    const seen: unknown[] = [];
    const policy = {
      retryIf: (error: unknown) => !(error instanceof HttpStatusError && error.status === 500),
      onRetry: ({ error, attempt }: { error: unknown; attempt: number }) => {
        seen.push([
          (error as HttpStatusError).status,
          (error as HttpStatusError).headers.get("x-why"),
          attempt,
        ]);
      },
    };
    const last = await client({ retry: policy }, status(503, { "x-why": "tired" }), status(500), ok)(url);
    expect([last.status, await last.text()]).toEqual([500, "no"]);
    expect(seen).toEqual([[503, "tired", 1]]);
  });

  it("takes no body for the end of it, and a wrong URL for the mistake it is", async () => {
    const gate = new WatchGate();
    await client({ gate }, status(204))(url);
    await client({ gate }, ok)(url, { method: "HEAD" });
    expect(gate.outcomes).toEqual(["success", "success"]);
    for (const options of [{ gate }, {}]) {
      const send = client(options, ok);
      await expect(send("nowhere")).rejects.toBeInstanceOf(TypeError);
      await expect(send(null as never)).rejects.toBeInstanceOf(TypeError);
      await expect(send(url, {}, 5 as never)).rejects.toThrow(/on behalf of 5/);
    }
    expect(gate.asked.length).toBe(2);
  });

  it("refuses options that cannot work, by name", () => {
    const wrong = (options: object, text: RegExp): void => {
      expect(() => guardedFetch(options)).toThrow(text);
    };
    wrong(5 as never, /guardedFetch the options 5/);
    wrong({ gate: {} }, /guardedFetch with <object>: it takes a gate/);
    wrong({ wait: 1 }, /wait: 1/);
    wrong({ key: "origin" }, /guardedFetch with "origin"/);
    wrong({ fetch: 1 }, /guardedFetch with 1/);
    wrong({ budget: {} }, /budget <object>/);
    wrong({ retry: { attempts: 0 } }, /retry with 0 attempts/);
    wrong({ timeoutMs: 0 }, /timeout 0 ms/);
    wrong({ deadlineMs: Number.NaN }, /timeout NaN ms/);
    wrong({ criticality: "urgent" }, /urgent/);
    wrong({ clock: {} }, /clock/);
  });
});
