import { PassThrough } from "node:stream";
import type { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { recordedPass } from "../../../test/recorded-pass.js";
import { canBeLive, liveScreen } from "./live-screen.js";

/** A terminal that keeps what is written to it. */
function terminal(columns: number, rows: number): { stream: WriteStream; written: () => string } {
  const chunks: string[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  Object.assign(stream, { isTTY: true, columns, rows, hasColors: () => false });
  return { stream: stream as unknown as WriteStream, written: () => chunks.join("") };
}

const state = {
  credit: recordedPass({ pass: "credit" }),
  plain: null,
  bothPasses: true,
  window: 256,
  chartSeconds: 12,
};

describe("liveScreen", () => {
  it("leaves the last picture standing when it is closed", () => {
    const { stream, written } = terminal(80, 24);
    const view = liveScreen(stream);
    view.update(state);
    const shown = written().length;
    view.close();
    expect(written()).toContain("With credit");
    expect(written().slice(shown)).not.toMatch(ERASE);
  });

  it("draws over the last picture instead of below it", () => {
    const { stream, written } = terminal(80, 24);
    const view = liveScreen(stream);
    view.update(state);
    const once = written().length;
    view.update({ ...state, plain: recordedPass({ pass: "plain" }) });
    expect(written().slice(once)).toMatch(CURSOR_UP);
    view.close();
  });
});

describe("canBeLive", () => {
  it("takes a terminal with room", () => {
    expect(canBeLive(terminal(80, 24).stream, "xterm-256color")).toBe(true);
    expect(canBeLive(terminal(80, 24).stream, undefined)).toBe(true);
  });

  it("takes no terminal that cannot move its cursor", () => {
    expect(canBeLive(terminal(80, 24).stream, "dumb")).toBe(false);
  });

  it("takes no terminal that is too small, and nothing that is none", () => {
    expect(canBeLive(terminal(60, 24).stream)).toBe(false);
    expect(canBeLive(terminal(80, 12).stream)).toBe(false);
    expect(canBeLive(new PassThrough() as unknown as WriteStream)).toBe(false);
  });
});

const ESCAPE = String.fromCharCode(0x1b);
const CURSOR_UP = new RegExp(`${ESCAPE}\\[\\d*A`);
const ERASE = new RegExp(`${ESCAPE}\\[\\d*[JK]`);
