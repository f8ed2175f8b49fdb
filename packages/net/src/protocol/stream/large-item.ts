// An item on its way out that is too large for one message: cut into parts as the turns of its stream come.
//
//   payload  |  written  |  next part  |  ...          |
//            0           at            at + size       total
//
// Its whole charge is spent as the first part is written, and not before: a position counts what is on the wire. From
// then on nothing can stop it but the end of its stream. Holds a view of what it was given, until the last part is
// written: bound, what the peer has granted to the stream.

/** One item in work; a stream has one at most. */
export class LargeItem {
  readonly body: "items" | "batch";
  /** Bytes that all of it is charged. */
  readonly charge: number;
  private readonly payload: Uint8Array;
  private at = 0;

  constructor(body: "items" | "batch", payload: Uint8Array, charge: number) {
    this.body = body;
    this.charge = charge;
    this.payload = payload;
  }

  get total(): number {
    return this.payload.length;
  }

  /** Where the next part begins. */
  get offset(): number {
    return this.at;
  }

  /** Whether a part of it is on its way. */
  get isBegun(): boolean {
    return this.at > 0;
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
