// Errors that callers tell apart. Wrong arguments are the built-in TypeError and RangeError, thrown at the
// call; what happens to a stream is a SluiceError with a code.

/** A condition that a caller may want to catch, told by `code`. */
export class SluiceError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Somebody broke a rule of Reactive Streams: `rule` is its number, such as `"§1.1"`, `culprit` who it was. */
export class RuleViolationError extends SluiceError {
  readonly rule: string;
  readonly culprit: string;

  constructor(rule: string, culprit: string, message: string) {
    super("RULE_VIOLATION", `${message} (${rule})`);
    this.rule = rule;
    this.culprit = culprit;
  }
}

/** A bounded place was full and the chosen policy was to fail. `capacity` counts items. */
export class OverflowError extends SluiceError {
  readonly capacity: number;

  constructor(message: string, capacity: number) {
    super("OVERFLOW", message);
    this.capacity = capacity;
  }
}

/** Something did not happen in time. `afterMs` is the time that was allowed. */
export class TimeoutError extends SluiceError {
  readonly afterMs: number;

  constructor(message: string, afterMs: number) {
    super("TIMEOUT", message);
    this.afterMs = afterMs;
  }
}
