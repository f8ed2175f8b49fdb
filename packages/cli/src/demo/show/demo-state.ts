// All that a picture of the demo is drawn from.

import type { PassRecord } from "../watch/pass-record.js";

/** The demo as it stands. */
export interface DemoState {
  readonly credit: PassRecord;
  /** null until that pass begins, or where it is not run. */
  readonly plain: PassRecord | null;
  /** Flights granted ahead of consumption in the pass with credit. */
  readonly window: number;
  /** The time that a chart is wide. */
  readonly chartSeconds: number;
}

/** Whoever shows the demo: a live screen or plain lines. */
export interface View {
  update(state: DemoState): void;
  /** Leaves the terminal as it was found, with the last picture standing. */
  close(): void;
}
