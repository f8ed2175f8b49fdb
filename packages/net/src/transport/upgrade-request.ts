// What is known of a client before there is a socket: its upgrade request, seen through the proxies that are trusted.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** The upgrade request of a socket. */
export interface WsRequest {
  readonly origin: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Network address of the client, as far as `trustProxy` can tell; IPv4 in its own form, also on a socket of IPv6. */
  readonly address: string | undefined;
  /** Path and query as they were asked for. */
  readonly url: string;
  /** What `authorizeUpgrade` said. */
  readonly authorized?: unknown;
}

/** Reads the request; of `X-Forwarded-For` only what `trustProxy` proxies of our own have written. */
export function readRequest(request: IncomingMessage, trustProxy: number): WsRequest {
  const { headers, url = "/" } = request;
  return { origin: headers.origin, headers, address: addressOf(request, trustProxy), url };
}

/** The host that the client asked for: a trusted proxy may have put its own into `Host` and this into another header. */
export function hostOf(request: IncomingMessage, trustProxy: number): string | undefined {
  const forwarded = trustProxy > 0 ? entries(request.headers["x-forwarded-host"]).at(-1) : undefined;
  return forwarded ?? request.headers.host;
}

/** Path without query; the slash at its end makes no difference. */
export function pathOf(url: string): string {
  // A proxy may ask in the absolute form (RFC 9112 §3.2.2).
  const target = /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url).pathname : url;
  const path = target.split(/[?#]/, 1)[0] as string;
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** Throws a `RangeError` for what is no number of proxies. */
export function checkTrustProxy(trustProxy: number): void {
  if (Number.isSafeInteger(trustProxy) && trustProxy >= 0) return;
  throw new RangeError(
    `Cannot trust ${String(trustProxy)} proxies: trustProxy is how many of yours stand before this server, an integer >= 0; default 0`,
  );
}

// Each proxy appends whom it was asked by: with one of ours the last entry is the client, with two the last but one.
// What stands further left anybody can have written.
function addressOf(request: IncomingMessage, trustProxy: number): string | undefined {
  const direct = plain(request.socket.remoteAddress ?? "");
  if (trustProxy === 0) return direct;
  const chain = entries(request.headers["x-forwarded-for"]);
  return plain(chain.at(-trustProxy) ?? chain[0] ?? "") ?? direct;
}

function entries(header: string | string[] | undefined): readonly string[] {
  return String(header ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** Without port, brackets and the IPv6 clothes of an IPv4 address; undefined for what is no address. */
function plain(text: string): string | undefined {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(address) === 0 ? undefined : address;
}
