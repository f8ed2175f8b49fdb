// An item on its way out that is too large for one message: cut into parts as the turns of its stream come.
//
//   payload  |  written  |  next part  |  ...          |
//            0           at            at + size       total
//
// Its whole charge was spent before the first part, so nothing can stop it but the end of its stream. Holds a view
// of what it was given, until the last part is written: bound, what the peer has granted to the stream.

/** One item in work; a stream has one at most. */
export class LargeItem {
  readonly body: "items" | "batch";
  private readonly payload: Uint8Array;
  private at = 0;

  constructor(body: "items" | "batch", payload: Uint8Array) {
    this.body = body;
    this.payload = payload;
  }

  get total(): number {
    return this.payload.length;
  }

  /** Where the next part begins. */
  get offset(): number {
    return this.at;
  }

  get left(): number {
    return this.payload.length - this.at;
  }

  /** The next `size` bytes, of no fewer that are left. */
  cut(size: number): Uint8Array {
    const part = this.payload.subarray(this.at, this.at + size);
    this.at += size;
    return part;
  }
}
