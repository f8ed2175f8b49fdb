import { of } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { limitBytes } from "./limit-bytes.js";

describe("limitBytes", () => {
  it("passes as many bytes as it says, for each subscriber, and fails in place of one more", async () => {
    const chunks = of(new Uint8Array(3), new Uint8Array(0), new Uint8Array(4));
    const enough = chunks.pipe(limitBytes(7));
    for (let turn = 0; turn < 2; turn++) expect(await enough.toArray()).toHaveLength(3);
    await expect(chunks.pipe(limitBytes(6)).toArray()).rejects.toMatchObject({
      code: "BODY_TOO_LARGE",
      status: 413,
      message: "Cannot take the body: it has more than 6 bytes; send less, or raise maxBytes",
    });
    expect(() => limitBytes(-1)).toThrow("the maxBytes -1");
  });
});
