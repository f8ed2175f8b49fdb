// The estimate of what a socket holds that does not tell, or does not tell the truth: what was sent, less what the
// network is believed to have taken since, less what the peer has acknowledged.
//
//   bytes |   /\      sent: up at once
//         |  /  \     then down by bytesPerSecond, never below 0
//         | /    \__
//         +------------ time

/** Bytes believed to be under way. Time is an argument, in milliseconds. */
export class InFlight {
  private readonly bytesPerMs: number;
  private bytes = 0;
  private at = 0;

  constructor(bytesPerSecond: number) {
    this.bytesPerMs = bytesPerSecond / 1000;
  }

  sent(bytes: number, now: number): void {
    this.bytes = this.waiting(now) + bytes;
  }

  acknowledged(bytes: number, now: number): void {
    this.bytes = Math.max(0, this.waiting(now) - bytes);
  }

  waiting(now: number): number {
    this.bytes = Math.max(0, this.bytes - (now - this.at) * this.bytesPerMs);
    this.at = now;
    return this.bytes;
  }

  /** How long from now until only `bytes` are under way; `Infinity`: not by time alone. */
  msUntil(bytes: number, now: number): number {
    return Math.ceil(Math.max(0, this.waiting(now) - bytes) / this.bytesPerMs);
  }
}

/** How many bytes a message is on the wire, without its frame. */
export function byteLengthOf(message: string | { readonly byteLength: number }): number {
  if (typeof message !== "string") return message.byteLength;
  let bytes = message.length;
  for (let i = 0; i < message.length; i++) {
    const unit = message.charCodeAt(i);
    // UTF-8 has one more from U+0080 on, two from U+0800 on; each half of a pair counts for two of its four.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
