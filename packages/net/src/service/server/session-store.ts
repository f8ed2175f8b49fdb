// The sessions that a client may come back to, by the token that it was given: live ones too, because a client can
// know of a lost link before its server does.
//
//   token   | selector, 16 bytes | verifier, 16 bytes |      256 random bits
//
// The selector finds the session; what it costs to look it up tells nothing of the verifier, which the session
// compares without regard to how much of it is right (protocol.md §10.5). The store keeps selectors only: what leaks
// out of it opens nothing.

import type { Runtime } from "../connection/runtime.js";
import { randomBytesOf } from "../connection/runtime.js";

/** What is kept. */
export interface StoredSession {
  /** Who may come back to it. */
  readonly principal: string;
  /** Bytes that it holds to send them again. */
  replayBytes(): number;
  /** There is no room for it any more. */
  evict(why: string): void;
}

/** Bounds of a store. */
export interface StoreLimits {
  /** Sessions without a transport. */
  readonly sessions: number;
  /** Bytes that these hold to send them again. */
  readonly bytes: number;
}

interface Entry {
  selectors: readonly string[];
  /** Of a suspended one: what it held when it lost its transport; it holds no more until it is resumed. */
  bytes: number;
}

/**
 * Finds sessions by token. *Buffers:* two selectors for each session; of sessions without a transport at most
 * `limits.sessions`, with at most `limits.bytes` to be sent again: the one that has waited longest is lost first.
 */
export class SessionStore<S extends StoredSession> {
  private readonly runtime: Runtime;
  private readonly limits: StoreLimits;
  private readonly bySelector = new Map<string, S>();
  private readonly entries = new Map<S, Entry>();
  /** In the order in which they lost their transports. */
  private readonly suspended = new Set<S>();
  private suspendedBytes = 0;

  constructor(runtime: Runtime, limits: StoreLimits) {
    this.runtime = runtime;
    this.limits = limits;
  }

  /** A token for a session, or for its next resume. */
  newToken(): Uint8Array {
    return randomBytesOf(this.runtime, SELECTOR_BYTES + VERIFIER_BYTES);
  }

  /**
   * `token` finds `session` from here on, and so does `used`, with which it was just asked for: until the client has
   * shown that it got the answer, it may have to ask with that one again. Every other token is forgotten.
   */
  put(session: S, token: Uint8Array, used?: Uint8Array): void {
    const entry = this.entries.get(session) ?? { selectors: [], bytes: 0 };
    this.entries.set(session, entry);
    for (const selector of entry.selectors) this.bySelector.delete(selector);
    entry.selectors = (used === undefined ? [token] : [used, token]).map(selectorOf);
    for (const selector of entry.selectors) this.bySelector.set(selector, session);
  }

  /** The session of this token, if it belongs to `principal`. */
  find(token: Uint8Array, principal: string): S | undefined {
    const session = this.bySelector.get(selectorOf(token));
    return session?.principal === principal ? session : undefined;
  }

  /** It lost its transport. */
  suspend(session: S): void {
    const entry = this.entries.get(session);
    if (entry === undefined || this.suspended.has(session)) return;
    entry.bytes = session.replayBytes();
    this.suspended.add(session);
    this.suspendedBytes += entry.bytes;
    const { sessions, bytes } = this.limits;
    while (this.suspended.size > sessions || this.suspendedBytes > bytes) {
      const [oldest] = this.suspended;
      if (oldest === undefined) return;
      this.remove(oldest);
      oldest.evict(`more than ${sessions} sessions or ${bytes} bytes waited for their clients`);
    }
  }

  /** It has a transport again. */
  resume(session: S): void {
    if (this.suspended.delete(session)) this.suspendedBytes -= this.entries.get(session)?.bytes ?? 0;
  }

  /** It is over: nothing finds it any more. */
  remove(session: S): void {
    this.resume(session);
    for (const selector of this.entries.get(session)?.selectors ?? []) this.bySelector.delete(selector);
    this.entries.delete(session);
  }

  /** How many wait without a transport, the bytes that they hold, and how many it knows in all. */
  figures(): { readonly sessions: number; readonly bytes: number; readonly known: number } {
    return { sessions: this.suspended.size, bytes: this.suspendedBytes, known: this.entries.size };
  }
}

// Latin letters for bytes: a string is what a Map finds by value.
function selectorOf(token: Uint8Array): string {
  return String.fromCharCode(...token.subarray(0, SELECTOR_BYTES));
}

const SELECTOR_BYTES = 16;

/** 128 bits and more must be unguessable (protocol.md F1): these are, and the selector is besides. */
const VERIFIER_BYTES = 16;
