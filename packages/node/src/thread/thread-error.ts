// How a thread goes wrong, as the errors that its user gets: it could not start, it ended, or its step failed.

import { SluiceError } from "@sluice/core";
import { describe } from "@sluice/core/kit";
import type { RemoteError } from "@sluice/net";

/** A thread threw what nobody caught, also while its file was imported, or was not found. */
export function threadThrew(file: string, isServing: boolean, cause: unknown): SluiceError {
  const { name, message } = Object(cause) as Partial<Error>;
  const what = message === undefined ? describe(cause) : `${name ?? "Error"}: ${message}`;
  return new SluiceError("THREAD_FAILED", `${cannot(file, isServing)}: ${what}`, { cause });
}

/** A thread ended that nobody had told to. */
export function threadExited(file: string, isServing: boolean, code: number): SluiceError {
  const advice = isServing ? "" : "; a thread serves when its file calls serveStep()";
  return new SluiceError(
    "THREAD_FAILED",
    `${cannot(file, isServing)}: it ended with exit code ${code}${advice}`,
  );
}

/** A thread runs, and its connection does not. */
export function threadUnreachable(file: string, isServing: boolean, cause: unknown): SluiceError {
  const text = (cause as Error).message;
  const advice = isServing ? "" : "; its file must call serveStep(), and nothing else may use its parentPort";
  return new SluiceError("THREAD_FAILED", `${cannot(file, isServing)}: ${text}${advice}`, { cause });
}

function cannot(file: string, isServing: boolean): string {
  return isServing ? `Cannot go on in the thread of ${file}` : `Cannot start the thread of ${file}`;
}

/** The code of a step's error that has none of its own. */
const STEP_FAILED = "STEP_FAILED";

/**
 * What a step threw, as it crosses: its code, and its stack as the text, because an error has no more on the wire. What
 * is longer than 4 KiB loses its last frames (protocol.md §9).
 */
export function toldOfStep(thrown: unknown): SluiceError {
  if (!(thrown instanceof Error)) return new SluiceError(STEP_FAILED, `Error: ${describe(thrown)}`);
  const { name, message, stack = "" } = thrown;
  const frames = stack.slice(Math.max(stack.search(FRAME), 0)).trimEnd();
  const { code } = thrown as { code?: unknown };
  const text = `${name}: ${message}${FRAME.test(frames) ? frames : ""}`;
  return new SluiceError(typeof code === "string" ? code : STEP_FAILED, text);
}

/** The other side of `toldOfStep`: the error of the stream, with what the step threw as its cause. */
export function stepFailed(file: string, { code, message: text }: RemoteError): SluiceError {
  const end = text.search(FRAME);
  const head = end < 0 ? text : text.slice(0, end);
  const [, name = "Error", message = head] = /^(\w+): (.*)$/s.exec(head) ?? [];
  const cause = Object.assign(new Error(message), { name, stack: text });
  if (code !== STEP_FAILED) Object.assign(cause, { code });
  return new SluiceError(STEP_FAILED, `Cannot run the step of ${file}: ${head}`, { cause });
}

/** Where the frames of a stack of V8 begin. */
const FRAME = /\n {4}at /;
