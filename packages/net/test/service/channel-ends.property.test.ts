// Both directions of a channel ended in every way and order, at once and apart, in virtual time. Whatever happens: both
// sources are stopped or have ended, both subscribers have heard one end or cancelled, what was received is a prefix of
// what was sent and no more than was asked for, an end that touches one direction leaves the other one whole, and the only
// slot of the server comes back.

import type { Publisher, Subscriber } from "@sluice/core";
import { type Client, channel, defineService, unchecked } from "@sluice/net";
import { ManualSubscriber, VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delayedLink } from "./delayed-link.js";

const service = defineService("s", {
  talk: channel({ input: unchecked<number>(), output: unchecked<number>() }),
});

const ONE_WAY_MS = 10;
/** Longer than any signal and its answer are on their way. */
const SETTLED_MS = 200;

/** Sends what the test says, as far as it was asked to. */
class Source implements Publisher<number> {
  state: "idle" | "open" | "completed" | "failed" | "cancelled" = "idle";
  readonly sent: number[] = [];
  private demand = 0;
  private subscriber: Subscriber<number> | undefined = undefined;

  subscribe(subscriber: Subscriber<number>): void {
    this.state = "open";
    this.subscriber = subscriber;
    subscriber.onSubscribe({
      request: (n) => {
        this.demand += n;
      },
      cancel: () => {
        if (this.state === "open") this.state = "cancelled";
      },
    });
  }

  send(count: number): void {
    for (let i = 0; i < count && this.demand > 0 && this.state === "open"; i += 1) {
      this.demand -= 1;
      this.sent.push(this.sent.length);
      this.subscriber?.onNext(this.sent.length - 1);
    }
  }

  end(how: "completed" | "failed"): void {
    if (this.state !== "open") return;
    this.state = how;
    if (how === "completed") this.subscriber?.onComplete();
    else this.subscriber?.onError(new Error(how));
  }
}

/** One channel with everything that belongs to it. */
class Talk {
  readonly input = new Source();
  readonly output = new Source();
  /** Who gets the output at the client, and the input at the server. */
  readonly atClient = new ManualSubscriber<number>();
  readonly atServer = new ManualSubscriber<number>();
  readonly abort = new AbortController();
  readonly cancelled = { client: false, server: false };

  get directions() {
    return [
      { source: this.input, sink: this.atServer, isCancelled: this.cancelled.server },
      { source: this.output, sink: this.atClient, isCancelled: this.cancelled.client },
    ] as const;
  }

  do(step: Step): void {
    switch (step) {
      case "input completes":
        this.input.end("completed");
        break;
      case "input fails":
        this.input.end("failed");
        break;
      case "output completes":
        this.output.end("completed");
        break;
      case "output fails":
        this.output.end("failed");
        break;
      case "client cancels":
        this.cancelled.client = true;
        this.atClient.cancel();
        break;
      case "server cancels":
        this.cancelled.server = true;
        this.atServer.cancel();
        break;
      case "client aborts":
        this.abort.abort(new Error("aborted"));
        break;
      default:
        step satisfies never;
    }
  }
}

const ENDS_OF_INPUT = ["input completes", "input fails", "server cancels"] as const;
const ENDS_OF_OUTPUT = ["output completes", "output fails", "client cancels"] as const;
const FATAL: ReadonlySet<Step> = new Set<Step>(["input fails", "output fails", "client aborts"]);
type Step = (typeof ENDS_OF_INPUT)[number] | (typeof ENDS_OF_OUTPUT)[number] | "client aborts";
type Talking = Client<(typeof service)["routes"]>;

class World {
  readonly clock = new VirtualClock({ maxTasks: 50_000_000 });
  private current = new Talk();
  private client: Talking | undefined = undefined;

  async begin(): Promise<void> {
    const { client } = await delayedLink(
      this.clock,
      ONE_WAY_MS,
      service,
      {
        talk: (input) => {
          const { atServer, output } = this.current;
          input.subscribe(atServer);
          return output;
        },
      },
      // Whoever leaves something behind keeps the next one out.
      { limits: { peerStreams: 1, ownStreams: 1 } },
    );
    this.client = client;
  }

  /** Opens a channel on which everybody has asked for `demand` items. */
  async open(demand: number): Promise<Talk> {
    const talk = new Talk();
    this.current = talk;
    const options = { signal: talk.abort.signal, window: "demand" } as const;
    this.client?.talk(talk.input, options).subscribe(talk.atClient);
    talk.atClient.request(demand);
    await this.pass(SETTLED_MS);
    talk.atServer.request(demand);
    await this.pass(SETTLED_MS);
    return talk;
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advanceSettled(ms);
  }

