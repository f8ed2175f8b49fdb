// 10,000 steps of the model in every test run, a million with `npm run model`; and the judge itself judged: each of
// these worlds has one fault built in, which the model must find.

import { describe, expect, it } from "vitest";
import { Session } from "../../src/protocol/session/session.js";
import { EPISODE_STEPS, type Failure, randomEpisode, runEpisode, shrink } from "./episode.js";
import { randomScript } from "./script.js";
import type { World } from "./world.js";

const STEPS = 10_000;

describe("model", () => {
  it(`holds over ${STEPS} random legal steps, cuts and resumes among them`, () => {
    for (let seed = 1; seed <= STEPS / EPISODE_STEPS; seed++) {
      const failure = runEpisode(randomEpisode(seed));
      if (failure !== undefined) throw new Error(textOf(shrink(failure)), { cause: failure.error });
    }
  });

  it("goes the same way from the same seed, byte for byte", () => {
    const [first, again, other] = [3, 3, 4].map((seed) => {
      let world: World | undefined;
      runEpisode(randomEpisode(seed), {
        traceLines: 100,
        onWorld: (made) => {
          world = made;
        },
      });
      return world?.sim.trace.hash;
    });
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it("draws scripts that leave kinds of steps out, each another one", () => {
    const kinds = [1, 2, 3, 4, 5].map((seed) => new Set(randomScript(seed, 400).map(([kind]) => kind)).size);
    expect(new Set(kinds).size).toBeGreaterThan(1);
  });
});

/** A session with one fault, by what it does with an event; undefined swallows it. */
type Fault = (session: Session, event: ReturnType<Session["nextEvent"]>) => ReturnType<Session["nextEvent"]>;

const FAULTS: readonly { readonly name: string; readonly fault: Fault }[] = [
  { name: "loses an item", fault: everyTime("items", () => undefined) },
  { name: "says twice that a stream completed", fault: twice("completed") },
  { name: "never says that a stream was cancelled", fault: everyTime("cancelled", () => undefined, 1) },
  {
    name: "changes a byte",
    fault: everyTime("batch", (event) =>
      event.kind === "batch" ? { ...event, payload: event.payload.map((byte) => byte ^ 1) } : event,
    ),
  },
  {
    name: "takes items for taken that nobody took",
    fault: everyTime("items", (event, session) => {
      if (event.kind === "items") session.consumed(event.streamId, 1);
      return event;
    }),
  },
];

describe("the judge", () => {
  for (const { name, fault } of FAULTS) {
    it(`finds a session that ${name}`, () => {
      expect(firstFailure(fault)?.error).toBeInstanceOf(Error);
    });
  }

  it("cuts a failing script down to a few steps that fail in the same way", () => {
    const broken = FAULTS[0];
    if (broken === undefined) throw new Error("no fault");
    withFault(broken.fault, () => {
      const failure = firstOf(200);
      if (failure === undefined) throw new Error("no failure");
      const small = shrink(failure);
      expect(small.script.length).toBeLessThan(failure.steps / 2);
      expect(runEpisode(small)?.error).toEqual(small.error);
    });
  });
});

function firstFailure(fault: Fault): Failure | undefined {
  return withFault(fault, () => firstOf(200));
}

function firstOf(episodes: number): Failure | undefined {
  for (let seed = 1; seed <= episodes; seed++) {
    const failure = runEpisode(randomEpisode(seed));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function withFault<T>(fault: Fault, run: () => T): T {
  const { nextEvent } = Session.prototype;
  Session.prototype.nextEvent = function broken(this: Session) {
    for (;;) {
      const event = nextEvent.call(this);
      const told = fault(this, event);
      if (told !== undefined || event === undefined) return told;
    }
  };
  try {
    return run();
  } finally {
    Session.prototype.nextEvent = nextEvent;
  }
}

type Event = NonNullable<ReturnType<Session["nextEvent"]>>;

function everyTime(
  kind: Event["kind"],
  change: (event: Event, session: Session) => Event | undefined,
  every = 3,
): Fault {
  // Counted for each session, so that the same script fails in the same way again.
  const counts = new WeakMap<Session, number>();
  return (session, event) => {
    if (event?.kind !== kind) return event;
    const count = (counts.get(session) ?? 0) + 1;
    counts.set(session, count);
    return count % every === 0 ? change(event, session) : event;
  };
}

function twice(kind: Event["kind"]): Fault {
  const said = new WeakMap<Session, Event>();
  return (session, event) => {
    const again = said.get(session);
    if (event === undefined && again !== undefined) {
      said.delete(session);
      return again;
    }
    if (event?.kind === kind) said.set(session, event);
    return event;
  };
}

function textOf({ seed, script, error }: Failure): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `${reason}\nReplay: npm run model -- --replay '${JSON.stringify({ seed, script })}'`;
}
