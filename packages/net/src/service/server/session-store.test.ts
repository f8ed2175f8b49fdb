import { describe, expect, it } from "vitest";
import { defaultRuntime } from "../connection/runtime.js";
import { SessionStore, type StoredSession } from "./session-store.js";

class Kept implements StoredSession {
  readonly principal: string;
  readonly held: number;
  evicted: string | undefined;

  constructor(held = 0, principal = "") {
    this.held = held;
    this.principal = principal;
  }

  replayBytes(): number {
    return this.held;
  }

  evict(why: string): void {
    this.evicted = why;
  }
}

function filled(limits: { sessions: number; bytes: number }, ...held: number[]) {
  const store = new SessionStore<Kept>(defaultRuntime, limits);
  const sessions = held.map((bytes) => new Kept(bytes));
  const tokens = sessions.map((session) => {
    const token = store.newToken();
    store.put(session, token);
    return token;
  });
  return { store, sessions, tokens };
}

describe("SessionStore", () => {
  it("finds a session by its token and its principal, and by nothing else", () => {
    const store = new SessionStore<Kept>(defaultRuntime, { sessions: 1, bytes: 1 });
    const session = new Kept(0, "anna");
    const token = store.newToken();
    store.put(session, token);
    expect(store.find(token, "anna")).toBe(session);
    expect(store.find(token, "bert")).toBeUndefined();
    expect(store.find(store.newToken(), "anna")).toBeUndefined();
    expect(store.find(new Uint8Array(0), "anna")).toBeUndefined();
  });

  it("finds it by its next token and the one used last: however often the answer is lost", () => {
    const { store, sessions, tokens } = filled({ sessions: 1, bytes: 1 }, 0);
    const [session] = sessions as [Kept];
    const [first] = tokens as [Uint8Array];
    const [second, third, fourth] = [store.newToken(), store.newToken(), store.newToken()];
    // Two answers are lost in a row: each time the client can only ask with the first.
    store.put(session, second, first);
    expect([first, second].map((token) => store.find(token, ""))).toEqual([session, session]);
    store.put(session, third, first);
    expect([first, third].map((token) => store.find(token, ""))).toEqual([session, session]);
    expect(store.find(second, "")).toBeUndefined();
    // Then it has heard.
    store.put(session, fourth, third);
    expect([third, fourth].map((token) => store.find(token, ""))).toEqual([session, session]);
    expect(store.find(first, "")).toBeUndefined();
  });

  it("loses the one that has waited longest when too many wait", () => {
    const { store, sessions, tokens } = filled({ sessions: 2, bytes: 100 }, 1, 1, 1);
    for (const session of sessions) store.suspend(session);
    expect(sessions.map(({ evicted }) => evicted !== undefined)).toEqual([true, false, false]);
    expect(store.find(tokens[0] as Uint8Array, "")).toBeUndefined();
    expect(store.figures()).toMatchObject({ sessions: 2, bytes: 2 });
  });

  it("loses as many as hold too many bytes", () => {
    const { store, sessions } = filled({ sessions: 10, bytes: 100 }, 40, 50, 60);
    for (const session of sessions) store.suspend(session);
    expect(sessions.map(({ evicted }) => evicted !== undefined)).toEqual([true, true, false]);
    expect(store.figures()).toMatchObject({ sessions: 1, bytes: 60 });
  });

  it("loses even the only one when it holds too many", () => {
    const { store, sessions } = filled({ sessions: 10, bytes: 100 }, 101);
    store.suspend(sessions[0] as Kept);
    expect(sessions[0]?.evicted).toMatch(/^more than 10 sessions or 100 bytes waited/);
    expect(store.figures()).toMatchObject({ sessions: 0, bytes: 0 });
  });

  it("counts only those that wait, and puts who comes back and goes again behind the others", () => {
    const { store, sessions } = filled({ sessions: 2, bytes: 100 }, 1, 2, 4);
    const [first, second, third] = sessions as [Kept, Kept, Kept];
    store.suspend(first);
    store.suspend(first);
    store.suspend(second);
    store.resume(first);
    expect(store.figures()).toMatchObject({ sessions: 1, bytes: 2 });
    store.suspend(first);
    store.suspend(third);
    expect(second.evicted).toBeDefined();
    expect(first.evicted).toBeUndefined();
  });

  it("forgets a session that is over, with all its tokens", () => {
    const { store, sessions, tokens } = filled({ sessions: 2, bytes: 100 }, 7);
    store.suspend(sessions[0] as Kept);
    store.remove(sessions[0] as Kept);
    store.remove(sessions[0] as Kept);
    expect(store.find(tokens[0] as Uint8Array, "")).toBeUndefined();
    expect(store.figures()).toEqual({ sessions: 0, bytes: 0, known: 0 });
    store.suspend(sessions[0] as Kept);
    expect(store.figures()).toMatchObject({ sessions: 0, bytes: 0 });
  });
});
