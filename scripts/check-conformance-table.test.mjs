import { describe, expect, it } from "vitest";
import {
  findUnjudged,
  findUnjudgedAdapters,
  findUntested,
  findWithoutContract,
} from "./check-conformance-table.mjs";

describe("findUnjudged", () => {
  const door = 'export { map } from "./operator/map.js";\n';
  const table = 'const rows = [{ name: "map", file: "operator/map" }];\n';

  it("finds nothing when each file is exported and has its row", () => {
    expect(findUnjudged(["operator/map"], [], door, table)).toEqual([]);
  });

  it("lets a row name the end of a pipeline, which the door does not export", () => {
    const rows = `${table} { file: "sink/to-array" }`;
    expect(findUnjudged(["operator/map"], ["sink/to-array"], door, rows)).toEqual([]);
  });

  it("does not take a type-only line for an export", () => {
    expect(
      findUnjudged(["operator/map"], [], 'export type { map } from "./operator/map.js";\n', table),
    ).toEqual(["packages/core/src/operator/map.ts: not exported: add a line to packages/core/src/index.ts"]);
  });

  it("names a file that is neither exported nor judged, and a row without a file", () => {
    expect(findUnjudged(["operator/skip"], [], door, table)).toEqual([
      "packages/core/src/operator/skip.ts: not exported: add a line to packages/core/src/index.ts",
      'packages/core/src/operator/skip.ts: not judged: add a row with file: "operator/skip" to packages/core/test/subjects',
      'packages/core/test/subjects: row "operator/map" has no file in packages/core/src: correct or remove it',
    ]);
  });
});

describe("findUnjudgedAdapters", () => {
  const doors = [
    'export { policy } from "@sluice/core";',
    'export {\n  type ToFlowOptions,\n  toFlow,\n  OddError,\n} from "./to-flow.js";',
    'export { clockOf } from "./clock-of.js";',
  ].join("\n");
  const find = (tests) => findUnjudgedAdapters("rxjs", { others: ["clockOf"] }, doors, tests);

  it("finds nothing when a row names each function", () => {
    expect(find("create: () => toFlow<number>(source)")).toEqual([]);
  });

  it("names a function that is only imported, or only spoken of", () => {
    expect(find('import { toFlow } from "@sluice/rxjs";\n// toFlow(source)\n/* toFlow(source) */')).toEqual([
      "packages/rxjs: toFlow() is not judged: add a row to packages/rxjs/test/**/conformance.test.ts",
    ]);
  });
});

describe("findUntested", () => {
  const tests = { operator: 'import { map } from "./map.js";\n' };

  it("names a file that no test of its room imports", () => {
    expect(findUntested(["operator/map", "operator/skip"], (room) => tests[room])).toEqual([
      "packages/core/src/operator/skip.ts: not tested beside the judge: add packages/core/src/operator/skip.test.ts",
    ]);
  });
});

describe("findWithoutContract", () => {
  const door = 'import { mapContract } from "../operator/map.contract.js";\n';

  it("names a file without a contract, and a contract that is not listed", () => {
    expect(findWithoutContract(["operator/map"], ["operator/map"], door)).toEqual([]);
    expect(findWithoutContract(["operator/skip", "operator/tap"], ["operator/tap"], door)).toEqual([
      "packages/core/src/operator/skip.ts: no contract: add packages/core/src/operator/skip.contract.ts",
      "packages/core/src/operator/tap.contract.ts: not listed: add it to packages/core/src/contract/contracts.ts",
    ]);
  });
});
