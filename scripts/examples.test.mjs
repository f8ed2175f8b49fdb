import { describe, expect, it } from "vitest";
import {
  blocksOfMarkdown,
  blocksOfSource,
  brokenPromise,
  misnamedFences,
  promisedLines,
} from "./examples.mjs";

const fence = "```";

describe("blocksOfMarkdown", () => {
  it("takes the ts blocks with the line they start at, and no other block", () => {
    const text = `# Title\n\n${fence}sh\nnpm start\n${fence}\n\n${fence}ts\nconst a = 1;\n${fence}\n- list\n  ${fence}ts\n  b();\n  ${fence}\n`;
    expect(blocksOfMarkdown("a.md", text)).toEqual([
      { file: "a.md", line: 8, text: "const a = 1;\n" },
      { file: "a.md", line: 12, text: "b();\n" },
    ]);
  });

  it("refuses a block that is never closed", () => {
    expect(() => blocksOfMarkdown("a.md", `${fence}ts\nconst a = 1;\n`)).toThrow(
      "a.md:1: block is never closed",
    );
  });
});

describe("blocksOfSource", () => {
  it("takes blocks of doc comments without their stars, and keeps the indentation of the code", () => {
    const text = [
      "/**",
      " * Doubles.",
      " * @example",
      ` * ${fence}ts`,
      " * for (const x of [1]) {",
      " *   use(x);",
      " * }",
      ` * ${fence}`,
      " */",
      "export const a = `",
      `${fence}ts`,
      "not an example",
      `${fence}`,
      "`;",
    ].join("\n");
    expect(blocksOfSource("a.ts", text)).toEqual([
      { file: "a.ts", line: 5, text: "for (const x of [1]) {\n  use(x);\n}\n" },
    ]);
  });
});

describe("misnamedFences", () => {
  it("names code that would be passed over", () => {
    expect(misnamedFences("a.md", `${fence}js\nx\n${fence}\n${fence}ts\n${fence}\n${fence}sh\n`)).toEqual([
      "a.md:1: block is marked js: write ts, which is compiled and run, or text",
    ]);
  });
});

describe("promisedLines", () => {
  it("reads one line of output from each prints comment, in order", () => {
    expect(promisedLines("log(a); // prints [ 2, 4 ]\n// prints done\nlog(b); // not a promise\n")).toEqual([
      "[ 2, 4 ]",
      "done",
    ]);
  });
});

describe("brokenPromise", () => {
  const example = { file: "a.md", line: 1, text: "log(1); // prints 1\nlog(2); // prints 2\n" };

  it("accepts exactly the promised lines", () => {
    expect(brokenPromise(example, "1\n2\n")).toBeUndefined();
  });

  it("accepts any output where nothing is promised", () => {
    expect(brokenPromise({ ...example, text: "log(now());\n" }, "17:00\n")).toBeUndefined();
  });

  it.each([
    ["1\n3\n", 'prints "3" as line 2 where it says "2"'],
    ["1\n", 'ends without printing "2" as line 2'],
    ["1\n2\n3\n", 'prints "3" as line 3, which no "// prints" says'],
    ["", 'prints "" as line 1 where it says "1"'],
  ])("refuses %j", (stdout, reason) => {
    expect(brokenPromise(example, stdout)).toBe(reason);
  });
});
