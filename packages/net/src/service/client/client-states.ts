// Where a client stands, and who is told of it.

import { addDemand, flowFrom, NOBODY, type StageSubscriber } from "@sluice/core/kit";
import type { Flow, Subscription } from "@sluice/core";

/**
 * Where a client stands: `"idle"` has no connection and makes one with the next request, `"closing"` lets what runs
 * end and takes nothing new.
 */
export type ClientState = "idle" | "connecting" | "open" | "reconnecting" | "closing" | "closed";

/** The state, and a flow of it. *Buffers:* one state for each subscriber. */
export class ClientStates {
  current: ClientState;
  /** The state of now, then each change; who is slow misses some, and never the latest. Completes after `"closed"`. */
  readonly flow: Flow<ClientState>;
  private readonly onState: (state: ClientState) => void;
  private readonly readers = new Set<StateReader>();

  constructor(first: ClientState, onState: (state: ClientState) => void) {
    this.current = first;
    this.onState = onState;
    this.flow = flowFrom((downstream) => {
      const reader = new StateReader(downstream, this.current, this.readers);
      if (this.current !== "closed") this.readers.add(reader);
      downstream.onSubscribe(reader);
    });
  }

  enter(state: ClientState): void {
    if (this.current === state) return;
    this.current = state;
    this.onState(state);
    for (const reader of [...this.readers]) reader.offer(state);
    if (state === "closed") this.readers.clear();
  }
}

class StateReader implements Subscription {
  private downstream: StageSubscriber<ClientState>;
  private readonly readers: Set<StateReader>;
  private demand = 0;
  /** Not handed on yet; undefined: it knows. */
  private latest: ClientState | undefined;
  private isEnding: boolean;
  private isEmitting = false;

  constructor(downstream: StageSubscriber<ClientState>, first: ClientState, readers: Set<StateReader>) {
    this.downstream = downstream;
    this.latest = first;
    this.isEnding = first === "closed";
    this.readers = readers;
  }

  /** The state is `state` from here on. */
  offer(state: ClientState): void {
    this.latest = state;
    if (state === "closed") this.isEnding = true;
    this.emit();
  }

  request(n: number): void {
    this.demand = addDemand(this.demand, n);
    this.emit();
  }

  cancel(): void {
    this.downstream = NOBODY;
    this.latest = undefined;
    this.isEnding = false;
    this.readers.delete(this);
  }

  private emit(): void {
    if (this.isEmitting) return;
    this.isEmitting = true;
    // Who is told may cancel, request, or do what changes the state.
    while (this.latest !== undefined && this.demand > 0) {
      const { latest } = this;
      this.latest = undefined;
      if (this.downstream.next(latest)) this.demand -= 1;
    }
    this.isEmitting = false;
    if (this.latest !== undefined || !this.isEnding) return;
    const { downstream } = this;
    this.cancel();
    downstream.onComplete();
  }
}
