// Conversations between two sessions that keep to the rules, with whatever their services may do: the messages that
// one side sent, for the fuzz to change a little.

import { Session } from "../../src/protocol/session/session.js";
import type { Role } from "../../src/protocol/session/session-api.js";
import { LocalSide } from "./local-side.js";
import { Random } from "./random.js";
import { SETTINGS } from "./settings.js";

/** What both sides of one conversation sent, HELLO first. */
export interface Recording {
  readonly settings: number;
  readonly client: readonly Uint8Array[];
  readonly server: readonly Uint8Array[];
}

/** A conversation of so many rounds; `settings` are those of both sides. */
export function record(seed: number, rounds: number, settings: number): Recording {
  const random = new Random(seed);
  const given = SETTINGS[settings] ?? {};
  const side = (role: Role): LocalSide =>
    new LocalSide(
      new Session({ role, codecs: ["msgpack", "raw"], settings: given[role] ?? {} }, 0),
      role,
      random,
    );
  const client = side("client");
  const server = side("server");
  const sent = { client: [] as Uint8Array[], server: [] as Uint8Array[] };
  let now = 0;
  const move = (from: LocalSide, to: LocalSide, messages: Uint8Array[]): void => {
    for (let i = 0; i < 8; i += 1) {
      const message = from.session.transmit(now, from.turn);
      if (message === undefined) return;
      messages.push(message);
      to.session.receive(message, now);
      listen(to);
    }
  };
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) for (const one of [client, server]) if (!one.isClosed) one.act();
    move(client, server, sent.client);
    move(server, client, sent.server);
    now += random.int(50);
    for (const one of [client, server]) {
      one.session.tick(now);
      listen(one);
    }
  }
  return { settings, ...sent };
}

/** Hands what the session reports to its side. */
export function listen(side: LocalSide): number {
  let events = 0;
  for (let event = side.session.nextEvent(); event !== undefined; event = side.session.nextEvent()) {
    side.react(event);
    events += 1;
  }
  return events;
}
