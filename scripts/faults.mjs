// Faults on real sockets: `npm run faults -- R4`, or several, or none for R4 to R6; `-- R7 --minutes 60` for the soak. It
// prints progress, a table, and one line of JSON; the last line counts what held and what did not.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, fail, install, root } from "./bootstrap.mjs";

const args = process.argv.slice(2);
const minutesAt = args.indexOf("--minutes");
const minutes = minutesAt < 0 ? 2 : Number(args[minutesAt + 1]);
if (!(minutes > 0 && minutes <= 24 * 60))
  fail("Cannot soak so long: --minutes takes a number from above 0 to 1,440");
const given = args.filter((_, i) => minutesAt < 0 || (i !== minutesAt && i !== minutesAt + 1));
const names = given.length > 0 ? given : ["R4", "R5", "R6"];
const known = {
  R4: { items: 1_000_000, cuts: 1000 },
  R5: { kills: 20, streams: 20, items: 20_000 },
  R6: { clients: 1000, drainMs: 1000, reconnectAfterMs: 500, spreadMs: 5000, everyMs: 1000 },
  R7: { minutes },
};
for (const name of names) {
  if (!Object.hasOwn(known, name))
    fail(`Cannot run the fault scenario "${name}": known are ${Object.keys(known).join(", ")}`);
}

await install();
await build("tsconfig.json");

let failed = 0;
const results = {};
for (const name of names) {
  const file = new URL(`../packages/net/test/faults/${name.toLowerCase()}.mjs`, import.meta.url).href;
  const scenario = await import(file);
  const options = known[name];
  process.stdout.write(`${name} ${JSON.stringify(options)}\n`);
  const from = performance.now();
  const say = (text) =>
    process.stdout.write(`  ${((performance.now() - from) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
  const result = await scenario[name.toLowerCase()]({ ...options, say });
  const broken = scenario[`${name.toLowerCase()}Broken`](result, options);
  results[name] = { options, result, broken };
  if (broken.length > 0) failed += 1;
  for (const [key, value] of Object.entries(result)) {
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    process.stdout.write(`  ${key.padEnd(24)} ${text}\n`);
  }
  for (const text of broken) process.stdout.write(`  NOT HELD: ${text}\n`);
}

mkdirSync(join(root, ".cache"), { recursive: true });
const path = join(root, ".cache", "faults.json");
writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
process.stdout.write(`${JSON.stringify(results)}\n`);
process.stdout.write(`${names.length - failed} held, ${failed} did not\n`);
// Whatever a scenario left behind must not hold the process: it has been counted.
process.exit(failed === 0 ? 0 : 1);
