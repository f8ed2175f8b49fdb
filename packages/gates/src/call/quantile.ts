// The value that a share of the last values does not exceed. Exact over a window: two arrays of fixed length, so that
// what it holds is bounded, and what was slow an hour ago is forgotten.

/** Learns a quantile from values. */
export interface Quantile {
  add(value: number): void;
  /** Undefined until enough values have come. */
  readonly value: number | undefined;
}

/** How much a quantile remembers. */
export interface QuantileOptions {
  /** Values that count, an integer from 1 to 100,000: the last ones. Default 256, which takes 4 KiB. */
  readonly window?: number | undefined;
  /** Values it wants before it says anything, an integer from 1 to `window`. Default 32, or `window` when that is less. */
  readonly minimum?: number | undefined;
}

/**
 * The `share` (> 0 and <= 1) quantile of the last values, by nearest rank.
 *
 * *Buffers:* `window` numbers, twice. *Errors:* a `RangeError` for options that cannot work, and for a value that is no
 * number.
 *
 * @example
 * ```ts
 * import { quantile } from "@sluice/gates";
 * const slow = quantile(0.9, { minimum: 10 });
 * for (let ms = 1; ms <= 10; ms += 1) slow.add(ms);
 * console.log(slow.value); // prints 9
 * ```
 */
export function quantile(share: number, options: QuantileOptions = {}): Quantile {
  const { window = 256 } = options;
  if (!(typeof share === "number" && share > 0 && share <= 1)) {
    throw new RangeError(`Cannot learn the quantile ${String(share)}: it must be a number > 0 and <= 1`);
  }
  checkLength("window", window, 100_000);
  return new WindowQuantile(
    share,
    window,
    checkLength("minimum", options.minimum ?? Math.min(32, window), window),
  );
}

class WindowQuantile implements Quantile {
  private readonly share: number;
  private readonly minimum: number;
  /** In the order of coming, from `oldest` on around. */
  private readonly values: Float64Array;
  private readonly sorted: Float64Array;
  private oldest = 0;
  private count = 0;

  constructor(share: number, window: number, minimum: number) {
    this.share = share;
    this.minimum = minimum;
    this.values = new Float64Array(window);
    this.sorted = new Float64Array(window);
  }

  get value(): number | undefined {
    if (this.count < this.minimum) return undefined;
    return this.sorted[Math.ceil(this.share * this.count - EPSILON) - 1];
  }

  add(value: number): void {
    if (!Number.isFinite(value)) {
      throw new RangeError(`Cannot learn from ${String(value)}: it must be a finite number`);
    }
    const { values, sorted } = this;
    if (this.count === values.length) {
      const gone = this.place(values[this.oldest] as number); // in bounds: the window is full
      sorted.copyWithin(gone, gone + 1, this.count);
      this.count -= 1;
    }
    const place = this.place(value);
    sorted.copyWithin(place + 1, place, this.count);
    sorted[place] = value;
    this.count += 1;
    values[this.oldest] = value;
    this.oldest = (this.oldest + 1) % values.length;
  }

  /** Where the first value stands that is not less. */
  private place(value: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** 0.1 x 30 is 3.0000000000000004 in a double, and its rank is 3. */
const EPSILON = 1e-9;

function checkLength(option: string, length: number, most: number): number {
  if (Number.isSafeInteger(length) && length >= 1 && length <= most) return length;
  throw new RangeError(
    `Cannot learn a quantile with a ${option} of ${String(length)}: it must be an integer from 1 to ${most}`,
  );
}
