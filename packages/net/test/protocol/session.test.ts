import { describe, expect, it } from "vitest";
import { JoinedPair } from "./joined-pair.js";

const ITEM = new Uint8Array([1, 2, 3]);

function ready(): JoinedPair {
  const pair = new JoinedPair();
  pair.run();
  pair.kinds("client");
  pair.kinds("server");
  return pair;
}

describe("Session", () => {
  it("says HELLO both ways and is ready", () => {
    const pair = new JoinedPair();
    pair.run();
    expect(pair.kinds("client")).toEqual(["ready"]);
    expect(pair.kinds("server")).toEqual(["ready"]);
  });

  it("carries a call: input with OPEN in one message, one answer, both ends", () => {
    const pair = ready();
    const id = pair.open({ interaction: "call", demand: 1 });
    expect(pair.client.sendItems(id, [ITEM])).toBe("sent");
    pair.client.complete(id);
    expect(pair.transmit("client")).toBeDefined();
    expect(pair.transmit("client")).toBeUndefined();
    pair.deliver("client");
    expect(pair.kinds("server")).toEqual(["opened", "items", "completed"]);
    pair.server.consumed(id, 1);
    expect(pair.server.sendBatch(id, 1, ITEM)).toBe("sent");
    pair.server.complete(id);
    pair.run();
    expect(pair.events.client).toEqual([
      { kind: "batch", streamId: id, count: 1, payload: ITEM },
      { kind: "completed", streamId: id },
    ]);
    pair.client.consumed(id, 1);
    expect(pair.client.figures(id)).toBeUndefined();
    expect(pair.server.figures(id)).toBeUndefined();
  });

  it("sends no more items than were granted, and goes on when more are", () => {
    const pair = ready();
    const id = pair.open({ demand: 2 });
    pair.client.complete(id);
    pair.run();
    expect(pair.server.sendItems(id, [ITEM, ITEM, ITEM])).toBe("over-credit");
    expect(pair.server.sendItems(id, [ITEM, ITEM])).toBe("sent");
    expect(pair.server.sendItems(id, [ITEM])).toBe("over-credit");
    pair.run();
    pair.client.consumed(id, 2);
    pair.client.grantItems(id, 3);
    pair.kinds("server");
    pair.run();
    expect(pair.kinds("server")).toEqual(["credit"]);
    expect(pair.server.sendItems(id, [ITEM])).toBe("sent");
  });

  it("answers a cancel with the end of the stream, and the slot returns when the handler has ended", () => {
    const pair = ready();
    const id = pair.open();
    pair.client.complete(id);
    pair.run();
    pair.kinds("server");
    pair.server.sendItems(id, [ITEM]);
    pair.client.cancel(id);
    pair.run();
    expect(pair.kinds("server")).toEqual(["cancelled"]);
    expect(pair.kinds("client")).toEqual([]);
    expect(pair.server.sendItems(id, [ITEM])).toBe("ended");
    expect(pair.client.figures(id)).toBeUndefined();
    expect(pair.server.figures(id)).toBeDefined();
    pair.server.released(id);
    expect(pair.server.figures(id)).toBeUndefined();
  });
});
