// From whom to take unspent loans back when a need waits: those unused for longest first, until it is enough.
// Called when the first in line cannot be served, not for each frame: it looks at every borrower.

/** A stream with a loan, as far as taking it back is concerned. */
export interface Borrower {
  /** Bytes that DRAIN would bring back to the pool: lent, and not sent yet. */
  readonly unspentLoan: number;
  /** DRAIN was said and not answered. */
  readonly isDraining: boolean;
  /** Number of the last use; the pool counts them. */
  readonly usedAt: number;
}

/** Those to be told DRAIN so that `shortfall` bytes come back, counting what is under way already. */
export function whoToDrain<T extends Borrower>(borrowers: Iterable<T>, shortfall: number): T[] {
  const candidates: T[] = [];
  let missing = shortfall;
  for (const borrower of borrowers) {
    if (borrower.unspentLoan === 0) continue;
    if (borrower.isDraining) missing -= borrower.unspentLoan;
    else candidates.push(borrower);
  }
  candidates.sort((a, b) => a.usedAt - b.usedAt);
  const chosen: T[] = [];
  for (const candidate of candidates) {
    if (missing <= 0) break;
    missing -= candidate.unspentLoan;
    chosen.push(candidate);
  }
  return chosen;
}
