// Messages of one lane of the outbox that were full before they were taken. Bound: that of their lane.

import { type Message, messageLength } from "../byte/message.js";

/** A queue of full messages. */
export class Sealed {
  bytes = 0;
  private messages: Message[] = [];
  private numbers: number[] = [];
  private next = 0;

  isEmpty(): boolean {
    return this.messages.length === 0;
  }

  /** `number`: that of the last frame in the message. */
  add(message: Message, number: number): void {
    this.messages.push(message);
    this.bytes += messageLength(message);
    this.numbers.push(number);
  }

  nextNumber(): number {
    return this.numbers[this.next] ?? 0;
  }

  take(): Message | undefined {
    const message = this.messages[this.next];
    if (message === undefined) return undefined;
    this.next++;
    this.bytes -= messageLength(message);
    if (this.next === this.messages.length) this.clear();
    return message;
  }

  clear(): void {
    this.messages = [];
    this.numbers = [];
    this.next = 0;
    this.bytes = 0;
  }
}
