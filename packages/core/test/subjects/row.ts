// What a row of the table is.

import type { OperatorSubject, PublisherSubject, SubscriberSubject } from "@sluice/tck";
import type { Operator } from "../../src/flow/flow.js";

/** One way to use one file: a source, an operator (with what differs from a plain one), or the end of a pipe. */
export type Row =
  | { readonly file: string; readonly name: string; readonly source: PublisherSubject }
  | { readonly file: string; readonly name: string; readonly operator: OperatorRow }
  | { readonly file: string; readonly name: string; readonly sink: SubscriberSubject<number> };

/** An operator over numbers. */
export interface OperatorRow extends Omit<OperatorSubject<number, unknown>, "apply" | "item"> {
  readonly apply: Operator<number, unknown>;
  /**
   * What `apply` was configured with, defaults filled in: what the formulas of its contract are given. Only where the
   * flow does not say so itself, because the operator is a composition of others.
   */
  readonly settings?: object;
  /** Configured so that an error of upstream comes through, where the contract says that it is replaced. */
  readonly passesErrorOn?: true;
}

/** Most sources under test count from 0. */
export const item = (index: number): number => index;
export const failure = new Error("the source failed");
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
