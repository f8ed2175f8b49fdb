// N6 for peers whose items come whether or not anybody has time: a queue that is worked off, one item at a time.

/**
 * @param {(item: unknown) => Promise<void>} step
 * @param {(error: Error) => void} onError
 * @returns takes each item as it comes
 */
export function workedOff(step, onError) {
  const waiting = [];
  let next = 0;
  let isWorking = false;
  const work = async () => {
    isWorking = true;
    for (; next < waiting.length; next += 1) {
      await step(waiting[next]);
      // Let go of what is done; the array itself keeps its length, as a queue that is never trimmed does not.
      waiting[next] = undefined;
    }
    isWorking = false;
  };
  return (item) => {
    waiting.push(item);
    if (!isWorking) work().catch(onError);
  };
}
