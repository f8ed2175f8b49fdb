// The contract between the pages, the workers and the servers of these tests.

import { call, channel, defineService, stream, unchecked } from "@sluice/net";

export const wares = defineService("wares", {
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>(), restartable: true }),
  objects: stream({ input: unchecked<number>(), output: unchecked<{ id: number; name: string }>() }),
  chunks: stream({ input: unchecked<Uint8Array>(), output: unchecked<Uint8Array>(), codec: "raw" }),
  doubled: channel({ input: unchecked<number>(), output: unchecked<number>() }),
  produced: call({ output: unchecked<number>() }),
  whoAmI: call({ output: unchecked<string>() }),
  cut: call({}),
});
