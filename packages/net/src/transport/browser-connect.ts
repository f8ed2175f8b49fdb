// Opens the WebSocket of a browser. A page learns nothing of why that failed, neither the status nor a header: the
// error says what it may have been, in the order in which it usually is.

import { SluiceError, systemClock } from "@sluice/core";
import { browserTransport } from "./browser-transport.js";
import { SUBPROTOCOL } from "./transport.js";
import type { Transport } from "./transport.js";
import { checkUrl, DEFAULT_TIMEOUT_MS } from "./ws-checks.js";

/** What opening a WebSocket from a page can be told. A browser sends no headers: say who you are by `auth`. */
export interface BrowserConnectOptions {
  /** Milliseconds until the attempt is given up. Default 5,000 (protocol.md G, handshake). */
  readonly timeoutMs?: number;
  /** Gives the attempt up when aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a WebSocket to `url`, an address as `pageUrl` gives it, speaking `sluice.v1`.
 *
 * *Errors:* rejects with a `SluiceError` `CONNECT_FAILED` or `SUBPROTOCOL_MISMATCH`. *Cancel:* an aborted attempt
 * leaves no socket behind.
 */
export function browserConnect(
  url: string,
  options: BrowserConnectOptions = {},
  open: (url: string) => WebSocket = openSocket,
): Promise<Transport> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    let socket: WebSocket;
    try {
      socket = open(url);
    } catch (error) {
      reject(failure(url, error instanceof Error ? lower(error.message) : String(error), error));
      return;
    }
    const settle = (): void => {
      cancelTimer();
      signal?.removeEventListener("abort", abort);
      socket.onopen = null;
      socket.onclose = null;
    };
    const giveUp = (reason: unknown): void => {
      settle();
      reject(reason);
      // A socket that has not opened is dropped without another word.
      socket.close();
    };
    const abort = (): void => giveUp(signal?.reason);
    const cancelTimer = systemClock.schedule(timeoutMs, () =>
      giveUp(
        failure(url, `no answer within ${timeoutMs} ms; check host and port, or allow more with timeoutMs`),
      ),
    );
    signal?.addEventListener("abort", abort, { once: true });
    socket.onopen = () => {
      if (socket.protocol !== SUBPROTOCOL) {
        giveUp(mismatch(url, socket.protocol));
        return;
      }
      settle();
      resolve(browserTransport(socket));
    };
    socket.onclose = ({ code }: CloseEvent) => {
      settle();
      reject(failure(url, `${WHY} (code ${code})`));
    };
    socket.onerror = () => {};
  });
}

/** The whole address of what a page may write shorter: `"/feed"` is a path of its own server. Throws a `TypeError`. */
export function pageUrl(url: string): string {
  const base = (globalThis as { location?: { href: string } }).location?.href;
  if (base === undefined || !URL.canParse(url, base)) {
    checkUrl(url);
    return url;
  }
  const whole = new URL(url, base);
  if (whole.protocol === "http:") whole.protocol = "ws:";
  if (whole.protocol === "https:") whole.protocol = "wss:";
  checkUrl(whole.href);
  return whole.href;
}

function openSocket(url: string): WebSocket {
  if (typeof WebSocket === "function") return new WebSocket(url, SUBPROTOCOL);
  throw new Error('this runtime has no WebSocket; in Node use "@sluice/net/node"');
}

function failure(url: string, why: string, cause?: unknown): SluiceError {
  const options = cause === undefined ? {} : { cause };
  return new SluiceError("CONNECT_FAILED", `Cannot connect to ${url}: ${why}`, options);
}

function mismatch(url: string, got: string): SluiceError {
  const text = `the server speaks ${JSON.stringify(got)} and not "${SUBPROTOCOL}"; check that a Sluice server listens there`;
  return new SluiceError("SUBPROTOCOL_MISMATCH", `Cannot connect to ${url}: ${text}`);
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const WHY =
  "the browser does not say why; check that a Sluice server listens there, that its `origins` name this page, and that connect-src of the page's content security policy names the server";
