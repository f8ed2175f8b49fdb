// The streams of one connection that somebody besides their responders keeps an account of: a gate, whose permit is to
// come back whatever way a stream ends, and the server's hook. Where there is neither there is no ledger, and a stream
// costs what it always did.
//
//   opened(permit) ──► ended(outcome), said once ──► released: the handler has ended too, the permit goes back

import type { Clock, Permit, PermitOutcome } from "@sluice/core";
import type { StreamWatch } from "../connection/connection-parts.js";
import { giveBack } from "./admission.js";
import type { ConnectionLog } from "./connection-log.js";
import type { ServedRoute } from "./responder.js";

/** *Buffers:* an entry for each stream whose slot is taken. */
export class StreamLedger implements StreamWatch {
  private readonly clock: Pick<Clock, "now">;
  private readonly log: ConnectionLog | undefined;
  private readonly entries = new Map<number, Entry>();

  constructor(clock: Pick<Clock, "now">, log: ConnectionLog | undefined) {
    this.clock = clock;
    this.log = log;
  }

  /** Admitted. Before its responder is made, so that there is no way between the two. */
  opened(stream: number, route: ServedRoute, permit: Permit | undefined): void {
    const openedAt = this.clock.now();
    this.entries.set(stream, { route, permit, openedAt, outcome: "ignored", error: undefined, items: 0 });
  }

  onStreamEnded(stream: number, outcome: PermitOutcome, error: unknown, items: number): void {
    const entry = this.entries.get(stream);
    if (entry === undefined) return;
    entry.outcome = outcome;
    entry.error = error;
    entry.items = items;
  }

  onStreamReleased(stream: number): void {
    const entry = this.entries.get(stream);
    if (entry === undefined) return;
    this.entries.delete(stream);
    const { route, permit, openedAt, outcome, error, items } = entry;
    if (permit !== undefined) giveBack(permit, outcome);
    const { method, interaction } = route;
    const ms = this.clock.now() - openedAt;
    this.log?.ended({ stream, method, interaction, outcome, error, ms, items });
  }
}

interface Entry {
  readonly route: Pick<ServedRoute, "method" | "interaction">;
  readonly permit: Permit | undefined;
  readonly openedAt: number;
  outcome: PermitOutcome;
  error: unknown;
  items: number;
}
