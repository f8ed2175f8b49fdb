// Who may come in, and who may come back: the hook runs before anything is done for a client, at each connect.

import { SluiceError } from "@sluice/core";
import { type Authenticate, call, defineService, unchecked } from "@sluice/net";
import { simulate } from "@sluice/net/sim";
import { describe, expect, it } from "vitest";
import type { ResumeRequest } from "../../src/protocol/session/session-api.js";
import { SessionPeer } from "./session-peer.js";
import { simServer } from "./sim-service.js";

const service = defineService("vault", {
  whoami: call({ output: unchecked<string>() }),
  hang: call({}),
});

const handlers = {
  whoami: (_: undefined, { principal }: { principal: string }) => principal,
  hang: () => new Promise<never>(() => {}),
};

const text = new TextDecoder();

/** Lets in whoever says "key of NAME". */
const byKey: Authenticate = (auth) => {
  const [, name] = /^key of (\w+)$/.exec(text.decode(auth)) ?? [];
  if (name === undefined) throw new SluiceError("UNAUTHENTICATED", "the key is not known");
  return name;
};

describe("authenticate", () => {
  it("names the client to its handlers; without it everybody is nobody", async () => {
    await simulate({ seed: 1 }, async (sim) => {
      const server = simServer(sim, service, handlers, { authenticate: byKey });
      const anna = await server.connect({ auth: "key of anna" });
      const bert = await server.connect({ auth: () => new TextEncoder().encode("key of bert") });
      expect(await Promise.all([anna.whoami(), bert.whoami()])).toEqual(["anna", "bert"]);
      await Promise.all([anna.close(), bert.close()]);
    });
    await simulate({ seed: 1 }, async (sim) => {
      const server = simServer(sim, service, handlers);
      const client = await server.connect();
      expect(await client.whoami()).toBe("");
      await client.close();
    });
  });

  it("refuses by name, and the client does not ask again", async () => {
    await simulate({ seed: 2 }, async (sim) => {
      const server = simServer(sim, service, handlers, { authenticate: byKey });
      await expect(server.connect({ auth: "guess" })).rejects.toMatchObject({
        code: "UNAUTHENTICATED",
        message: expect.stringContaining("Cannot let this client in: the key is not known"),
      });
      await sim.sleep(60_000);
      expect(server.attempts.length).toBe(1);
      expect(server.host().snapshot().connections).toEqual([]);
    });
  });

  it("tells a stranger nothing of what it threw that was not meant for him", async () => {
    await simulate({ seed: 3 }, async (sim) => {
      const server = simServer(sim, service, handlers, {
        authenticate: () => Promise.reject(new Error("table users: password of root is 1234")),
      });
      const error = await server.connect().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "UNAUTHENTICATED" });
      expect(String(error)).not.toContain("1234");
    });
  });

  it.each(["FORBIDDEN", "OVERLOADED"])("may refuse as %s", async (code) => {
    await simulate({ seed: 4 }, async (sim) => {
      const authenticate = () => {
        throw new SluiceError(code, "not today");
      };
      const server = simServer(sim, service, handlers, { authenticate });
      await expect(server.connect()).rejects.toMatchObject({ code });
    });
  });

  it("may take its time: nothing is said or done meanwhile, then what was asked is answered", async () => {
    await simulate({ seed: 5 }, async (sim) => {
      const server = simServer(sim, service, handlers, {
        authenticate: async () => {
          await sim.sleep(2000);
          return "late";
        },
      });
      const client = await server.connect();
      expect(sim.now()).toBeGreaterThanOrEqual(2000);
      expect(await client.whoami()).toBe("late");
      await client.close();
    });
  });

  it("that answers for a client that has gone meanwhile leaves nothing behind", async () => {
    await simulate({ seed: 14 }, async (sim) => {
      const server = simServer(sim, service, handlers, {
        authenticate: async () => {
          await sim.sleep(1000);
          return "gone";
        },
      });
      const lost = server.connect({ reconnect: false }).catch(() => {});
      await sim.sleep(100);
      server.link.cut();
      await lost;
      await sim.sleep(5000);
      expect(server.host().snapshot()).toMatchObject({ connections: [], suspended: 0 });
      expect(server.host().store.figures().known).toBe(0);
    });
  });

  it("that does not answer within handshakeMs is a refusal", async () => {
    await simulate({ seed: 6 }, async (sim) => {
      const server = simServer(sim, service, handlers, {
        authenticate: () => new Promise<string>(() => {}),
        limits: { handshakeMs: 1000 },
      });
      await expect(server.connect()).rejects.toMatchObject({ code: "HANDSHAKE_TIMEOUT" });
      expect(sim.now()).toBeLessThan(1100);
    });
  });

  it("that gives no string lets nobody in", async () => {
    await simulate({ seed: 7 }, async (sim) => {
      const authenticate = (() => 42) as unknown as Authenticate;
      const server = simServer(sim, service, handlers, { authenticate });
      await expect(server.connect()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    });
  });

  it("is asked again at each resume, with what `auth` gives then, and a refusal ends the client", async () => {
    await simulate({ seed: 8 }, async (sim) => {
      const asked: string[] = [];
      let isGood = true;
      const authenticate: Authenticate = (auth) => {
        asked.push(text.decode(auth));
        if (!isGood) throw new SluiceError("UNAUTHENTICATED", "the key has been taken back");
        return "anna";
      };
      const server = simServer(sim, service, handlers, { authenticate });
      let n = 0;
      const auth = async (): Promise<string> => {
        n += 1;
        return `key ${n}`;
      };
      const client = await server.connect({ auth });
      const hanging = client.hang().catch((error: unknown) => error);
      await sim.sleep(10);
      server.link.cut();
      expect(await client.whoami()).toBe("anna");
      expect(asked).toEqual(["key 1", "key 2"]);
      isGood = false;
      server.link.cut();
      expect((await client.closed)?.code).toBe("UNAUTHENTICATED");
      expect(await hanging).toMatchObject({ notStarted: false });
      expect(asked.length).toBe(3);
    });
  });

  it.each([
    ["4,097 bytes", new Uint8Array(4097), "Cannot authenticate with 4097 bytes: at most 4096 fit"],
    ["a number", 5 as unknown as string, "Cannot authenticate with 5: auth must be text or a Uint8Array"],
  ])("cannot be asked with %s", async (_name, auth, message) => {
    await simulate({ seed: 9 }, async (sim) => {
      const server = simServer(sim, service, handlers);
      await expect((async () => server.connect({ auth }))()).rejects.toThrow(message);
    });
  });
});

