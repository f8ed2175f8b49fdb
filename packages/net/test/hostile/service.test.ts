// Part H of the requirements, the rows about what a service makes of what it is sent.

import { defineService, stream, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { msgpackCodec } from "../../src/payload/msgpack.js";
import { PayloadError } from "../../src/payload/payload-error.js";
import { Random } from "../fuzz/random.js";
import { bothWays, turns, until } from "../service/both-ways.js";

/** `depth` arrays inside each other, in a batch of one. */
function nested(depth: number): Uint8Array {
  return Uint8Array.from([0x91, ...Array.from({ length: depth }, () => 0x91), 0xc0]);
}

describe("payloads", () => {
  it.each<[string, Uint8Array]>([
    ["levels beyond 64", nested(70)],
    ["a million levels", nested(1_000_000)],
    ["an array that says 4 billion elements", Uint8Array.of(0x91, 0xdd, 0xff, 0xff, 0xff, 0xff)],
    ["an array of 65,537 elements", Uint8Array.from([0x91, 0xdd, 0, 1, 0, 1, ...new Uint8Array(65_537)])],
    ["a map that says 4 billion entries", Uint8Array.of(0x91, 0xdf, 0xff, 0xff, 0xff, 0xff)],
    ["text of 4 GB that is not there", Uint8Array.of(0x91, 0xdb, 0xff, 0xff, 0xff, 0xff, 0x41)],
    ["a key __proto__", Uint8Array.from([0x91, 0x81, 0xa9, ...Buffer.from("__proto__"), 0xc0])],
    ["an extension that nobody knows", Uint8Array.of(0x91, 0xd4, 0x55, 0x00)],
    ["a byte that is no value", Uint8Array.of(0x91, 0xc1)],
  ])("H25 payload decoder abuse: %s is refused before anything is built of it", (_name, payload) => {
    const before = process.memoryUsage().heapUsed;
    expect(() => msgpackCodec.decode(payload, 1)).toThrow(PayloadError);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4_000_000);
  });

  it("H25 payload decoder abuse: random bytes are decoded or refused, never anything else", () => {
    const random = new Random(25);
    const prototype = Object.getOwnPropertyNames(Object.prototype);
    let decoded = 0;
    for (let i = 0; i < 50_000; i += 1) {
      const count = 1 + random.int(3);
      const payload = Uint8Array.from([0x90 + count, ...random.bytes(random.int(40))]);
      try {
        expect(msgpackCodec.decode(payload, count)).toHaveLength(count);
        decoded += 1;
      } catch (error) {
        if (!(error instanceof PayloadError)) throw error;
      }
    }
    expect(decoded).toBeGreaterThan(100);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
  });
});

for (const { name, open } of bothWays) {
  describe(`a stream over ${name}`, () => {
    const service = defineService("fast", { items: stream({ output: unchecked<Uint8Array>() }) });

    it("H27 rate mismatch inside the process: what nobody takes is not produced, however fast the source is", {
      timeout: 60_000,
    }, async () => {
      let produced = 0;
      const { client } = await open(service, {
        items: function* () {
          for (;;) {
            produced += 1;
            yield new Uint8Array(1000);
          }
        },
      });
      let taken = 0;
      let ahead = 0;
      // One item at a time, each after some turns in which a queue somewhere could have grown.
      for await (const _item of client.items(undefined, { window: 32 })) {
        taken += 1;
        await turns(2);
        ahead = Math.max(ahead, produced - taken);
        if (taken === 2000) break;
      }
      // The window, and what was asked of the source for one message.
      expect(ahead).toBeLessThanOrEqual(32 + 512);
      const then = produced;
      await turns(50);
      expect(produced).toBe(then);
      await until(() => client.snapshot().streams.length === 0);
    });
  });
}
