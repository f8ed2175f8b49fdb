import type { Contract } from "../spec/contract.js";

export const windowContract: Contract<{ readonly prefetch: number }> = {
  name: "window",
  does: "parts a stream into streams of `size` items",
  demand: {
    says: "`prefetch`, then as many as readers took whenever three quarters are free",
    asked: ({ received }, { prefetch }) => ({
      atLeast: Math.max(prefetch, received),
      atMost: prefetch + received,
    }),
  },
  holds: { says: "`prefetch` items in all windows", atMost: ({ prefetch }) => prefetch },
  errors: {
    says: "to the outer stream at once, to a window after what it holds; fails when a window that nobody reads stalls others",
    upstreamFails: "at once",
  },
  cancel: {
    says: "of a window: what it holds; of the outer stream: upstream, when the windows that are read are over",
  },
};
