// Which web pages may connect. A browser lets every page open a WebSocket to everywhere and sends its cookies along; the
// server alone can refuse (protocol.md H24). Programs send no Origin and are not concerned.

import type { WsRequest } from "./upgrade-request.js";

/** Origins by name (`"https://example.org"`), or a function that says `true` for one that may connect. */
export type Origins = readonly string[] | ((origin: string, request: WsRequest) => boolean);

/** Throws a `TypeError` for an entry that no Origin header can ever equal. */
export function checkOrigins(origins: Origins | undefined): void {
  if (origins === undefined || typeof origins === "function") return;
  if (!Array.isArray(origins)) {
    throw new TypeError(`Cannot allow the origins ${String(origins)}: they are a list, or a function`);
  }
  for (const origin of origins as readonly unknown[]) {
    if (typeof origin === "string" && isOrigin(origin)) continue;
    throw new TypeError(
      `Cannot allow the origin ${JSON.stringify(origin)}: it must be scheme, host and port as a browser sends them, such as "https://example.org"; give a function for anything else`,
    );
  }
}

/**
 * Whether a page of `origin` may connect to `host`, the one that the client asked for. Without `origins` only pages of
 * that very host may.
 */
export function isAllowed(
  origin: string,
  host: string | undefined,
  origins: Origins | undefined,
  request: WsRequest,
): boolean {
  // Only `true`: a promise, which is what an async function would answer, lets nobody in by mistake.
  if (typeof origins === "function") return origins(origin, request) === true;
  if (origins !== undefined) return origins.includes(origin);
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** "null" is what pages without an origin send, such as files and sandboxed frames. */
function isOrigin(text: string): boolean {
  if (text === "null") return true;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#\s*]+$/.test(text)) return false;
  // Schemes that are not the web's (a browser extension, an app) have no origin of their own for URL.
  return !/^https?:/.test(text) || new URL(text).origin === text;
}
