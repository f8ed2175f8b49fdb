// Errors that callers tell apart. Wrong arguments are the built-in TypeError and RangeError, thrown at the
// call; what happens to a stream is a SluiceError with a code.

/**
 * A condition that a caller may want to catch, told by `code`.
 *
 * @example
 * ```ts
 * import { SluiceError } from "@sluice/core";
 * const error = new SluiceError("NO_SPACE", "Cannot store the item: the disk is full");
 * console.log(error.code, error instanceof Error); // prints NO_SPACE true
 * ```
 */
export class SluiceError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/**
 * Somebody broke a rule of Reactive Streams: `rule` is its number, such as `"§1.1"`, `culprit` who it was.
 *
 * @example
 * ```ts
 * import { fromPublisher, type Publisher } from "@sluice/core";
 * const broken: Publisher<number> = {
 *   subscribe(subscriber) {
 *     subscriber.onSubscribe({ request: () => {}, cancel: () => {} });
 *     subscriber.onNext(1);
 *     subscriber.onNext(2);
 *   },
 * };
 * const reader = fromPublisher(broken).values({ prefetch: 1 });
 * console.log((await reader.next()).value); // prints 1
 * await reader.next().catch((error) => console.log(error.rule)); // prints §1.1
 * ```
 */
export class RuleViolationError extends SluiceError {
  readonly rule: string;
  readonly culprit: string;

  constructor(rule: string, culprit: string, message: string) {
    super("RULE_VIOLATION", `${message} (${rule})`);
    this.rule = rule;
    this.culprit = culprit;
  }
}

/**
 * A bounded place was full and the chosen policy was to fail. `capacity` counts items.
 *
 * @example
 * ```ts
 * import { onBackpressureError, OverflowError, range } from "@sluice/core";
 * const strict = range(1, 9).pipe(onBackpressureError()).values({ prefetch: 1 });
 * await strict.next();
 * await strict.next().catch((error) => console.log(error instanceof OverflowError, error.capacity)); // prints true 0
 * ```
 */
export class OverflowError extends SluiceError {
  readonly capacity: number;

  constructor(message: string, capacity: number) {
    super("OVERFLOW", message);
    this.capacity = capacity;
  }
}

/**
 * Something did not happen in time. `afterMs` is the time that was allowed.
 *
 * @example
 * ```ts
 * import { TimeoutError } from "@sluice/core";
 * const error = new TimeoutError("Cannot wait longer than 50 ms for the first item", 50);
 * console.log(error.code, error.afterMs); // prints TIMEOUT 50
 * ```
 */
export class TimeoutError extends SluiceError {
  readonly afterMs: number;

  constructor(message: string, afterMs: number) {
    super("TIMEOUT", message);
    this.afterMs = afterMs;
  }
}
