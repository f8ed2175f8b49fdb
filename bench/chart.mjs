// node bench/chart.mjs FIGURES.json CHART.svg: draws the figures of an earlier run, as --svg does for the one it is
// given to.
import { readFileSync, writeFileSync } from "node:fs";
import { chart } from "./harness/chart.mjs";

const [from, to] = process.argv.slice(2);
if (to === undefined) {
  console.error("Cannot draw: node bench/chart.mjs FIGURES.json CHART.svg");
  process.exit(2);
}
writeFileSync(to, chart(JSON.parse(readFileSync(from, "utf8"))));
