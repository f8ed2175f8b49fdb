// A gate before real servers of each kind: the same answers, and permits that come back whichever way a request ends.

import { until } from "@sluice/tck";
import type { GateWait, Permit } from "@sluice/core";
import { type Bulkhead, bulkhead, GateRejectedError } from "@sluice/gates";
import type { GateSnapshot } from "@sluice/gates/kit";
import { afterEach, describe, expect, it } from "vitest";
import { type Options, RawClient, servers, type Site } from "./servers.js";
import { busy, tooOften, WatchGate } from "./watch-gate.js";

let opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.toReversed()) await close();
  opened = [];
});

for (const [name, open] of Object.entries(servers)) {
  const openSite = async (options: Options): Promise<Site> => {
    const site = await open({ jitter: 0, ...options });
    opened.push(site.close);
    return site;
  };
  const rawClient = (url: string): RawClient => {
    const client = new RawClient(url);
    opened.push(() => client.leave());
    return client;
  };
  const GET = (page: string, ...fields: string[]): string =>
    [`GET ${page} HTTP/1.1`, "host: here", ...fields, "", ""].join("\r\n");

  describe(`a gate before ${name}`, () => {
    it("answers 429 to who asks too often and 503 when there is not enough for all, with the reason and the time", async () => {
      const gate = new WatchGate(() => tooOften);
      const { url, served } = await openSite({ gate });
      const refused = await fetch(`${url}/page`, { method: "POST", body: "x" });
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "3"]);
      expect(refused.headers.get("content-type")).toMatch(/^application\/problem\+json/);
      expect(refused.headers.get("cache-control")).toBe("no-store");
      expect(await refused.json()).toEqual({
        title: "Too Many Requests",
        status: 429,
        detail: "too often",
        cause: "rate",
      });
      gate.answer = () => ({ ...busy, retryAfterMs: undefined });
      const later = await fetch(`${url}/page`, { method: "HEAD" });
      expect([later.status, later.headers.has("retry-after"), await later.text()]).toEqual([503, false, ""]);
      expect([served, gate.held, gate.outcomes]).toEqual([[], 0, []]);
    });

    it("gives the permit back as a success or as a failure when the answer has been sent", async () => {
      const gate = new WatchGate();
      const { url } = await openSite({ gate });
      for (const [page, outcome] of [
        ["/page", "success"],
        ["/missing", "success"],
        ["/boom", "failure"],
        // Fastify breaks an answer off without saying why, which looks as if the client had gone.
        ["/broken", name === "fastify 5" ? "ignored" : "failure"],
      ] as const) {
        await fetch(url + page).then((answer) => answer.text().catch(() => {}));
        await until(() => gate.held === 0, "the permit to come back");
        expect([page, gate.outcomes.splice(0)]).toEqual([page, [outcome]]);
      }
      const head = await fetch(`${url}/page`, { method: "HEAD" });
      expect(head.status).toBe(200);
      await until(() => gate.held === 0, "the permit to come back");
      expect(gate.outcomes).toEqual(["success"]);
    });

    it("ignores what came of a request whose client has gone", async () => {
      const gate = new WatchGate();
      const { url } = await openSite({ gate });
      const client = rawClient(url).write(GET("/endless"));
      await client.got(/200 OK/);
      expect(gate.held).toBe(1);
      client.leave();
      await until(() => gate.held === 0, "the permit to come back");
      expect(gate.outcomes).toEqual(["ignored"]);
    });

    it("reads no body of a request that it refuses, and keeps the connection", async () => {
      const gate = new WatchGate(() => busy);
      const { url, served } = await openSite({ gate });
      const client = rawClient(url);
      client.write("POST /echo HTTP/1.1\r\nhost: here\r\ncontent-length: 100000\r\n\r\nfirst");
      await client.got(/503 Service Unavailable[\s\S]*\}\n/); // long before the body is there
      gate.answer = () => undefined;
      client.write(new Uint8Array(99_995)).write(GET("/page"));
      await client.got(/200 OK[\s\S]*\/page/);
      expect(served).toHaveLength(1);
      client.write("POST /echo HTTP/1.1\r\nhost: here\r\ncontent-length: 3\r\n\r\nabc");
      await client.got(/200 OK[\s\S]*\r\n\r\n[\s\S]*3/);
    });

    it("takes the address of the peer for the key, and believes only proxies that it trusts", async () => {
      const [far, near, odd] = [new WatchGate(), new WatchGate(), new WatchGate()];
      const fields = { "x-forwarded-for": "6.6.6.6, 203.0.113.7, 10.0.0.2", "x-criticality": "sheddable" };
      const trusting = { trustedProxies: ["127.0.0.1", "10.0.0.0/8"], criticalityHeader: "X-Criticality" };
      const sites = [
        await openSite({ gate: far, cost: 2, criticality: "criticalPlus" }),
        await openSite({ gate: near, ...trusting }),
        await openSite({ gate: odd, ...trusting, trustedProxies: ["10.0.0.0/8"] }),
      ];
      for (const { url } of sites) await fetch(url, { headers: fields }).then((answer) => answer.text());
      expect(far.asked).toEqual([{ cost: 2, request: { key: "127.0.0.1", criticality: "criticalPlus" } }]);
      expect(near.asked).toEqual([{ cost: 1, request: { key: "203.0.113.7", criticality: "sheddable" } }]);
      expect(odd.asked).toMatchObject([{ request: { key: "127.0.0.1", criticality: undefined } }]);
    });

    it("says on every answer what is left of the quota", async () => {
      const gate = Object.assign(new WatchGate(), {
        quota: (key?: string) => ({
          limit: 10,
          windowMs: 59_001,
          remaining: 3.5,
          resetMs: key === "127.0.0.1" ? 1 : 9e9,
        }),
      });
      const { url } = await openSite({ gate, policy: 'the "p"' });
      const served = await fetch(url);
      expect(served.headers.get("ratelimit-policy")).toBe('"the \\"p\\"";q=10;w=60');
      expect(served.headers.get("ratelimit")).toBe('"the \\"p\\"";r=3;t=1');
      expect(await served.text()).toBe("/");
      gate.answer = () => tooOften;
      const refused = await fetch(url);
      expect(refused.headers.get("ratelimit")).toBe('"the \\"p\\"";r=3;t=3'); // no earlier than Retry-After
      expect(await refused.json()).toMatchObject({
        type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
        "violated-policies": ['the "p"'],
      });
    });

    it("lets nobody in by an error of the gate or of a function", async () => {
      const gate = new WatchGate(() => {
        throw new Error("broken gate");
      });
      const broken = await openSite({ gate });
      const keyless = await openSite({
        gate: new WatchGate(),
        key: () => {
          throw new Error("broken key");
        },
      });
      const shared = await openSite({
        gate: Object.assign(gate, { ask: () => Promise.reject(new Error("away")) }),
      });
      for (const { url, served } of [broken, keyless, shared]) {
        expect((await fetch(`${url}/page`)).status).toBe(500);
        expect(served).toEqual([]);
      }
      expect(gate.held).toBe(0);
    });

    it("asks a gate that many processes share, and nobody for what needs no permit", async () => {
      const gate = new WatchGate();
      const shared = Object.assign(new WatchGate(() => busy), {
        ask: async (cost?: number, request?: object) => gate.tryAcquire(cost, request),
      });
      const { url } = await openSite({ gate: shared });
      expect((await fetch(url)).status).toBe(200);
      await until(() => gate.held === 0, "the permit to come back");
      expect([gate.outcomes, shared.asked]).toEqual([["success"], []]);
      const free = await openSite({ gate: () => undefined });
      expect((await fetch(free.url)).status).toBe(200);
    });

    it("lets requests wait, and forgets those whose client has gone", async () => {
      const waiting: { readonly signal: AbortSignal; readonly admit: (permit: Permit) => void }[] = [];
      const gate = new WatchGate();
      gate.acquire = (_cost, request?: GateWait) =>
        new Promise((resolve, reject) => {
          const signal = request?.signal as AbortSignal;
          if (waiting.length === 2) reject(new GateRejectedError({ ...busy, reason: "the line is full" }));
          signal.addEventListener("abort", () => reject(signal.reason));
          waiting.push({ signal, admit: resolve });
        });
      const { url, served } = await openSite({ gate, wait: true });
      const leaving = rawClient(url).write(GET("/page"));
      await until(() => waiting.length === 1, "the line");
      const staying = fetch(`${url}/page`);
      await until(() => waiting.length === 2, "the line");
      const full = await fetch(url);
      expect([full.status, await full.json()]).toEqual([
        503,
        expect.objectContaining({ detail: "the line is full" }),
      ]);
      leaving.leave();
      await until(() => waiting[0]?.signal.aborted === true, "the line");
      expect(waiting[1]?.signal.aborted).toBe(false);
      waiting[1]?.admit(gate.tryAcquire() as Permit);
      expect(await (await staying).text()).toBe("/page");
      await until(() => gate.held === 0, "the permit to come back");
      expect([served, gate.outcomes]).toEqual([["/page"], ["success"]]);
    });

    it("gives back what was granted to a client that had gone before", async () => {
      const gate = new WatchGate();
      const late: (() => void)[] = [];
      const asked = Object.assign(new WatchGate(), {
        ask: () => new Promise<Permit>((resolve) => late.push(() => resolve(gate.tryAcquire() as Permit))),
      });
      const { url, served } = await openSite({ gate: asked });
      const leaving = rawClient(url).write(GET("/page"));
      await until(() => late.length === 1, "the question");
      leaving.leave();
      const staying = fetch(url);
      await until(() => late.length === 2, "the question");
      // The server has heard by now that the first has gone: it took the second connection after that.
      for (const admit of late) admit();
      expect((await staying).status).toBe(200);
      await until(() => gate.held === 0, "the permit to come back");
      expect([served.length <= 2, gate.outcomes.toSorted()]).toEqual([true, ["ignored", "success"]]);
    });

    it("has every permit back, however many clients leave at whatever moment", async () => {
      const gate = bulkhead({ capacity: 20, maxWaiting: 20 });
      const { url } = await openSite({ gate, wait: true });
      const pages = ["/page", "/boom", "/endless", "/broken", "/missing"];
      await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const client = rawClient(url).write(GET(pages[i % pages.length] as string));
          // Some leave at once, some in the line, some in the middle of an answer, some when they have it.
          for (let turn = (i * 7) % 40; turn > 0; turn -= 1)
            await new Promise((resolve) => setImmediate(resolve));
          client.leave();
        }),
      );
      await until(() => gate.inUse === 0 && gate.waiting === 0, "all permits");
      const { granted, misused } = (gate as Bulkhead & { snapshot(): GateSnapshot }).snapshot();
      expect([granted > 0, misused]).toEqual([true, 0]);
      expect((await fetch(url)).status).toBe(200);
    });
  });
}
