// The golden payloads, both ways: what another implementation of a codec must read, write or refuse.

import { describe, expect, it } from "vitest";
import { codecNamed } from "../../src/payload/codecs.js";
import { bytesOf, hexOf, vectorFiles } from "./vector-files.js";

interface PayloadVector {
  readonly name: string;
  readonly hex: string;
  readonly count: number;
  readonly items?: readonly unknown[];
  /** It is read, but this version would not write it so. */
  readonly oneWay?: true;
  readonly error?: "INVALID_PAYLOAD";
}

for (const { file, content } of vectorFiles<{ payloads: readonly PayloadVector[] }>("payloads/")) {
  const codec = codecNamed(file.replace(".json", ""));
  if (codec?.kind !== "batch")
    throw new Error(`Cannot check vectors/payloads/${file}: no codec has this name`);
  describe(`vectors/payloads/${file}`, () => {
    for (const { name, hex, count, items, oneWay, error } of content.payloads) {
      if (error === undefined) {
        it(`${oneWay === true ? "reads" : "reads and writes"}: ${name}`, () => {
          expect(codec.decode(bytesOf(hex), count)).toEqual(items);
          if (oneWay !== true) expect(hexOf(codec.encode(items ?? []))).toBe(hex);
        });
      } else {
        it(`refuses: ${name}`, () => {
          expect(() => codec.decode(bytesOf(hex), count)).toThrow(
            expect.objectContaining({ code: "PAYLOAD_INVALID" }),
          );
        });
      }
    }

    it("refuses every payload that is cut short, wherever it is cut", () => {
      for (const { hex, count, error } of content.payloads) {
        if (error !== undefined) continue;
        for (let length = 0; length < hex.length / 2; length += 1) {
          expect(() => codec.decode(bytesOf(hex.slice(0, 2 * length)), count)).toThrow(
            expect.objectContaining({ code: "PAYLOAD_INVALID" }),
          );
        }
      }
    });
  });
}
