// Channel and push: what each side may send, and how the two directions end apart (docs/protocol.md §3.6).

import { beforeEach, describe, expect, it } from "vitest";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { ScriptPeer } from "../script-peer.js";
import { JoinedPair } from "./joined-pair.js";

const ITEM = new Uint8Array([1, 2, 3]);

describe("a channel", () => {
  let pair: JoinedPair;
  let id: number;

  beforeEach(() => {
    pair = new JoinedPair();
    pair.run();
    id = pair.client.open({ interaction: "channel", method: "talk", codec: "raw", demand: 2 }) as number;
    pair.run();
    pair.kinds("client");
    pair.kinds("server");
  });

  it("§4.2 carries no input until the acceptor has granted items", () => {
    expect(pair.client.sendable(id).items).toBe(0);
    expect(pair.client.sendItems(id, [ITEM])).toBe("over-credit");
    pair.server.grantItems(id, 3);
    pair.run();
    expect(pair.kinds("client")).toEqual(["credit"]);
    expect(pair.client.sendItems(id, [ITEM, ITEM, ITEM])).toBe("sent");
    expect(pair.client.sendItems(id, [ITEM])).toBe("over-credit");
  });

  it("§4.3 ends the connection at the first item of input beyond what was granted", () => {
    const script = ScriptPeer.ready("server");
    script.sends(ScriptPeer.open(1, { interaction: "channel" }));
    script.sends(ScriptPeer.batch(1, 1, 3));
    expect(script.ended()).toMatchObject({ error: "ITEM_CREDIT_EXCEEDED" });
  });

  it("carries items both ways, and ends when both sides have said so and the handler has", () => {
    pair.server.grantItems(id, 10);
    pair.run();
    for (const side of ["client", "server"] as const) {
      expect(pair[side].sendItems(id, [ITEM, ITEM])).toBe("sent");
    }
    pair.run();
    for (const side of ["client", "server"] as const) {
      expect(pair.kinds(side)).toContain("items");
      pair[side].consumed(id, 2);
      pair[side].complete(id);
    }
    pair.run();
    expect([pair.kinds("client"), pair.kinds("server")]).toEqual([["completed"], ["completed"]]);
    expect(pair.client.figures(id)).toBeUndefined();
    expect(pair.server.figures(id)).toBeDefined();
    pair.server.released(id);
    expect(pair.server.figures(id)).toBeUndefined();
  });

  it("lets the acceptor go on receiving when it has sent everything", () => {
    pair.server.grantItems(id, 10);
    pair.server.complete(id);
    pair.run();
    expect(pair.kinds("client")).toEqual(["credit", "completed"]);
    expect(pair.client.sendItems(id, [ITEM])).toBe("sent");
    pair.client.complete(id);
    pair.run();
    expect(pair.kinds("server")).toEqual(["items", "completed"]);
  });

  it("lets the opener go on receiving when it has sent everything", () => {
    pair.client.complete(id);
    pair.run();
    expect(pair.server.sendItems(id, [ITEM])).toBe("sent");
    pair.run();
    expect(pair.kinds("client")).toEqual(["items"]);
  });

  it.each(["client", "server"] as const)(
    "a CANCEL of the %s ends what the other side sends, and not its own",
    (who) => {
      const other = who === "client" ? "server" : "client";
      pair.server.grantItems(id, 10);
      pair.run();
      pair.kinds("client");
      pair[who].cancel(id);
      pair.run();
      expect(pair.kinds(other)).toEqual(["cancelled"]);
      expect(pair[other].sendItems(id, [ITEM])).toBe("ended");
      expect(pair[who].sendItems(id, [ITEM])).toBe("sent");
      pair[who].complete(id);
      pair.run();
      expect(pair.kinds(other)).toEqual(["items", "completed"]);
      expect(pair.kinds(who)).toEqual([]);
      pair[other].consumed(id, 1);
      pair.server.released(id);
      pair.run();
      expect([pair.client.figures(id), pair.server.figures(id)]).toEqual([undefined, undefined]);
    },
  );

  it.each(["client", "server"] as const)("an ERROR of the %s ends both directions", (who) => {
    const other = who === "client" ? "server" : "client";
    pair[who].fail(id, streamFailure("INTERNAL", "On purpose"));
    pair.run();
    expect(pair.kinds(other)).toEqual(["failed"]);
    pair.server.released(id);
    pair.run();
    expect([pair.client.figures(id), pair.server.figures(id)]).toEqual([undefined, undefined]);
  });

  it("is cancelled for the opener when the acceptor's handler has ended and reads no more", () => {
    pair.server.grantItems(id, 10);
    pair.server.complete(id);
    pair.server.released(id);
    pair.run();
    expect(pair.kinds("client")).toEqual(["completed", "cancelled"]);
    expect([pair.client.figures(id), pair.server.figures(id)]).toEqual([undefined, undefined]);
  });

  it("REJECT ends both directions", () => {
    pair.server.reject(id, streamFailure("NOT_FOUND", "No such channel"));
    pair.run();
    expect(pair.kinds("client")).toEqual(["failed"]);
    expect([pair.client.figures(id), pair.server.figures(id)]).toEqual([undefined, undefined]);
  });
});

describe("a push", () => {
  function pushed(): { readonly pair: JoinedPair; readonly id: number } {
    const pair = new JoinedPair({ server: { peerStreams: 1 } });
    pair.run();
    const id = pair.client.open({ interaction: "push", method: "log", codec: "raw", demand: 0 }) as number;
    expect(pair.client.sendItems(id, [ITEM])).toBe("sent");
    pair.client.complete(id);
    pair.run();
    pair.kinds("client");
    expect(pair.kinds("server")).toEqual(["ready", "opened", "items", "completed"]);
    return { pair, id };
  }

  it("carries one item, and its slot comes back when the acceptor says that it is done", () => {
    const { pair, id } = pushed();
    const next = () => pair.client.open({ interaction: "push", method: "log", codec: "raw", demand: 0 });
    expect(next()).toBe("no-slot");
    pair.server.consumed(id, 1);
    pair.run();
    expect(next()).toBe("no-slot");
    pair.server.complete(id);
    pair.run();
    expect(pair.kinds("client")).toEqual(["completed", "slots"]);
    expect(next()).toBe(3);
  });

  it("tells of an ERROR of the acceptor, and gives the slot back", () => {
    const { pair, id } = pushed();
    pair.server.fail(id, streamFailure("INTERNAL", "Disk full"));
    pair.server.released(id);
    pair.run();
    expect(pair.events.client).toMatchObject([{ kind: "failed", failure: { message: "Disk full" } }]);
    expect([pair.client.figures(id), pair.server.figures(id)]).toEqual([undefined, undefined]);
  });

  it("lets the acceptor send nothing, whatever the opener grants", () => {
    const { pair, id } = pushed();
    pair.client.grantItems(id, 100);
    pair.run();
    expect(pair.server.sendItems(id, [ITEM])).toBe("over-credit");
    const script = ScriptPeer.ready("client");
    script.session.open({ interaction: "push", method: "log", codec: "raw", demand: 0 });
    script.gets();
    script.sends(ScriptPeer.batch(1, 1, 3));
    expect(script.ended()).toMatchObject({ error: "ITEM_CREDIT_EXCEEDED" });
  });

  it("refuses a demand at the call", () => {
    const { pair } = pushed();
    expect(() => pair.client.open({ interaction: "push", method: "log", codec: "raw", demand: 1 })).toThrow(
      "Cannot open a push with a demand of 1: nothing comes back, it must be 0",
    );
  });
});
