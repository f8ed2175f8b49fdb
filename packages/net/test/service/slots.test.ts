// A slot returns when the handler behind it has really ended, not when it was told to (protocol.md §3.4): whoever
// opens and cancels, or gives no time, has no more handlers at work than slots.

import type { StandardSchemaV1 } from "@standard-schema/spec";
import { from, map } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { bothWays, turns, until } from "./both-ways.js";
import { uncaught } from "./uncaught.js";

/** A schema that answers when the test says so. */
function slowSchema(gate: Gate): StandardSchemaV1<number, number> {
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: async (value) => {
        await gate.pass();
        return { value: value as number };
      },
    },
  };
}

/** Counts who waits in front of it, until it is opened. */
class Gate {
  waiting = 0;
  passed = 0;
  private readonly resolvers: (() => void)[] = [];

  async pass(): Promise<void> {
    this.waiting += 1;
    await new Promise<void>((resolve) => this.resolvers.push(resolve));
    this.waiting -= 1;
    this.passed += 1;
  }

  open(): void {
    for (const resolve of this.resolvers.splice(0)) resolve();
  }
}

async function* untilAborted(signal: AbortSignal): AsyncGenerator<number> {
  yield 1;
  await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

function setting(gate: Gate) {
  const service = defineService("work", {
    answer: call({ output: unchecked<number>() }),
    promised: stream({ output: unchecked<number>() }),
    generated: stream({ output: unchecked<number>() }),
    checked: call({ input: slowSchema(gate), output: unchecked<number>() }),
  });
  const handlers = {
    answer: async () => {
      await gate.pass();
      return 1;
    },
    promised: async () => {
      await gate.pass();
      return [1];
    },
    generated: async function* () {
      await gate.pass();
      yield 1;
    },
    checked: (n: number) => n,
  };
  return { service, handlers };
}

for (const { name, open } of bothWays) {
  describe(`a slot of a server over ${name}`, () => {
    const ways: readonly [string, "answer" | "promised" | "generated" | "checked"][] = [
      ["a call", "answer"],
      ["a stream that is promised", "promised"],
      ["an async generator", "generated"],
      ["the check of an input", "checked"],
    ];
    for (const ending of ["is cancelled", "runs out of time"]) {
      it.each(ways)(`§3.4 is kept while %s that ${ending} goes on`, async (_name, route) => {
        const gate = new Gate();
        const { service, handlers } = setting(gate);
        const { client, serverSnapshot } = await open(service, handlers, { limits: { peerStreams: 2 } });
        // Asks, and ends it from this side while the handler is at work.
        const askAndLeave = async (): Promise<void> => {
          const controller = new AbortController();
          const options = ending === "is cancelled" ? { signal: controller.signal } : { deadlineMs: 1 };
          const end = expect(
            route === "answer"
              ? client.answer(undefined, options)
              : route === "checked"
                ? client.checked(1, options)
                : client[route](undefined, options).toArray(),
          ).rejects.toBeDefined();
          await turns(5);
          controller.abort();
          await end;
        };
        for (let i = 0; i < 10; i += 1) await askAndLeave();
        await turns(20);
        expect(gate.waiting).toBeGreaterThan(0);
        expect(gate.waiting).toBeLessThanOrEqual(2);
        gate.open();
        await until(() => (serverSnapshot()?.connections[0]?.streams ?? []).length === 0);
      });
    }
  });

  describe(`a source over ${name} that fails after it was told to stop`, () => {
    const service = defineService("work", {
      aborted: stream({ output: unchecked<number>() }),
      piped: stream({ output: unchecked<number>() }),
      unclean: stream({ output: unchecked<number>() }),
      uncleanSync: stream({ output: unchecked<number>() }),
    });
    const handlers = {
      aborted: (_input: undefined, { signal }: { signal: AbortSignal }) => untilAborted(signal),
      piped: (_input: undefined, { signal }: { signal: AbortSignal }) =>
        from(untilAborted(signal)).pipe(map((n) => n)),
      async *unclean() {
        try {
          yield 1;
          yield 2;
        } finally {
          await Promise.reject(new Error("not closed"));
        }
      },
      *uncleanSync() {
        try {
          yield 1;
          yield 2;
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: what the test is about
          throw new Error("not closed");
        }
      },
    };

    it.each(["aborted", "piped"] as const)("by its signal is nobody's concern (%s)", async (route) => {
      const seen = uncaught();
      const heard: unknown[] = [];
      const { client } = await open(service, handlers, { onHandlerError: (error) => void heard.push(error) });
      for await (const item of client[route]()) {
        expect(item).toBe(1);
        break;
      }
      await turns(20);
      expect(seen).toEqual([]);
      expect(heard).toEqual([]);
    });

    it.each(["unclean", "uncleanSync"] as const)(
      "is told to the hook (%s), and is not uncaught",
      async (route) => {
        const seen = uncaught();
        const heard: unknown[] = [];
        const { client } = await open(service, handlers, {
          onHandlerError: (error, { during }) => void heard.push([(error as Error).message, during]),
        });
        for await (const item of client[route](undefined, { window: 1 })) {
          expect(item).toBe(1);
          break;
        }
        await until(() => heard.length > 0);
        await turns(20);
        expect(heard).toEqual([["not closed", "handler"]]);
        expect(seen).toEqual([]);
      },
    );
  });
}
