// A service that is asked for ten times what it can do, and stays polite: a token bucket says at each request, before
// anything of it is read, whether there is room. Who is refused hears when to come back, and what matters most is served.
import { tokenBucket } from "@sluice/gates";
import { call, defineService, RemoteError } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import { z } from "zod";

const shop = defineService("shop", {
  browse: call({ input: z.string(), output: z.string() }),
  pay: call({ input: z.number(), output: z.string() }),
});

// 100 requests a second, 20 at once. Browsing is sheddable: it leaves the last ten to those who pay.
const [CAPACITY, RATE] = [20, 100];
const admission = tokenBucket({ capacity: CAPACITY, ratePerSecond: RATE, reserved: { sheddable: 10 } });

let rejected = 0;
const server = await serve(
  shop,
  { browse: (what) => `${what}, in all colours`, pay: (amount) => `paid ${amount}` },
  {
    admission,
    onEvent: (event) => {
      if (event.kind === "rejected") rejected += 1;
    },
  },
);
const client = await connect(server.url, shop);

// A thousand requests within a second.
const answers: Promise<"served" | RemoteError>[] = [];
const payments: Promise<string>[] = [];
const started = performance.now();
for (let tick = 0; tick < 100; tick += 1) {
  for (let i = 0; i < 10; i += 1) {
    if (tick % 2 === 0 && i === 0) {
      payments.push(client.pay(tick, { criticality: "criticalPlus" }));
    } else {
      answers.push(
        client.browse("a bicycle", { criticality: "sheddable" }).then(
          () => "served" as const,
          (error: RemoteError) => error,
        ),
      );
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log((await Promise.all(payments)).length); // prints 50

const refused = (await Promise.all(answers)).filter((answer) => answer !== "served");
const served = answers.length - refused.length + payments.length;
const seconds = (performance.now() - started) / 1000;
console.log(served <= CAPACITY + RATE * seconds, refused.length > 100, rejected >= refused.length); // prints true true true
const first = refused[0];
console.log(first instanceof RemoteError, first?.code, first?.status); // prints true RATE_LIMITED 429
console.log(refused.every(({ retryAfterMs = 0, notStarted }) => notStarted && retryAfterMs > 0)); // prints true

// Who waits as long as it was asked to is served, now that the others have gone.
await new Promise((resolve) => setTimeout(resolve, first?.retryAfterMs));
console.log(await client.browse("a tricycle", { criticality: "sheddable" })); // prints a tricycle, in all colours

await client.close();
await server.close();