  /** What is left after everything was ended: nothing. */
  async expectOver(talk: Talk): Promise<void> {
    talk.do("input completes");
    talk.do("output completes");
    await this.pass(SETTLED_MS);
    expect(this.client?.snapshot().streams).toEqual([]);
    for (const { source, sink, isCancelled } of talk.directions) {
      expect(["completed", "failed", "cancelled"]).toContain(source.state);
      expect(sink.ended || isCancelled).toBe(true);
      expect(sink.signals.filter(({ kind }) => kind === "onError" || kind === "onComplete").length).toBe(
        sink.ended ? 1 : 0,
      );
      expect([sink.surplus, sink.depth]).toEqual([0, 1]);
      expect(sink.items).toEqual(source.sent.slice(0, sink.items.length));
      if (sink.completed) expect(sink.items).toEqual(source.sent);
    }
  }
}

/** All orders in which up to three ends can come: one of each direction, and the signal. */
function orders(): Step[][] {
  const found: Step[][] = [];
  const rows: readonly (readonly Step[])[] = [ENDS_OF_INPUT, ENDS_OF_OUTPUT, ["client aborts"]];
  const add = (taken: readonly Step[], left: readonly (readonly Step[])[]): void => {
    found.push([...taken]);
    for (const row of left) {
      for (const step of row)
        add(
          [...taken, step],
          left.filter((other) => other !== row),
        );
    }
  };
  add([], rows);
  return found;
}

const GAPS = { "at once": 0, "on their way": ONE_WAY_MS / 2, apart: SETTLED_MS } as const;

describe("the ends of a channel", () => {
  for (const [name, gap] of Object.entries(GAPS)) {
    it(`leave nothing behind, in every order, ${name}`, async () => {
      const world = new World();
      await world.begin();
      for (const order of orders()) {
        for (const items of [0, 3]) {
          const talk = await world.open(10);
          expect(talk.output.state, `the slot after ${order.join(", ")}`).toBe("open");
          talk.input.send(items);
          talk.output.send(items);
          for (const step of order) {
            talk.do(step);
            await world.pass(gap);
          }
          await world.expectOver(talk);
        }
      }
    });
  }

  it("end one direction alone when they are no failure, and both when they are one", async () => {
    const world = new World();
    await world.begin();
    for (const order of orders()) {
      const talk = await world.open(100);
      const over = { input: false, output: false };
      for (const step of order) {
        talk.do(step);
        const isFatal = FATAL.has(step) && !(over.input && over.output);
        // Who has said everything cannot fail any more.
        const isSaid = (step === "input fails" && over.input) || (step === "output fails" && over.output);
        if (isFatal && !isSaid) over.input = over.output = true;
        if ((ENDS_OF_INPUT as readonly Step[]).includes(step)) over.input = true;
        if ((ENDS_OF_OUTPUT as readonly Step[]).includes(step)) over.output = true;
        await world.pass(SETTLED_MS);
        const before = talk.directions.map(({ sink }) => sink.items.length);
        talk.input.send(2);
        talk.output.send(2);
        await world.pass(SETTLED_MS);
        const after = talk.directions.map(({ sink }) => sink.items.length);
        const arrived = after.map((count, i) => count - (before[i] ?? 0));
        expect(arrived, order.join(", ")).toEqual([over.input ? 0 : 2, over.output ? 0 : 2]);
      }
      await world.expectOver(talk);
    }
  });

  it("leave nothing behind, whatever else happens at whatever moment", async () => {
    const world = new World();
    await world.begin();
    const action = fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom<Step>(...ENDS_OF_INPUT, ...ENDS_OF_OUTPUT, "client aborts") },
      { weight: 3, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 30 }) }) },
      { weight: 3, arbitrary: fc.record({ send: fc.constantFrom("input", "output"), count: fc.nat(5) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          request: fc.constantFrom("client", "server"),
          n: fc.integer({ min: 1, max: 9 }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(5), fc.array(action, { maxLength: 14 }), async (demand, actions) => {
        const talk = await world.open(demand + 1);
        expect(talk.output.state).toBe("open");
        for (const each of actions) {
          if (typeof each === "string") talk.do(each);
          else if ("pass" in each) await world.pass(each.pass);
          else if ("send" in each) talk[each.send as "input"].send(each.count);
          else (each.request === "client" ? talk.atClient : talk.atServer).request(each.n);
        }
        await world.expectOver(talk);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});
