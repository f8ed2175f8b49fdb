// How much there is to do, as one number: what a load shedder goes by. Any object of this shape is a signal.

/** Something that can be too much. */
export interface LoadSignal {
  /** For messages and snapshots: "the queue of the database". */
  readonly name: string;
  /**
   * How full: 0 nothing to do, 1 as much as is meant to be; may be more. A finite number >= 0. It is asked at every
   * request: it has to be cheap, and what is expensive to know is sampled now and then.
   */
  read(): number;
}
