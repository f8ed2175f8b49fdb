// All that a picture of the demo is drawn from.

import type { PassRecord } from "../watch/pass-record.js";

/** The demo as it stands. */
export interface DemoState {
  readonly credit: PassRecord;
  /** null until that pass begins. */
  readonly plain: PassRecord | null;
  /** False where the server is not ours: it has no pass without credit. */
  readonly bothPasses: boolean;
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
