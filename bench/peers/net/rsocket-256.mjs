// rsocket for N4b with a window: what waits in front of a call is then 256 items at most.
import { connect as connectRsocket, count } from "./rsocket.mjs";

export { serve } from "./rsocket.mjs";

const WINDOW = 256;

export async function connect(port) {
  const { socket, call } = await connectRsocket(port);
  return { call, count: (isOver) => count(socket, isOver, WINDOW) };
}
