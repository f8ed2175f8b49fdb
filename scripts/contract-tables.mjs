// docs/operators.md is made from the contracts of core: `node scripts/contract-tables.mjs --write` writes it, without
// the option it is compared, as check:contracts does.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, root } from "./bootstrap.mjs";
import { filesBelow } from "./files.mjs";
import { conclude } from "./findings.mjs";

const DOCUMENT = "docs/operators.md";
const SRC = "packages/core/src";
const ROOMS = {
  source: "Sources",
  operator: "Operators",
  overflow: "Overflow: for producers that cannot be slowed",
  hub: "Hubs: one to many",
};
const INTRO = `# What each function promises about credit

Generated from the contracts in \`${SRC}\` by \`node scripts/contract-tables.mjs --write\`: change those.

n is what downstream requests. *Asks upstream* is what a publisher of another library sees; between our own stages
the answer of \`next\` takes the place of the requests for what was dropped. *Holds at most* counts items;
\`planBound(flow)\` of \`@sluice/core/contracts\` adds them up for a pipeline. A property test
(\`packages/core/test/contracts.property.test.ts\`) holds every operator to its line, fused and unfused.
`;

/** The document for contracts as \`{ room, contract }\`. */
export function tables(entries) {
  const parts = Object.entries(ROOMS).flatMap(([room, title]) => {
    const lines = entries.filter((entry) => entry.room === room).map(({ contract }) => line(room, contract));
    return lines.length === 0 ? [] : [`## ${title}\n\n${head(room)}\n${lines.sort().join("\n")}\n`];
  });
  return [INTRO, ...parts].join("\n");
}

function head(room) {
  return room === "source"
    ? "| function | what it does | holds at most | errors | cancel stops |\n|---|---|---|---|---|"
    : "| function | what it does | asks upstream, for n | holds at most | errors | cancel stops |\n|---|---|---|---|---|---|";
}

function line(room, { name, does, demand, holds, errors, cancel }) {
  const asks = room === "source" ? [] : [demand?.says ?? "-"];
  const cells = [`\`${name}\``, does, ...asks, holds.says, errors.says, cancel.says];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** One line if the document differs from what the contracts give. */
export function findStale(document, wanted) {
  if (document === wanted) return [];
  const [before, after] = [document.split("\n"), wanted.split("\n")];
  const at = after.findIndex((text, index) => text !== before[index]);
  const seen = before[at === -1 ? after.length : at];
  return [
    `${DOCUMENT}:${(at === -1 ? after.length : at) + 1}: has "${seen ?? ""}" where the contracts say "${after[at] ?? ""}": run \`node scripts/contract-tables.mjs --write\``,
  ];
}

async function readContracts() {
  const folders = Object.keys(ROOMS).map((room) => `${SRC}/${room}`);
  const entries = [];
  for (const file of filesBelow(root, folders, [".contract.ts"])) {
    const built = join(root, file.replace("/src/", "/dist/").replace(/\.ts$/, ".js"));
    const module = await import(pathToFileURL(built).href);
    entries.push({ room: file.split("/")[3], contract: Object.values(module)[0] });
  }
  return entries;
}

if (import.meta.filename === process.argv[1]) {
  await build("packages/core/src");
  const entries = await readContracts();
  const wanted = tables(entries);
  const file = join(root, DOCUMENT);
  if (process.argv.includes("--write")) writeFileSync(file, wanted);
  const findings = findStale(existsSync(file) ? readFileSync(file, "utf8") : "", wanted);
  conclude("contracts", findings, `${entries.length} contracts stand in ${DOCUMENT}`);
}
