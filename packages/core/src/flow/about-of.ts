// What any flow says of itself, whichever way it was made.

import type { FlowAbout } from "./about.js";
import type { ConnectedFlow } from "./connected-flow.js";
import type { Flow } from "./flow.js";
import { IndexedFlow } from "./indexed-flow.js";
import { StageFlow } from "./stage-flow.js";

/** A flow's account of itself, complete. */
export interface WholeAbout extends FlowAbout {
  readonly settings: object;
  readonly upstreams: readonly Flow<unknown>[];
}

/** `undefined` for a flow whose author says nothing of it. */
export function aboutOf(flow: object): WholeAbout | undefined {
  if (flow instanceof StageFlow) {
    return { name: flow.stage.name, settings: { count: flow.stage.state }, upstreams: [flow.upstream] };
  }
  if (flow instanceof IndexedFlow) {
    return { name: flow.items === undefined ? "range" : "fromIterable", settings: {}, upstreams: [] };
  }
  const { about, upstreams } = flow as Partial<ConnectedFlow<unknown>>;
  if (about === undefined) return undefined;
  return { name: about.name, settings: about.settings ?? {}, upstreams: upstreams ?? [] };
}
