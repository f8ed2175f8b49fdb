// The kit under the runners that people have: node:test, vitest and plain Node, each in a process of its own, with a
// structural publisher that keeps the rules and with one that breaks §3.8.

import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
// Below the workspace, so that vitest is found; outside of what our own vitest looks at.
const out = join(root, ".cache/tck-runners");

beforeAll(() => {
  mkdirSync(out, { recursive: true });
  buildSync({
    entryPoints: ["under-node-test", "under-vitest", "under-plain-node"].map((name) =>
      join(import.meta.dirname, `runners/${name}.ts`),
    ),
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@sluice/source"],
    external: ["vitest"],
    outExtension: { ".js": ".mjs" },
    outdir: out,
  });
  writeFileSync(
    join(out, "vitest.config.mjs"),
    'export default { root: import.meta.dirname, test: { include: ["under-vitest.mjs"] } };\n',
  );
});

interface Run {
  readonly code: number;
  readonly output: string;
}

function node(args: readonly string[], broken: boolean): Promise<Run> {
  // node:test and vitest tell their children who they are by the environment: this is a run of its own.
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...rest } = process.env;
  const env = { ...rest, NO_COLOR: "1", ...(broken && { BROKEN: "yes" }) };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: out, env, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, output: stdout + stderr });
    });
  });
}

const withNodeTest = ["--test", "--test-reporter=tap", join(out, "under-node-test.mjs")];
const withVitest = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--reporter=verbose"];
const withNothing = [join(out, "under-plain-node.mjs")];
const BROKEN_RULE = "§3.8 adds requests made within onSubscribe";
const SKIPPED = "no failed publisher can be made (createFailed)";

describe("publisherChecks", () => {
  it("are tests of node:test, one a rule, and those that are not put say why", {
    timeout: 60_000,
  }, async () => {
    const kept = await node(withNodeTest, false);
    expect(kept).toMatchObject({ code: 0 });
    expect(kept.output).toContain(`ok 1 - subject create(n) makes a stream of exactly n items`);
    expect(kept.output).toContain(`# SKIP ${SKIPPED}`);
    const broken = await node(withNodeTest, true);
    expect(broken.code).toBe(1);
    expect(broken.output).toMatch(new RegExp(`not ok \\d+ - ${BROKEN_RULE}`));
  });

  it("are tests of vitest, one a rule, and those that are not put say why", { timeout: 60_000 }, async () => {
    const kept = await node(withVitest, false);
    expect(kept).toMatchObject({ code: 0 });
    expect(kept.output).toContain(SKIPPED);
    const broken = await node(withVitest, true);
    expect(broken.code).toBe(1);
    expect(broken.output).toContain(`FAIL  under-vitest.mjs > countTo > ${BROKEN_RULE}`);
  });
});

describe("verifyPublisher", () => {
  it("needs no runner: it resolves with a report, or ends the program with one", {
    timeout: 60_000,
  }, async () => {
    const kept = await node(withNothing, false);
    expect(kept).toMatchObject({ code: 0 });
    expect(kept.output).toMatch(/^\d+ checks kept, 0 failed, \d+ not put\n/);
    expect(kept.output).toContain(SKIPPED);
    const broken = await node(withNothing, true);
    expect(broken.code).toBe(1);
    expect(broken.output).toContain("BROKEN §3.8: request(n) registers n further items to be produced");
    expect(broken.output).toContain("seen:   Waited in vain for 5 items");
  });
});
