// One stream: its state, its two directions, and the two facts that are no part of the state.

import type { Interaction } from "../frame/open.js";
import type { Criticality } from "@sluice/core";
import { DEFAULT_CRITICALITY, DEFAULT_URGENCY } from "../frame/rank.js";
import type { Inbound } from "./inbound.js";
import type { Outbound } from "./outbound.js";
import { isCancelling, OPENED, type StreamState } from "./stream-state.js";

/** What a session knows of a stream that is not over. */
export class Stream {
  readonly id: number;
  readonly openedBy: "us" | "peer";
  readonly interaction: Interaction;
  readonly inbound: Inbound;
  readonly outbound: Outbound;
  state: StreamState = OPENED;
  /** Where it stands in the order of sending: session/rings.ts writes these four. */
  urgency: number;
  deficit = 0;
  visited = false;
  since = 0;
  /** What its work is worth: decides who is given up first. */
  criticality: Criticality;
  /** It stands in a list of session/stalls.ts. */
  isStalled = false;
  /** Number of its OPEN among the frames of this side that are sent again after a resume; 0: the peer opened it. */
  openNumber = 0;
  /** The local side cancelled or was told of the end: no event comes for it any more. */
  silent = false;
  /** A local handler works for it: true from OPEN on, for streams that the peer opened. */
  handled: boolean;
  /** Its handler was told to stop, and is counted among those that have not (session/abuse.ts). */
  unfinished = false;
  /** BLOCKED that may still come before they count against the peer: two for OPEN and for each CREDIT stated (§7.4). */
  blockedFree = 2;
  /** The same of CREDIT that raises nothing of use: one for each BLOCKED said. */
  uselessFree = 0;

  constructor(
    id: number,
    openedBy: "us" | "peer",
    interaction: Interaction,
    inbound: Inbound,
    outbound: Outbound,
    rank: { readonly urgency: number; readonly criticality: Criticality } = DEFAULT_RANK,
  ) {
    this.id = id;
    this.openedBy = openedBy;
    this.interaction = interaction;
    this.inbound = inbound;
    this.outbound = outbound;
    this.urgency = rank.urgency;
    this.criticality = rank.criticality;
    this.handled = openedBy === "peer";
  }

  /** Nobody works for it here any more: what is held is let go, and so is what still comes. */
  release(): void {
    this.handled = false;
    this.silent = true;
    this.inbound.discard();
  }

  /** Whether its slot and its share may go to another stream: both ends said, nothing held, no handler left. */
  isOver(): boolean {
    return this.state.kind === "closed" && !this.handled && this.inbound.items.held === 0;
  }

  /** Whether items that arrive are for nobody: they count, and are let go. */
  isDeaf(): boolean {
    return this.silent || isCancelling(this.state);
  }
}

const DEFAULT_RANK = { urgency: DEFAULT_URGENCY, criticality: DEFAULT_CRITICALITY } as const;
