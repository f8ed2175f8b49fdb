// N10: many clients of one server in one process.

/** On their way at the same time: below what a listening port keeps in line. */
const AT_ONCE = 100;

/**
 * @template T
 * @param {() => Promise<T>} connectOne
 * @returns {(count: number) => Promise<T[]>} as many connections as asked for; those that are missing are made
 */
export function connectMany(connectOne) {
  const all = [];
  return async (count) => {
    while (all.length < count) {
      const some = Math.min(AT_ONCE, count - all.length);
      all.push(...(await Promise.all(Array.from({ length: some }, connectOne))));
    }
    return all;
  };
}
