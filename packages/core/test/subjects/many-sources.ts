// Operators with many sources: one after the other, at once, joined.

import { concatMap } from "../../src/operator/concat-map.js";
import { empty } from "../../src/source/empty.js";
import { of } from "../../src/source/of.js";
import { item, type Row } from "./row.js";

export const manySources: Row[] = [
  {
    file: "operator/concat-map",
    name: "concatMap to one",
    operator: { apply: concatMap((n: number) => of(n)), ahead: 1, yields: item },
  },
  {
    file: "operator/concat-map",
    name: "concatMap to one or none",
    operator: {
      apply: concatMap((n: number) => (n % 2 === 0 ? [n] : empty())),
      needs: (count) => count * 2,
      yields: (index) => index * 2,
      ahead: 1,
    },
  },
  {
    file: "operator/concat-map",
    name: "concatMap to promises",
    operator: { apply: concatMap((n: number) => Promise.resolve(n)), ahead: 1, yields: item },
  },
];