describe("H20 resume theft and replay", () => {
  /** A session that a client has lost, and what would resume it. */
  async function stolen(sim: Parameters<Parameters<typeof simulate>[1]>[0]) {
    const server = simServer(sim, service, handlers, { authenticate: byKey });
    const open = async (auth: string, resume?: ResumeRequest): Promise<SessionPeer> => {
      const transport = await server.link.connect();
      const peer = new SessionPeer(
        transport,
        {
          role: "client",
          codecs: ["msgpack"],
          auth: new TextEncoder().encode(auth),
          ...(resume === undefined ? {} : { resume }),
        },
        () => sim.now(),
      );
      await sim.sleep(50);
      return peer;
    };
    const victim = await open("key of anna");
    const request = victim.session.resumption() as ResumeRequest;
    return { server, open, victim, request };
  }

  it("a token of somebody else opens nothing, and he keeps his session", async () => {
    await simulate({ seed: 10 }, async (sim) => {
      const { open, request, victim } = await stolen(sim);
      const thief = await open("key of bert", request);
      expect(thief.of("resumeRefused")).toMatchObject([{ reason: "unknown" }]);
      expect(thief.of("ready").length).toBe(1);
      expect(victim.of("closed")).toEqual([]);
    });
  });

  it("a token is good for one resume: the next one needs the next", async () => {
    await simulate({ seed: 11 }, async (sim) => {
      const { open, request, victim } = await stolen(sim);
      const next = await open("key of anna", request);
      expect(next.of("resume").length).toBe(1);
      // The client goes on in the new epoch, so the old token is worth nothing any more.
      const went = victim.session.resume(next.of("resume")[0]?.request as ResumeRequest, { now: sim.now() });
      expect(went).toBe("resumed");
      next.adopt(victim.session);
      await sim.sleep(50);
      const again = await open("key of anna", request);
      expect(again.of("resumeRefused").length).toBe(1);
      expect(victim.of("closed")).toEqual([]);
    });
  });

  it.each([
    ["guessed", 0],
    ["with another verifier", 20],
  ])("a token that is %s opens nothing", async (_name, byte) => {
    await simulate({ seed: 12 }, async (sim) => {
      const { open, request, victim } = await stolen(sim);
      const token = request.token.slice();
      token[byte] = (token[byte] as number) ^ 1;
      const guess = await open("key of anna", { ...request, token });
      expect(guess.of("resumeRefused").length).toBe(1);
      expect(victim.of("closed")).toEqual([]);
    });
  });

  it("tokens have 256 random bits, and no two are alike", async () => {
    await simulate({ seed: 13 }, async (sim) => {
      const { open, request } = await stolen(sim);
      const others = await Promise.all([1, 2, 3].map(() => open("key of anna")));
      const tokens = [request, ...others.map((peer) => peer.session.resumption() as ResumeRequest)];
      for (const { token } of tokens) expect(token.length).toBe(32);
      expect(new Set(tokens.map(({ token }) => token.join())).size).toBe(4);
    });
  });
});
