import { SluiceError, TimeoutError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { PayloadError } from "../../payload/payload-error.js";
import { streamFailure } from "../../protocol/protocol-error.js";
import { failureOf, RemoteError } from "./failure.js";

describe("failureOf", () => {
  it.each([
    [new Error("no"), { code: 0x4b, name: "INTERNAL", message: "no" }],
    ["text", { code: 0x4b, name: "INTERNAL", message: "text" }],
    [new TimeoutError("late", 5), { code: 0x41, name: "DEADLINE_EXCEEDED", message: "late" }],
    [new PayloadError("PAYLOAD_INVALID", "junk"), { code: 0x46, name: "INVALID_PAYLOAD", doNotRetry: true }],
    [new SluiceError("FORBIDDEN", "you may not"), { code: 0x4a, name: "FORBIDDEN", doNotRetry: true }],
    [new SluiceError("OUT_OF_COFFEE", "empty"), { code: 0x100, name: "OUT_OF_COFFEE", message: "empty" }],
    [new SluiceError("MALFORMED", "a connection's code"), { code: 0x100, name: "MALFORMED" }],
  ])("makes of %s what crosses the wire", (error, failure) => {
    expect(failureOf(error)).toMatchObject(failure);
  });

  it("passes on what errors of retries and gates say of trying again, and no nonsense", () => {
    const says = (fields: object) =>
      failureOf(Object.assign(new SluiceError("OUT_OF_COFFEE", "empty"), fields));
    expect(says({ doNotRetry: true, retryAfterMs: 10.2 })).toMatchObject({
      doNotRetry: true,
      retryAfterMs: 11,
    });
    for (const retryAfterMs of [-1, Number.NaN, Number.POSITIVE_INFINITY, "5", undefined]) {
      expect(says({ doNotRetry: 1, retryAfterMs })).toEqual(says({}));
    }
  });

  it("never carries a stack or a cause", () => {
    const failure = failureOf(new Error("outer", { cause: new Error("inner secret") }));
    expect(JSON.stringify(failure)).not.toMatch(/secret|failure\.test|at /);
  });

  it("passes on what a handler was told by another server, retry bits and all", () => {
    const told = { ...streamFailure("OVERLOADED", "come back", 1500), notStarted: true };
    expect(failureOf(new RemoteError(told))).toEqual(told);
  });
});

describe("RemoteError", () => {
  it("shows code, status and what it means for a second try", () => {
    expect(new RemoteError(streamFailure("OVERLOADED", "come back", 1500))).toMatchObject({
      name: "RemoteError",
      code: "OVERLOADED",
      status: 503,
      retryAfterMs: 1500,
      notStarted: true,
      doNotRetry: false,
    });
    expect(new RemoteError(streamFailure("NOT_FOUND", "none")).retryAfterMs).toBeUndefined();
  });
});
