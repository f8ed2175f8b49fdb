// Whether a raise of a limit is worth the frame that says it. A peer that grants one byte at a time makes the sender
// look at its stream for nothing (silly window, CVE-2019-9511), so raises like that are counted against it
// (docs/protocol.md §7.4). Whoever grants as replenish.ts does, half a window at a time or at zero, is never counted.

/**
 * Whether a limit rose usefully. `left`: what could still be sent before. At zero every raise is useful; otherwise it
 * is at least `smallest` and an eighth of what was left, so that a limit which nobody uses takes few steps to any height.
 */
export function isUsefulRaise(raise: number, left: number, smallest: number): boolean {
  if (raise <= 0) return false;
  return left <= 0 || (raise >= smallest && raise >= left / 8);
}
