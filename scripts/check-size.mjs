// What a user of @sluice/core, and a page that uses @sluice/net, pay in bytes: bundled, minified and compressed as an application would do it. And that
// he pays for nothing that he does not use: a bundle with one function contains no file of a source, an operator, an
// overflow choice or a hub but those that the function's own file needs.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { build, root } from "./bootstrap.mjs";
import { conclude } from "./findings.mjs";

// Bar B1 of the project: 4 KiB for the usual four, 25 KiB for everything that a user's door opens. The second is not
// reached: docs/decisions/007-bytes.md says why, and what the ceiling here is for: it must not grow further. Who writes
// operators opens another door beside it, and names there what the first already contains.
const BUDGETS = [
  {
    name: "map + filter + take + range",
    code: 'export { filter, map, range, take } from "@sluice/core";',
    limit: 4096,
  },
  {
    name: "whole of core",
    code: 'export * from "@sluice/core";',
    limit: 28.5 * 1024,
    bar: 25 * 1024,
  },
  {
    name: "whole of core, both doors",
    code: 'export * as user from "@sluice/core"; export * as kit from "@sluice/core/kit";',
    limit: 29.25 * 1024,
  },
  // What a page pays for a client, and a worker for a service: core, the protocol, the codecs. It must grow no further
  // without a reason; what leads to a module of Node has no bundle at all, because this one is for any runtime.
  {
    name: "a client in a browser",
    code: 'export { call, channel, defineService, push, stream } from "@sluice/net"; export { connect } from "@sluice/net/browser";',
    limit: 80 * 1024,
  },
  {
    name: "a service in a worker",
    code: 'export { call, channel, defineService, push, stream } from "@sluice/net"; export { servePort } from "@sluice/net/port";',
    limit: 80 * 1024,
  },
];

/** Bytes of the bundle of `code` after minifying and gzip; packages resolve as seen from `folder`. */
export function bundledBytes(code, folder) {
  return gzipSync(bundle(code, folder).outputFiles[0].contents, { level: 9 }).length;
}

function bundle(code, folder) {
  return buildSync({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    write: false,
    metafile: true,
  });
}

/** A finding for a bundle over its budget. */
export function overBudget({ name, limit }, bytes) {
  if (bytes <= limit) return [];
  return [`${name}: ${bytes} B of ${limit} B: find what came in with \`npx esbuild --bundle --analyze\``];
}

const ROOM = /\/(?:source|operator|overflow|hub)\//;

/** Files of the rooms that a bundle of `code` contains with at least one byte. */
export function filesInBundle(code, folder) {
  const { metafile } = bundle(code, folder);
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output.inputs)
    .filter(([file, { bytesInOutput }]) => ROOM.test(file) && bytesInOutput > 0)
    .map(([file]) => file.slice(file.search(ROOM) + 1));
}

/** A finding for each file that came along with `name` although its own `file` does not need it. */
export function unshaken(name, inBundle, needed) {
  return inBundle
    .filter((file) => !needed.includes(file))
    .map(
      (file) =>
        `${name}: its bundle contains ${file}, which it does not use: look for a side effect at import`,
    );
}

/** The functions of the door, with the files they stand in. */
export function functionsOf(door) {
  return [
    ...door.matchAll(/^export \{ ([^}]+) \} from "\.\/((?:source|operator|overflow|hub)\/[\w-]+)\.js";$/gm),
  ].flatMap(([, names, file]) =>
    names
      .split(", ")
      .filter((name) => !name.startsWith("type "))
      .map((name) => ({ name, file })),
  );
}

if (import.meta.filename === process.argv[1]) {
  await build("packages/core/src", "packages/gates/src", "packages/net/src");
  const findings = BUDGETS.flatMap((budget) => {
    const bytes = bundledBytes(budget.code, join(root, "examples"));
    const bar = budget.bar === undefined ? "" : `; the bar of ${budget.bar} B is not reached`;
    process.stdout.write(`${budget.name}: ${bytes} B of ${budget.limit} B (minified, gzip)${bar}\n`);
    return overBudget(budget, bytes);
  });
  const dist = join(root, "packages/core/dist");
  const functions = functionsOf(readFileSync(join(dist, "index.js"), "utf8"));
  for (const { name, file } of functions) {
    const folder = join(root, "examples");
    const needed = filesInBundle(
      `export { ${name} } from ${JSON.stringify(join(dist, `${file}.js`))};`,
      folder,
    );
    findings.push(
      ...unshaken(name, filesInBundle(`export { ${name} } from "@sluice/core";`, folder), needed),
    );
  }
  conclude("size", findings, `within budget; each of ${functions.length} functions comes without the others`);
}
