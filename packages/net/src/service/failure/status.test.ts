import { describe, expect, it } from "vitest";
import { errorTable } from "../../protocol/protocol-error.js";
import { errorNameOf, httpStatusOf } from "./status.js";

describe("httpStatusOf", () => {
  it("knows every code of the table by number and by name", () => {
    for (const [name, { code, http }] of Object.entries(errorTable)) {
      expect([httpStatusOf(name), httpStatusOf(code)]).toEqual([http, http]);
    }
  });

  it("takes what it does not know for a failure of the application", () => {
    expect([httpStatusOf("toString"), httpStatusOf(0xffff)]).toEqual([500, 500]);
  });
});

describe("errorNameOf", () => {
  it("leads back to a code with the same status", () => {
    for (const status of [400, 401, 403, 404, 408, 413, 415, 429, 499, 500, 503]) {
      expect(httpStatusOf(errorNameOf(status))).toBe(status);
    }
  });

  it("names only what a stream can end with", () => {
    for (let status = 100; status < 600; status += 1) {
      expect(errorTable[errorNameOf(status)].scope).toBe("stream");
    }
  });
});
