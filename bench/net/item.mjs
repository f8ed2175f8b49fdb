// The small item of the N rows: 48 bytes as a msgpackr record, 69 as a map, 89 as JSON. Made anew for each
// item, as a service would; names and tags come from small sets so that making them is not what is measured.

const FIRST_ID = 1_000_000;
// 63/512: nine decimals in JSON, as readings have, and exact in binary, so that sums can be compared exactly.
const FRACTION = 0.123046875;
const NAMES = Array.from({ length: 64 }, (_, index) => `measured-name-${String(index).padStart(2, "0")}`);
const TAGS = [
  ["sensor", "outdoor"],
  ["metric", "kitchen"],
  ["device", "archive"],
  ["signal", "current"],
];

export function makeItem(index) {
  return {
    id: FIRST_ID + index,
    name: NAMES[index & 63],
    value: index + FRACTION,
    tags: TAGS[index & 3],
  };
}

/** What a client adds up for each item that it has decoded; `weightOf(items)` is the right sum. */
export function weigh(item) {
  return item.id + item.value + item.tags.length;
}

export function weightOf(items) {
  return items * (FIRST_ID + FRACTION + 2) + items * (items - 1);
}
