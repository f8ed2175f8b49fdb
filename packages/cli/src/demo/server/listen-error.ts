// Why a server of the demo could not listen, in words.

/** The error to show for a failed `listen`, with the next step. */
export function listenError(error: unknown, port: number): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Error(`Cannot listen on port ${port}: ${WHY[code ?? ""] ?? message}; ${NEXT_STEP}`, {
    cause: error,
  });
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process listens there (EADDRINUSE)",
  EACCES: "this user may not listen there (EACCES)",
};
const NEXT_STEP = "choose another with --port, or leave --port away to take any free one";
