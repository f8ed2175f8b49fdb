// node bench/tables.mjs FIGURES.json: prints the figures of an earlier run as the tables that --docs writes.
import { readFileSync } from "node:fs";
import { tables } from "./harness/tables.mjs";

const [from] = process.argv.slice(2);
if (from === undefined) {
  console.error("Cannot print: node bench/tables.mjs FIGURES.json");
  process.exit(2);
}
console.log(tables(JSON.parse(readFileSync(from, "utf8"))));
