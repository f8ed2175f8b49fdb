// A session that outlives its transport: what each side sees, and who may ask for it.

import { describe, expect, it } from "vitest";
import { ResumablePair } from "./resumable-pair.js";

function opened(pair: ResumablePair, demand = 256): number {
  const id = pair.client.open({ interaction: "stream", method: "numbers", codec: "raw", demand });
  if (typeof id !== "number") throw new Error(`no stream: ${id}`);
  return id;
}

const one = (n: number): Uint8Array[] => [new Uint8Array([n])];

/** What came of items on a side, as their first bytes. */
function numbers(pair: ResumablePair, side: "client" | "server"): number[] {
  return pair.events[side].flatMap((event) =>
    event.kind === "items" ? event.items.map((item) => item[0] as number) : [],
  );
}

describe("Session, resume", () => {
  it("§10.4 sends again exactly what was lost, and goes on", () => {
    const pair = new ResumablePair();
    pair.run();
    const id = opened(pair);
    pair.run();
    pair.server.sendItems(id, one(1));
    pair.run();
    pair.server.sendItems(id, one(2));
    pair.transmit("server");
    pair.server.sendItems(id, one(3));
    pair.transmit("server");
    pair.deliver("server");
    pair.cut();
    pair.server.sendItems(id, one(4));
    expect(pair.reconnect()).toBe("resumed");
    pair.server.sendItems(id, one(5));
    pair.server.complete(id);
    pair.run();
    expect(numbers(pair, "client")).toEqual([1, 2, 3, 4, 5]);
    expect(pair.events.client.at(-1)?.kind).toBe("completed");
  });
});
