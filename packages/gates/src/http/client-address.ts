// Who asks: the address of the peer, or, when the peer is a proxy that one trusts, of whoever the proxy says it speaks
// for. The answer becomes the key of an account, so a client must not be able to choose it.
//
//   X-Forwarded-For: 6.6.6.6, 203.0.113.7, 10.0.0.2      peer 10.0.0.1
//                    written   the first    |              |
//                    by the    that is not <-- trusted <---+   read from here
//                    client    trusted: the client

import { describe } from "@sluice/core/kit";
import ipaddr from "ipaddr.js";
import { eachFromRight, forwardedFor } from "./forwarded.js";

/** Whose request it is. */
export interface EntranceClient {
  /** As far as it can be trusted; undefined: a peer without an address, such as a Unix socket. */
  readonly address: string | undefined;
  /** The default key: the address; of IPv6 its /64, which is what one subscriber is given. */
  readonly key: string | undefined;
  /** The peer is one of `trustedProxies`: what it wrote in other fields may be believed. */
  readonly isProxied: boolean;
}

/** What is told of proxies. */
export interface ProxyOptions {
  /**
   * The proxies in front of this server, as addresses, CIDRs, or `"unix"` for peers without an address. Default: none,
   * and nothing that a request says of its origin is believed.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /**
   * The field in which these proxies say whom they speak for: `forwarded` (RFC 7239), or one that lists addresses.
   * Only this one is read: a proxy passes on the others as the client wrote them. Default `x-forwarded-for`.
   */
  readonly proxyHeader?: string | undefined;
}

/** Finds the client behind a request. */
export class ClientFinder {
  private readonly field: string;
  private readonly ranges: readonly Range[];
  private readonly isUnixTrusted: boolean;

  constructor(place: string, { trustedProxies = [], proxyHeader = "x-forwarded-for" }: ProxyOptions) {
    if (!Array.isArray(trustedProxies)) {
      throw new TypeError(
        `Cannot make ${place} with trustedProxies ${describe(trustedProxies)}: it must be an array of addresses and CIDRs`,
      );
    }
    if (!isFieldName(proxyHeader)) {
      throw new TypeError(
        `Cannot make ${place} with proxyHeader ${describe(proxyHeader)}: it must be the name of a field, such as x-forwarded-for`,
      );
    }
    this.field = proxyHeader.toLowerCase();
    this.isUnixTrusted = trustedProxies.includes("unix");
    this.ranges = trustedProxies.filter((text) => text !== "unix").map((text) => rangeOf(place, text));
  }

  /** `header` is asked for the one field that proxies write, and only when the peer is one of them. */
  find(peer: string | undefined, header: (name: string) => string | undefined): EntranceClient {
    if (this.ranges.length === 0 && !this.isUnixTrusted) return peer === undefined ? UNKNOWN : clientOf(peer);
    let address = peer === undefined ? undefined : parse(peer);
    const isProxied = peer === undefined ? this.isUnixTrusted : this.isTrusted(address);
    if (isProxied) {
      let hops = 0;
      eachFromRight(header(this.field) ?? "", (element) => {
        hops += 1;
        const node = this.field === "forwarded" ? forwardedFor(element) : element;
        const said = node === undefined ? undefined : parse(node);
        // "unknown", or nothing one can read: the client is whoever said so.
        if (said === undefined) return "stop";
        address = said;
        return this.isTrusted(said) && hops < MOST_HOPS ? "go on" : "stop";
      });
    }
    return {
      address: address?.toString() ?? peer,
      key: address === undefined ? peer : keyOf(address),
      isProxied,
    };
  }

  private isTrusted(address: Address | undefined): boolean {
    if (address === undefined) return false;
    return this.ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
  }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

/** Nobody trusts anybody, which is most servers: an IPv4 peer is its own key, unread. */
function clientOf(peer: string): EntranceClient {
  const address = peer.includes(":") ? parse(peer) : undefined;
  if (address === undefined) return { address: peer, key: peer, isProxied: false };
  return { address: address.toString(), key: keyOf(address), isProxied: false };
}

/** An address as proxies write it: with a port or without, IPv6 in brackets or not; undefined: no address. */
function parse(node: string): Address | undefined {
  if (node.length > LONGEST_NODE) return undefined;
  const bare = node.startsWith("[") ? node.slice(1, node.indexOf("]")) : withoutPort(node);
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  if (!bare.includes(":") || !ipaddr.IPv6.isValid(bare)) return undefined;
  const address = ipaddr.IPv6.parse(bare);
  // A socket that listens on both families shows IPv4 as ::ffff:192.0.2.1; to a limit it is the same client.
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function withoutPort(node: string): string {
  const colon = node.indexOf(":");
  return colon > 0 && node.indexOf(":", colon + 1) < 0 ? node.slice(0, colon) : node;
}

function keyOf(address: Address): string {
  if (address.kind() === "ipv4") return address.toString();
  const [a = 0, b = 0, c = 0, d = 0] = (address as ipaddr.IPv6).parts;
  return `${a.toString(16)}:${b.toString(16)}:${c.toString(16)}:${d.toString(16)}::/64`;
}

function rangeOf(place: string, text: unknown): Range {
  const [address, bits, ...rest] = typeof text === "string" ? text.split("/") : [];
  const parsed = address === undefined || address.startsWith("[") ? undefined : parse(address);
  const width = parsed?.kind() === "ipv4" ? 32 : 128;
  const mapped = width === 32 && address?.includes(":") ? 96 : 0; // ::ffff:10.0.0.0/104 is 10.0.0.0/8
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) - mapped : -1;
  if (parsed === undefined || rest.length > 0 || length < 0 || length > width) {
    throw new TypeError(
      `Cannot make ${place} trust the proxy ${describe(text)}: it must be an address, a CIDR such as 10.0.0.0/8, or "unix"`,
    );
  }
  if (length === 0) {
    throw new RangeError(
      `Cannot make ${place} trust ${text}: then each client chooses its own key; name the proxies`,
    );
  }
  return [parsed, length];
}

const UNKNOWN: EntranceClient = { address: undefined, key: undefined, isProxied: false };

/** Whether it is a token (RFC 9110 §5.6.2). */
export function isFieldName(name: unknown): boolean {
  return typeof name === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** Proxies in a row; nobody has so many, and a request from inside must not make us read for ever. */
const MOST_HOPS = 32;

/** The longest IPv6 address with zone, brackets and port is shorter. */
const LONGEST_NODE = 96;
