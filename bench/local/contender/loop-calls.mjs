// The realistic floor: the same loop written once for all pipelines, its functions passed in. After the shapes
// have run through it V8 sees many different functions at each call and inlines none of them, as in any
// process that runs more than one pipeline.
import { add, increment, isEven, steps } from "../work.mjs";

export function mapFilterSum(items) {
  return run(items, increment, isEven, add);
}

/** L2m: ten functions, one call each. */
export function tenMaps(items) {
  return runAll(items, steps);
}

export function runShape(stages, items) {
  const fnOf = (kind, otherwise) => stages.find((stage) => stage.kind === kind)?.fn ?? otherwise;
  runAll(
    items,
    Array.from({ length: 10 }, (_, index) => stages[index % stages.length].fn ?? ((x) => x)),
  );
  return run(
    items,
    fnOf("map", (x) => x + stages.length),
    fnOf("filter", (x) => x !== stages.length),
    fnOf("scan", (sum, x) => (x === null ? sum : sum + stages.length)),
  );
}

function run(items, map, filter, reduce) {
  let sum = 0;
  for (let i = 0; i < items; i += 1) {
    const item = map(i);
    if (filter(item)) sum = reduce(sum, item);
  }
  return sum;
}

function runAll(items, fns) {
  const [a, b, c, d, e, f, g, h, i, j] = fns;
  let sum = 0;
  for (let item = 0; item < items; item += 1) sum += j(i(h(g(f(e(d(c(b(a(item))))))))));
  return sum;
}
