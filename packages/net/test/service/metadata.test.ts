// Names and values beside the input, from client to handler.

import { call, channel, defineService, push, stream, unchecked } from "@sluice/net";
import { describe, expect, it } from "vitest";
import { bothWays } from "./both-ways.js";

type Said = Record<string, string>;
const service = defineService("s", {
  one: call({ output: unchecked<Said>() }),
  many: stream({ output: unchecked<Said>() }),
  talk: channel({ input: unchecked<number>(), output: unchecked<Said>() }),
  told: push(),
});

for (const { name, open } of bothWays) {
  describe(`metadata over ${name}`, () => {
    const handlers = (said: Said[] = []) => ({
      one: (_: undefined, { metadata }: { metadata: Said }) => ({ ...metadata }),
      many: (_: undefined, { metadata }: { metadata: Said }) => [{ ...metadata }],
      talk: (_: unknown, { metadata }: { metadata: Said }) => [{ ...metadata }],
      told: (_: undefined, { metadata }: { metadata: Said }) => {
        said.push({ ...metadata });
      },
    });

    it("reach the handler in all four interactions", async () => {
      const said: Said[] = [];
      const { client } = await open(service, handlers(said));
      const metadata = { trace: "00-7f", größe: "ü", "": "" };
      expect(await client.one(undefined, { metadata })).toEqual(metadata);
      expect(await client.many(undefined, { metadata }).toArray()).toEqual([metadata]);
      expect(await client.talk([], { metadata }).toArray()).toEqual([metadata]);
      await client.told(undefined, { metadata });
      expect(said).toEqual([metadata]);
      expect(await client.one()).toEqual({});
    });

    it("are refused beyond what the server takes, with both numbers, and nothing else is hurt", async () => {
      const { client } = await open(service, handlers(), { limits: { metadataBytes: 2_000 } });
      const fits = { a: "x".repeat(1_990) };
      expect(await client.one(undefined, { metadata: fits })).toEqual(fits);
      const beyond = { a: "x".repeat(2_000) };
      const refused = {
        code: "METADATA_TOO_LARGE",
        message:
          "Cannot ask for s.one with 2005 bytes of metadata: the server takes at most 2000; say less, or raise limits.metadataBytes there",
      };
      await expect(client.one(undefined, { metadata: beyond })).rejects.toMatchObject(refused);
      await expect(client.talk([1], { metadata: beyond }).toArray()).rejects.toMatchObject({
        code: "METADATA_TOO_LARGE",
      });
      expect(await client.one()).toEqual({});
    });

    it("are refused at the call when they are no texts", async () => {
      const { client } = await open(service, handlers());
      const metadata = { retries: 3 } as unknown as Said;
      expect(() => client.one(undefined, { metadata })).toThrow(
        'Cannot ask for s.one with the metadata "retries" of type number',
      );
    });
  });
}
