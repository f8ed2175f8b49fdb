import { describe, expect, it } from "vitest";
import { CliError, errorLine, exitCodeOf, usageLine } from "./error-line.js";

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

describe("usageLine", () => {
  it("says what to do next where nobody has said it", () => {
    expect(usageLine("error: unknown option '--x'\n")).toBe(
      "sluice: unknown option '--x'; --help lists what there is",
    );
    expect(usageLine("error: too many arguments for 'demo'. Expected 0 arguments but got 1.\n")).toBe(
      "sluice: too many arguments for 'demo'. Expected 0 arguments but got 1; --help lists what there is",
    );
  });

  it("leaves a next step as it is", () => {
    expect(usageLine("error: unknown option '--fsat'\n(Did you mean --fast?)\n")).toBe(
      "sluice: unknown option '--fsat' (Did you mean --fast?)",
    );
    expect(usageLine("error: no port; take another\n")).toBe("sluice: no port; take another");
  });
});

describe("exitCodeOf", () => {
  it("is 1 unless the error says otherwise", () => {
    expect([exitCodeOf(new Error("x")), exitCodeOf(new CliError("x", { exitCode: 7 }))]).toEqual([1, 7]);
  });
});
