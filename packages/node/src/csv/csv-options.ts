// What both directions have in common: the words of csv-parse and csv-stringify, in the spelling of this house.

/** How fields and records are told apart. */
export interface CsvDialect {
  /** Between fields; default `","`. */
  readonly delimiter?: string | undefined;
  /** Around a field that has a delimiter, a quote or the end of a line in it; default `"\""`. */
  readonly quote?: string | undefined;
  /** Before a quote within quotes; default `"\""`. */
  readonly escape?: string | undefined;
}
