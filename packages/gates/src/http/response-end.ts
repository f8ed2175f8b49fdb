// When the answer of a Node server is over: sent to the end, or its client has gone. Written against the few members
// that it needs, so that it serves node:http and node:http2, and imports nothing of Node.
//
//   open --finish: all was handed to the system---------------> success, or failure by its status
//     +----close before that: the client has gone-------------> ignored; failure if the server broke it off

import { type HeldPermit, outcomeOf } from "./held-permit.js";

/** What is used of a `ServerResponse`. */
export interface NodeResponse {
  statusCode: number;
  readonly destroyed?: boolean | undefined;
  /** Of HTTP/2 only, which tells finish also of what was broken off. */
  readonly stream?: { readonly destroyed: boolean; readonly aborted: boolean } | undefined;
  readonly errored?: Error | null | undefined;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
  once(event: "finish" | "close", listener: () => void): unknown;
}

/** Gives the permit back when the answer is over. `"gone"`: it is already, as the client left, and so is the permit. */
export function holdUntilEnd(response: NodeResponse, held: HeldPermit): "open" | "gone" {
  if (hasGone(response)) {
    held.release("ignored"); // close will not be told again
    return "gone";
  }
  response.once("finish", () => {
    if (response.stream?.aborted !== true) held.release(outcomeOf(response.statusCode));
  });
  response.once("close", () => held.release(response.errored == null ? "ignored" : "failure"));
  return "open";
}

/** Fires when the client goes. */
export function goneSignal(response: NodeResponse): AbortSignal {
  const controller = new AbortController();
  if (hasGone(response)) controller.abort();
  else response.once("close", () => controller.abort());
  return controller.signal;
}

/** Whether nobody is left to answer to. */
export function hasGone(response: NodeResponse): boolean {
  return response.destroyed === true || response.stream?.destroyed === true;
}
