import { captureReported, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { ioRedis, nodeRedis } from "./redis-clients.js";
import { type RedisCommands, type RedisLinkOptions, redisLink } from "./redis-link.js";
import { redisScript } from "./redis-script.js";

const script = redisScript("return 1", (reply) => (typeof reply === "number" ? reply : undefined));

/** A Redis in which the test answers each command by hand. */
function byHand(options: RedisLinkOptions = {}) {
  const clock = new VirtualClock();
  const open: { resolve(reply: unknown): void; reject(error: unknown): void }[] = [];
  const told: string[] = [];
  const commands: RedisCommands = {
    evalSha: (sha) => answer(`evalsha ${sha === script.sha}`),
    eval: (text) => answer(`eval ${text === script.text}`),
  };
  const answer = (what: string): Promise<unknown> => {
    told.push(what);
    return new Promise((resolve, reject) => open.push({ resolve, reject }));
  };
  const link = redisLink(commands, { timeoutMs: 50, probeMs: 1000, clock, ...options });
  const results: unknown[] = [];
  const run = (): void => {
    const result = link.run(script, "key", []);
    if (result === undefined) results.push("alone");
    else result.then((value) => results.push(value ?? "nobody"), results.push);
  };
  return { clock, open, told, link, results, run };
}

describe("redisLink", () => {
  it("names a script by its hash, and sends its text once Redis has forgotten it", async () => {
    const { clock, open, told, results, run } = byHand();
    run();
    open[0]?.reject(new Error("NOSCRIPT No matching script. Please use EVAL."));
    await clock.advanceSettled(0);
    open[1]?.resolve(7);
    await clock.advanceSettled(0);
    expect([told, results, clock.pending]).toEqual([["evalsha true", "eval true"], [7], 0]);
  });

  it("goes away at the first failure, sends one probe a second then, and comes back by its answer", async () => {
    const switches: string[] = [];
    const { clock, open, results, run, link } = byHand({ onSwitch: (to, e) => switches.push(`${to} ${e}`) });
    run();
    open[0]?.reject(new Error("ECONNREFUSED"));
    await clock.advanceSettled(0);
    run();
    await clock.advanceSettled(999);
    run();
    expect([results.length, open.length, link.probeInMs]).toEqual([3, 1, 1]);
    await clock.advanceSettled(1);
    run(); // the probe
    run();
    expect(open.length).toBe(2);
    open[1]?.reject(new Error("ECONNREFUSED"));
    await clock.advanceSettled(1000);
    run();
    open[2]?.resolve(1);
    await clock.advanceSettled(0);
    run();
    open[3]?.resolve(2);
    await clock.advanceSettled(0);
    expect(results).toEqual(["nobody", "alone", "alone", "alone", "nobody", 1, 2]);
    expect(switches).toEqual(["away Error: ECONNREFUSED", "near undefined"]);
    expect(link.snapshot()).toEqual({
      ...{ presence: "near", switches: 2, inFlight: 0, answered: 2, failed: 2, late: 0, crowded: 0 },
      lastError: "Error: ECONNREFUSED",
    });
  });

  it("takes no answer for none when it is late, and does not use it when it comes", async () => {
    const { clock, open, results, run, link } = byHand();
    run();
    await clock.advanceSettled(49);
    expect(results).toEqual([]);
    await clock.advanceSettled(1);
    expect(results).toEqual(["nobody"]);
    expect(link.snapshot()).toMatchObject({ presence: "away", inFlight: 1, late: 1 });
    open[0]?.resolve(3);
    await clock.advanceSettled(0);
    expect([results, clock.pending]).toEqual([["nobody"], 0]);
    expect(link.snapshot()).toMatchObject({ presence: "away", inFlight: 0, answered: 0 });
  });

  it("never has more commands in flight than it may, also while probes get no answer", async () => {
    const { clock, open, results, run, link } = byHand({ maxInFlight: 3 });
    for (let i = 0; i < 5; i += 1) run();
    expect([open.length, results]).toEqual([3, ["alone", "alone"]]);
    for (let s = 0; s < 10; s += 1) {
      await clock.advanceSettled(1050);
      run();
    }
    expect([open.length, link.snapshot().inFlight, clock.pending]).toEqual([3, 3, 0]);
    for (const command of open) command.reject(new Error("closed"));
    await clock.advanceSettled(0);
    run();
    open[3]?.resolve(1);
    await clock.advanceSettled(0);
    expect([results.at(-1), link.presence]).toEqual([1, "near"]);
  });

  it("takes an answer of another kind for a failure, and says what it was", async () => {
    const { clock, open, results, run, link } = byHand();
    run();
    open[0]?.resolve("OK");
    await clock.advanceSettled(0);
    expect(results).toEqual(["nobody"]);
    expect(link.snapshot().lastError).toBe('Error: Redis has answered "OK" to a script');
  });

  it("asks for a probe at once when the clock was set back, and survives one that throws", async () => {
    let offset = 0;
    const virtual = new VirtualClock();
    const clock = {
      now: (): number => {
        if (Number.isNaN(offset)) throw new Error("no time");
        return virtual.now() + offset;
      },
      schedule: virtual.schedule.bind(virtual),
    };
    const { open, run, results, link } = byHand({ clock });
    run();
    open[0]?.reject(new Error("gone"));
    await virtual.advanceSettled(0);
    offset = -3_600_000;
    run();
    expect(open.length).toBe(2);
    offset = Number.NaN;
    const reported = await captureReported(async () => {
      open[1]?.reject(new Error("gone"));
      await virtual.advanceSettled(0);
    });
    expect(reported.map(String)).toEqual(["Error: no time"]);
    expect(() => link.run(script, "key", [])).toThrow("no time");
    offset = 0;
    run();
    open[2]?.resolve(4);
    await virtual.advanceSettled(0);
    expect(results).toEqual(["nobody", "nobody", 4]);
  });

  it("reports what a listener throws, and goes on", async () => {
    const { clock, open, results, run } = byHand({
      onSwitch: () => {
        throw new Error("listener");
      },
    });
    const reported = await captureReported(async () => {
      run();
      open[0]?.reject("no error at all");
      await clock.advanceSettled(0);
    });
    expect([reported.map(String), results]).toEqual([["Error: listener"], ["nobody"]]);
  });

  it("refuses options and clients that cannot work", () => {
    const none: RedisCommands = { evalSha: async () => 1, eval: async () => 1 };
    expect(() => redisLink(none, { timeoutMs: 0 })).toThrow(/timeoutMs of 0 ms: it must be a number >= 1/);
    expect(() => redisLink(none, { probeMs: Number.NaN })).toThrow(/probeMs of NaN ms/);
    expect(() => redisLink(none, { maxInFlight: 0 })).toThrow(/maxInFlight 0: it must be an integer >= 1/);
    expect(() => redisLink(none, { onSwitch: 1 as never })).toThrow(/onSwitch 1: it takes a function/);
    expect(() => redisLink(none, { clock: {} as never })).toThrow(/clock <object>/);
    expect(() => nodeRedis({} as never)).toThrow(
      "Cannot give nodeRedis the client <object>: it must have the methods evalSha and eval",
    );
    expect(() => ioRedis(null as never)).toThrow(
      /the client null: it must have the methods evalsha and eval/,
    );
  });
});
