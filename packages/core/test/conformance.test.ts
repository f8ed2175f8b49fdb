// Every source, operator, overflow choice and sink through the conformance kit, fused and unfused.

import { describe, it } from "vitest";
import { checksOf, rows } from "./subjects.js";

for (const row of rows) {
  for (const mode of ["fused", "unfused"] as const) {
    for (const { among, checks } of checksOf(row, mode)) {
      describe(`${row.name} ${among}, ${mode}`, () => {
        for (const check of checks) it(`${check.rule} ${check.title}`, check.run);
      });
    }
  }
}
