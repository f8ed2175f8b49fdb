// What a thread serves that runs a step: a channel, items in and as many results out, in their order. There is one for
// each codec, so that the thread need not be told which one it is.

import {
  type ChannelRoute,
  channel,
  type CodecName,
  defineService,
  type Service,
  unchecked,
} from "@sluice/net";

type StepRoute = ChannelRoute<unknown, unknown, unknown>;

/** Both sides are of one process: nothing is checked. */
export const stepService: Service<Readonly<Record<CodecName, StepRoute>>> = defineService("step", {
  msgpack: route("msgpack"),
  columnar: route("columnar"),
  json: route("json"),
  raw: route("raw"),
});

function route(codec: CodecName): StepRoute {
  return channel({ input: unchecked<unknown>(), output: unchecked<unknown>(), codec });
}
