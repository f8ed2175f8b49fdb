// `npm test`: install, build, unit tests, conformance kit, from a fresh clone with Node and npm only. The last
// line counts the tests of both. `npm test -- --node 24.21.0` runs them on that Node, brought by npx.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, capture, fail, install, root, show } from "./bootstrap.mjs";

const version = chosenNode(process.argv.slice(2));
await install();
await build("tsconfig.json");
const node = version === undefined ? process.execPath : await bringNode(version);

const report = join(root, ".cache", "vitest.json");
mkdirSync(join(root, ".cache"), { recursive: true });
rmSync(report, { force: true });
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=dot", "--reporter=json"];
// The conformance table runs below, by itself: once is enough, and nothing is to be counted twice.
const options = [`--outputFile.json=${report}`, "--exclude=packages/core/test/conformance.test.ts"];
const unitCode = await show(node, [...vitest, ...options]);
const unit = unitCounts(report, unitCode);

const tck = await capture(node, ["--expose-gc", "scripts/tck.mjs"]);
process.stdout.write(tck.output);
const conformance = tckCounts(tck);

const failed = unit.failed + conformance.failed;
if (failed > 0)
  process.stdout.write("Next: correct what is named above; `npx vitest run FILE` runs one file alone\n");
process.stdout.write(`${unit.passed + conformance.passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function chosenNode(args) {
  if (args.length === 0) return undefined;
  if (args.length === 2 && args[0] === "--node" && /^\d+\.\d+\.\d+$/.test(args[1])) return args[1];
  return fail(
    `Cannot read the arguments "${args.join(" ")}": known is only --node VERSION, like --node 24.21.0`,
  );
}

// The npm package "node" carries the binary of that version; asking the binary proves that it is the one.
async function bringNode(wanted) {
  const answer = await capture("npx", ["--yes", "-p", `node@${wanted}`, "node", "-p", "process.execPath"]);
  const path = answer.stdout.trim();
  const found =
    answer.code === 0 ? (await capture(path, ["--version"])).stdout.trim() : reason(answer.output);
  if (found !== `v${wanted}`) fail(`Cannot bring Node ${wanted}: npx answered "${found}"; check the network`);
  process.stdout.write(`Node ${found} from ${path}\n`);
  return path;
}

// Of all that npx prints the line that says why: the first of its errors with words in it.
function reason(output) {
  const errors = output.match(/(?<=^npm error )(?!code\b)\S.*/gm) ?? [];
  return errors[0]?.trim() ?? output.trim().split("\n").at(-1);
}

// A file that does not load has no test that failed, but vitest ends with a code that says so: never lose it.
function unitCounts(file, code) {
  let counts;
  try {
    counts = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const failed = counts.numFailedTests;
  // A test that was left out or only planned proves nothing: it counts as failed.
  const leftOut = counts.numPendingTests + counts.numTodoTests;
  if (leftOut > 0)
    process.stdout.write(`${leftOut} tests did not run: skipped or todo; let them run or remove them\n`);
  return {
    passed: counts.numPassedTests,
    failed: failed + leftOut === 0 && code !== 0 ? 1 : failed + leftOut,
  };
}

function tckCounts({ code, output }) {
  const line = output
    .trimEnd()
    .split("\n")
    .at(-1)
    .match(/^(\d+) passed, (\d+) failed$/);
  if (line === null) return { passed: 0, failed: 1 };
  return { passed: Number(line[1]), failed: line[2] === "0" && code !== 0 ? 1 : Number(line[2]) };
}
