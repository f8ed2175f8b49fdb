import { describe, expect, it } from "vitest";
import { CliError, errorLine, exitCodeOf } from "./error-line.js";

describe("errorLine", () => {
  it("is one line without a stack", () => {
    expect(errorLine(new Error("first\n  second"), false)).toBe("sluice: first second");
  });

  it("adds the stack and its causes for --debug", () => {
    const error = new CliError("outer", { cause: new Error("inner") });
    const lines = errorLine(error, true).split("\n");
    expect(lines[0]).toBe("sluice: outer");
    expect(lines[1]).toMatch(/^CliError: outer$|^Error: outer$/);
    expect(lines.some((line) => line === "caused by Error: inner")).toBe(true);
  });

  it("takes what is thrown and no error", () => {
    expect(errorLine("just text", false)).toBe("sluice: just text");
    expect(errorLine(undefined, true)).toBe("sluice: undefined");
  });

  it("ends with causes that form a ring", () => {
    const error = new Error("ring");
    error.cause = error;
    expect(errorLine(error, true).split("caused by").length).toBeLessThan(10);
  });
});

describe("exitCodeOf", () => {
  it("is 1 unless the error says otherwise", () => {
    expect([exitCodeOf(new Error("x")), exitCodeOf(new CliError("x", { exitCode: 7 }))]).toEqual([1, 7]);
  });
});
