// Work in a thread of its own, asked for by credit: the thread looks for primes only as the main thread takes them, and
// neither blocks the other. The same file is both sides.
import { once } from "node:events";
import { isMainThread, type MessagePort, parentPort, Worker } from "node:worker_threads";
import { filter, range, take, tap } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { connectPort, servePort } from "@sluice/net/port";

const primes = defineService("primes", {
  from: stream({ input: unchecked<number>(), output: unchecked<number>() }),
  tried: call({ output: unchecked<number>() }),
});

if (isMainThread) await main();
else serveIn(parentPort as MessagePort);

async function main(): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  const client = await connectPort(worker, primes);
  const found = client.from(1_000_000, { window: 4 }).pipe(take(3));
  console.log(await found.toArray()); // prints [ 1000003, 1000033, 1000037 ]
  console.log((await client.tried()) < 1000); // prints true
  await client.close();
  const [code] = await once(worker, "exit");
  console.log(code); // prints 0
}

function serveIn(port: MessagePort): void {
  let tried = 0;
  servePort(port, primes, {
    from: (first) =>
      range(first, 1_000_000_000).pipe(
        tap(() => {
          tried += 1;
        }),
        filter(isPrime),
      ),
    tried: () => tried,
  });
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) {
    if (number % divisor === 0) return false;
  }
  return number > 1;
}
