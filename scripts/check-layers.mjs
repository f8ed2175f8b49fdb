// Layers and cycles: who imports whom, by the tables in .dependency-cruiser.cjs.
import { existsSync } from "node:fs";
import { capture } from "./bootstrap.mjs";
import { conclude } from "./findings.mjs";

/** Cruises the tree at `cwd`; answers one line for each forbidden import, and how many files were read. */
export async function findForbiddenImports(cwd, depcruise) {
  const folders = ["packages", "bench", "examples", "scripts"].filter((name) => existsSync(`${cwd}/${name}`));
  const args = [depcruise, "--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders];
  const { stdout, output } = await capture(process.execPath, args, { cwd });
  if (!stdout.startsWith("{")) throw new Error(`dependency-cruiser did not answer: ${output}`);
  const { modules, summary } = JSON.parse(stdout);
  const comments = new Map(summary.ruleSetUsed.forbidden.map(({ name, comment }) => [name, comment]));
  const findings = summary.violations.map(({ rule, from, to, cycle }) => {
    const path = cycle === undefined ? to : cycle.map(({ name }) => name).join(" -> ");
    return `${from} -> ${path}: ${comments.get(rule.name)} (${rule.name})`;
  });
  return {
    findings,
    files: modules.filter(({ source }) => /^(packages|bench|examples)\//.test(source)).length,
  };
}

if (import.meta.filename === process.argv[1]) {
  const { findings, files } = await findForbiddenImports(
    process.cwd(),
    "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
  );
  conclude("layers", findings, `${files} files import downward only, without a cycle`);
}
