import type { Clock } from "../spec/clock.js";
import { AgingBuffer } from "./aging-buffer.js";
import type { AnyBufferOptions } from "./buffer-options.js";
import type { OverflowEngine } from "./overflow-engine.js";
import { OverflowSubscriber } from "./overflow-subscriber.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * The buffer that `options` ask for, checked by `checkBufferOptions`: a plain ring, unless items expire or have weight.
 *
 * @param place the name of the operator or source, for messages
 * @param clock where the options name none
 */
export function openBuffer<T>(
  downstream: StageSubscriber<T>,
  place: string,
  options: AnyBufferOptions<T>,
  clock: Clock,
): OverflowEngine<T> {
  const { capacity, overflow, ttlMs, weigh } = options;
  if (weigh === undefined && ttlMs === undefined) {
    return new OverflowSubscriber(downstream, place, capacity as number, overflow, options);
  }
  return new AgingBuffer(downstream, place, options, options.clock ?? clock);
}
