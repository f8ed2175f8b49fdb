// What the server of server-process.ts serves: something quick, something slow to stop, something without end.

import { call, defineService, stream, unchecked } from "@sluice/net";

export const service = defineService("hostile", {
  echo: call({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
  slow: call({ output: unchecked<number>() }),
  endless: stream({ output: unchecked<string>() }),
});
