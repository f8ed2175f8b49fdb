// Waiting without a guessed time. A turn of the event loop runs every microtask that is ready; "settled"
// means that some turns went by, through the message queue and through the timers. No check passes because a
// time was long enough: only a failure waits.

/** How many turns `until` gives before it gives up: quick ones first, then turns of some milliseconds. */
const QUICK_TURNS = 100;
const SLOW_TURNS = 200;
const SLOW_TURN_MS = 5;

/**
 * Lets everything run that is ready and what it makes ready, a bounded number of turns of the event loop.
 * For claims that something does not happen; for what should happen there is `until`.
 *
 * @example
 * ```ts
 * import { settled } from "@sluice/tck";
 * let late = false;
 * Promise.resolve().then(() => {
 *   late = true;
 * });
 * await settled();
 * console.log(late); // prints true
 * ```
 */
export async function settled(): Promise<void> {
  await messageTurns(3);
  await timerTurn(0);
  await messageTurns(2);
}

/**
 * Waits until `condition` holds, looking once a turn, and throws an `Error` saying `what` was awaited after a
 * bounded number of turns (about a second). `rest`, if given, runs before each look: a subject whose items
 * come by a virtual clock moves it there.
 *
 * @example
 * ```ts
 * import { until } from "@sluice/tck";
 * let turns = 0;
 * await until(
 *   () => turns === 3,
 *   "three turns",
 *   () => {
 *     turns++;
 *   },
 * );
 * console.log(turns); // prints 3
 * ```
 */
export async function until(
  condition: () => boolean,
  what: string,
  rest?: () => void | Promise<void>,
): Promise<void> {
  for (let turn = 0; turn < QUICK_TURNS + SLOW_TURNS; turn++) {
    if (condition()) return;
    await rest?.();
    if (turn < QUICK_TURNS) await messageTurns(1);
    else await timerTurn(SLOW_TURN_MS);
  }
  if (!condition()) throw new Error(`Waited in vain for ${what}`);
}

/**
 * Lets so many turns of the event loop go by, without a timer. The message goes to and fro: a host may deliver what a
 * port receives meanwhile within one turn, so that a port which posts to itself sees no turn at all go by.
 */
export function messageTurns(turns: number): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    let left = turns * 2 - 1;
    const passOn = (next: MessagePort) => (): void => {
      left--;
      if (left > 0) {
        next.postMessage(null);
        return;
      }
      port1.close();
      resolve();
    };
    port1.onmessage = passOn(port1);
    port2.onmessage = passOn(port2);
    port2.postMessage(null);
  });
}

function timerTurn(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
