import type { Contract } from "../spec/contract.js";

export const prefetchContract: Contract<{
  readonly size: number;
  readonly auto: boolean;
  readonly bytes?: number;
}> = {
  name: "prefetch",
  does: "asks ahead of demand, and sends on in a later turn",
  demand: {
    says: "`size` at once, then as many again when three quarters have been sent on; `auto`: up to `max`; `bytes`: 1 at first, up to `items` that fit",
    asked: ({ emitted }, { size, auto, bytes }) => {
      const least = bytes !== undefined ? 1 : auto ? Math.min(16, size) : size;
      return {
        atLeast: emitted + least - Math.max(1, Math.floor(least * 0.75)) + 1,
        atMost: emitted + size,
      };
    },
  },
  holds: {
    says: "`size` items; `auto`: `max`; `bytes`: `items`, of so much weight",
    atMost: ({ size }) => size,
  },
  errors: { says: "passed on after the items before it", upstreamFails: "after what is held" },
  cancel: { says: "upstream; what is held is dropped" },
};
