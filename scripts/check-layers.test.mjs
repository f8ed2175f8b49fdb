import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "./bootstrap.mjs";
import { findForbiddenImports } from "./check-layers.mjs";
import { PACKAGES } from "./packages.mjs";

const depcruise = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
const folder = mkdtempSync(join(tmpdir(), "sluice-layers-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A workspace in a folder of its own: our tables, our manifests, and the given files. */
function workspace(name, files) {
  const home = join(folder, name);
  for (const file of [".dependency-cruiser.cjs", "tsconfig.base.json", "package.json"]) {
    cpSync(join(root, file), join(home, file));
  }
  for (const pkg of PACKAGES) {
    cpSync(join(root, "packages", pkg, "package.json"), join(home, "packages", pkg, "package.json"));
    const scope = join(home, "packages", pkg, "node_modules", "@sluice");
    mkdirSync(scope, { recursive: true });
    for (const other of PACKAGES) symlinkSync(join(home, "packages", other), join(scope, other), "dir");
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), `${text}\n`);
  }
  return home;
}

async function rulesBroken(name, files) {
  const { findings } = await findForbiddenImports(workspace(name, files), depcruise);
  return findings
    .map((finding) => `${finding.split(" -> ")[0]} ${finding.slice(finding.lastIndexOf("(") + 1, -1)}`)
    .sort();
}

const lawful = {
  "packages/core/src/index.ts": 'export { map } from "./operator/map.js";',
  "packages/core/src/kit.ts": 'export { demand } from "./spec/demand.js";',
  "packages/core/src/spec/demand.ts": "export type Demand = number; export const demand = 1;",
  "packages/core/src/operator/map.ts":
    'import { demand } from "../spec/demand.js"; export const map = demand;',
  "packages/core/src/operator/map.test.ts":
    'import { a } from "@sluice/tck"; import { map } from "./map.js"; a(map);',
  "packages/tck/src/index.ts": 'export { a } from "./conformance/rules.js";',
  "packages/tck/src/conformance/rules.ts":
    'import type { Demand } from "@sluice/core/kit"; export const a = (_: Demand) => {};',
  "packages/net/src/index.ts": 'export { b } from "./service/client/client.js";',
  "packages/net/src/service/client/client.ts": 'import { map } from "@sluice/core"; export const b = map;',
};

describe("check-layers", () => {
  it("finds nothing where every import goes downward and through the doors", async () => {
    expect(await rulesBroken("lawful", lawful)).toEqual([]);
  });

  it("names the rule that each forbidden import breaks", async () => {
    const broken = await rulesBroken("broken", {
      ...lawful,
      "packages/core/src/spec/up.ts": 'import { map } from "../operator/map.js"; export const up = map;',
      "packages/core/src/kit/barrel.ts": 'import { map } from "../index.js"; export const barrel = map;',
      "packages/core/src/operator/node.ts": 'import { join } from "node:path"; export const node = join;',
      "packages/core/src/buffer/a.ts": 'import type { B } from "./b.js"; export type A = B;',
      "packages/core/src/buffer/b.ts": 'import type { A } from "./a.js"; export type B = A;',
      "packages/core/src/operator/judge.ts": 'import { a } from "@sluice/tck"; export const judge = a;',
      "packages/core/src/operator/strange.ts":
        'import { s } from "../helper/s.js"; export const strange = s;',
      "packages/core/src/helper/s.ts": "export const s = 1;",
      "packages/tck/src/conformance/value.ts":
        'import { demand } from "@sluice/core/kit"; export const v = demand;',
      "packages/net/src/service/client/inside.ts":
        'import { map } from "../../../../core/src/operator/map.js"; export const i = map;',
      "packages/net/src/protocol/session/s.ts": 'import { map } from "@sluice/core"; export const s = map;',
      "packages/net/src/protocol/byte/up.ts": 'import { s } from "../session/s.js"; export const up = s;',
      "packages/net/src/payload/lost.ts": 'import { x } from "./missing.js"; export const lost = x;',
      "packages/cli/src/main.ts": 'import { e } from "../../../examples/e.js"; export const main = e;',
      "examples/e.ts": "export const e = 1;",
    });
    expect(broken).toEqual(
      [
        "packages/cli/src/main.ts nothing-imports-the-outside",
        "packages/core/src/buffer/a.ts no-cycle",
        "packages/core/src/kit/barrel.ts own-door-of-core",
        "packages/core/src/kit/barrel.ts room-core-kit",
        "packages/core/src/operator/judge.ts package-core",
        "packages/core/src/operator/node.ts core-runs-anywhere",
        "packages/core/src/operator/strange.ts no-other-room-in-core",
        "packages/core/src/operator/strange.ts room-core-operator",
        "packages/core/src/spec/up.ts room-core-spec",
        "packages/net/src/payload/lost.ts resolvable",
        "packages/net/src/protocol/byte/up.ts room-net-protocol-byte",
        "packages/net/src/protocol/session/s.ts protocol-does-no-io",
        "packages/net/src/service/client/inside.ts door-of-core",
        "packages/net/src/service/client/inside.ts name-of-core",
        "packages/tck/src/conformance/value.ts judge-takes-types-only",
      ].sort(),
    );
  });
});
