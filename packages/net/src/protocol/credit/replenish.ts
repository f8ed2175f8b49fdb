// When a new CREDIT is worth a frame. Too often costs a message for each item taken; too late lets the sender
// stand still. Half a window is the middle: the sender has the other half to send while the grant travels
// (rust-yamux and quiche do the same). At zero nothing is gained by waiting.

/**
 * Whether to grant now. `free`: how far the limit could rise. `unsent`: what the peer may still send.
 * `window`: what it could have at most, all of it free. `smallest`: a grant below this is not worth a frame
 * even at zero, since it makes the sender cut its work into crumbs (silly window, CVE-2019-9511).
 */
export function isGrantDue(free: number, unsent: number, window: number, smallest: number): boolean {
  if (free <= 0) return false;
  return 2 * free >= window || (unsent < smallest && free >= smallest);
}
