// The consumer of N6: works on one item for a millisecond, as far as the timers of Node can tell.

/** @param {() => void} onDone called when an item is finished, before the next one may be asked for */
export function stepOfOneMillisecond(onDone) {
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    onDone();
  };
}
