// Makes a failing input small: messages, then frames, then bytes at the end are left out for as long as it still fails.

import type { FuzzInput } from "./fuzz-input.js";
import { framesOf, messageOf } from "./mutate.js";

/** The smallest input found that still `fails`. */
export function shrink(input: FuzzInput, fails: (smaller: FuzzInput) => boolean): FuzzInput {
  let messages = input.messages;
  const tried = (candidate: readonly Uint8Array[]): boolean => {
    if (!fails({ ...input, messages: candidate })) return false;
    messages = candidate;
    return true;
  };
  for (let again = true; again; ) {
    again = false;
    for (let i = messages.length - 1; i >= 0; i -= 1) {
      if (tried(messages.toSpliced(i, 1))) again = true;
    }
    for (let i = messages.length - 1; i >= 0; i -= 1) {
      const frames = framesOf(messages[i] as Uint8Array);
      for (let n = frames.length - 1; n >= 0; n -= 1) {
        const message = messageOf(frames.toSpliced(n, 1));
        if (message === undefined || !tried(messages.with(i, message))) continue;
        frames.splice(n, 1);
        again = true;
      }
    }
  }
  return { ...input, messages };
}
