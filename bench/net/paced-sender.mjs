// How a careful hand-written server sends on a raw WebSocket: as fast as the socket takes it, never more than a
// little ahead of it. (A server that does not look at the socket is the naive contender of N6.)

// Messages that may wait in the socket: enough that it never runs dry, few enough that memory stays flat.
const MOST_WAITING_BYTES = 1024 * 1024;

/**
 * Sends what `next` answers until it answers undefined.
 *
 * @param {import("ws").WebSocket} socket
 * @param {() => string | Uint8Array | undefined} next makes the next message
 */
export async function sendPaced(socket, next) {
  let count = 0;
  for (let message = next(); message !== undefined; message = next()) {
    count += 1;
    // Asking for the fill level at each single message would cost more than the message.
    const isFull = (count & 15) === 0 && socket.bufferedAmount > MOST_WAITING_BYTES;
    if (isFull) await new Promise((resolve) => socket.send(message, resolve));
    else socket.send(message);
  }
}
