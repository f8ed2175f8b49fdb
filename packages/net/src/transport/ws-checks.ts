// What is asked of an address, a time and a limit before anything is opened: the same in every runtime.

import { MAX_MESSAGE_BYTES } from "./transport.js";

/** Throws a `RangeError` for a time that no timer can count. */
export function checkTimeout({ timeoutMs = DEFAULT_TIMEOUT_MS }: { readonly timeoutMs?: number }): void {
  if (timeoutMs > 0 && timeoutMs < 2 ** 31) return;
  throw new RangeError(`Cannot connect within ${timeoutMs} ms: timeoutMs must be > 0 and below 2^31`);
}

/** Throws a `TypeError` for what is no address of a WebSocket. */
export function checkUrl(url: string): void {
  const wanted = `Cannot connect to ${JSON.stringify(url)}: the address must look like "ws://127.0.0.1:8080"`;
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new TypeError(`${wanted} (no URL)`);
  }
  if (parsed.protocol !== "ws:" && parsed.protocol !== "wss:") {
    throw new TypeError(`${wanted} or "wss://host"; its scheme is "${parsed.protocol}"`);
  }
}

/** Throws a `RangeError` for messages larger than a WebSocket of ours takes: it would be cut off by them. */
export function checkMessageBytes(limits: { readonly messageBytes?: number } | undefined): void {
  const { messageBytes } = limits ?? {};
  if (messageBytes === undefined || messageBytes <= MAX_MESSAGE_BYTES) return;
  throw new RangeError(
    `Cannot take messages of ${messageBytes} bytes over WebSocket: messageBytes is at most ${MAX_MESSAGE_BYTES}`,
  );
}

/** In ms, as the limit on the handshake: protocol.md G. */
export const DEFAULT_TIMEOUT_MS = 5000;
