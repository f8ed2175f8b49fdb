// Events in order, until the service takes them.
//
// Bound: what one received message can cause, since the service drains the queue after each call: an event for
// each frame, and a frame takes 3 bytes at least.

import type { SessionEvent } from "./session-api.js";

/** A FIFO that is emptied after each call into the session. */
export class EventQueue {
  private events: SessionEvent[] = [];
  private next = 0;

  add(event: SessionEvent): void {
    this.events.push(event);
  }

  take(): SessionEvent | undefined {
    const event = this.events[this.next];
    if (event === undefined) return undefined;
    this.next++;
    if (this.next === this.events.length) {
      this.events = [];
      this.next = 0;
    }
    return event;
  }
}
