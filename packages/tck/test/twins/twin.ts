// What a twin is: a subject that breaks one rule on purpose, proof that the check of that rule can fail. `entails` lists
// the rules that cannot but break with it; that no other may is asserted for each.

/** A wrong subject and the rules whose checks must see it. */
export interface Twin<S> {
  /** What it does, as a sentence that goes on from "a publisher that". */
  readonly name: string;
  readonly rule: string;
  readonly entails: readonly string[];
  readonly subject: S;
}
