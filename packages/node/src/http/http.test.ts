import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { concat, fail, finalize, type Flow, fromIterable, never, of, take } from "@sluice/core";
import { settled, until } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import { fromHttpBody } from "./from-http-body.js";
import { toHttpRequest } from "./to-http-request.js";
import { toHttpResponse } from "./to-http-response.js";

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

type Handler = (asked: IncomingMessage, response: ServerResponse) => unknown;
const serve = async (handler: Handler): Promise<URL> => {
  const made = createServer((asked, response) => void handler(asked, response));
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return new URL(`http://127.0.0.1:${(made.address() as AddressInfo).port}`);
};
const connections = (): Promise<number> =>
  new Promise((resolve) => server?.getConnections((_, count) => resolve(count)));

const chunk = new Uint8Array(65_536);
/** Chunks without an end, how many were asked for, and whether they were left. */
const endless = () => {
  const seen = { pulled: 0, end: "" };
  function* chunks(): Generator<Uint8Array> {
    for (;;) {
      seen.pulled++;
      yield chunk;
    }
  }
  const flow = fromIterable(chunks()).pipe(
    finalize((end) => {
      seen.end = end;
    }),
  );
  return { seen, flow };
};
const post = (url: URL): ReturnType<typeof request> => request(url, { method: "POST", agent: false });
const textOf = async (flow: Flow<Uint8Array>): Promise<string> =>
  Buffer.concat(await flow.toArray()).toString();
const broken = new Error("the flow broke");

describe("toHttpRequest and fromHttpBody", () => {
  it("carry a body there and back", async () => {
    const url = await serve((asked, response) => toHttpResponse(fromHttpBody(asked), response));
    const chunks = Array.from({ length: 200 }, (_, n) => `${n} ${"ä".repeat(3000)}\n`);
    const response = await toHttpRequest(fromIterable(chunks), post(url));
    expect(await textOf(fromHttpBody(response))).toBe(chunks.join(""));
  });

  it("hold up a client whose body nobody takes", async () => {
    const url = await serve(() => {});
    const { seen, flow } = endless();
    const controller = new AbortController();
    const sending = toHttpRequest(flow, post(url), { signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    for (let before = -1; before !== seen.pulled; ) {
      before = seen.pulled;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(seen.pulled * chunk.length).toBeLessThan(2 ** 24); // what TCP holds on both sides of the machine
    controller.abort();
    expect(await sending).toMatchObject({ name: "AbortError" });
    expect(seen.end).toBe("cancel");
  });

  it("answer 413 to a body that is too large, announced or not, while it is still being sent", async () => {
    let taken = 0;
    const url = await serve(async (asked, response) => {
      try {
        await fromHttpBody(asked, { maxBytes: 100_000 }).forEach((bytes) => {
          taken += bytes.length;
        });
        response.end("fine");
      } catch (error) {
        response.writeHead((error as { status: number }).status).end((error as { code: string }).code);
      }
    });
    for (const announced of [true, false]) {
      taken = 0;
      const asked = post(url);
      if (announced) asked.setHeader("content-length", 80 * chunk.length);
      const response = await toHttpRequest(fromIterable(Array<Uint8Array>(80).fill(chunk)), asked);
      expect(response.statusCode).toBe(413);
      expect(await textOf(fromHttpBody(response))).toBe("BODY_TOO_LARGE");
      expect(taken).toBeLessThanOrEqual(announced ? 0 : 100_000);
    }
    const small = await toHttpRequest(of(new Uint8Array(100_000)), post(url));
    expect(await textOf(fromHttpBody(small))).toBe("fine");
  });

  it("let a server answer that leaves a body early, and use its connection again", async () => {
    const url = await serve(async (asked, response) => {
      await fromHttpBody(asked).pipe(take(1)).toArray();
      response.end("enough");
    });
    const socket = connect(Number(url.port), "127.0.0.1").setEncoding("utf8");
    let answers = "";
    socket.on("data", (text: string) => {
      answers += text;
    });
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${200 * chunk.length}\r\n\r\n`);
    for (let n = 0; n < 200; n++) socket.write(chunk);
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await until(() => answers.split("enough").length === 3, "an answer to both requests");
    socket.destroy();
  });

  it("tell the server of a client that leaves within its body", async () => {
    const failed = new Promise((resolve) => {
      void serve((asked) => fromHttpBody(asked).toArray().catch(resolve)).then((url) => {
        const socket = connect(Number(url.port), "127.0.0.1");
        socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf", () =>
          setTimeout(() => socket.destroy(), 20),
        );
      });
    });
    expect(await failed).toMatchObject({
      code: expect.stringMatching(/^(ECONNRESET|ERR_STREAM_PREMATURE_CLOSE)$/),
    });
  });

  it("close the connection of a response that is left, and tell a client of one that is cut off", async () => {
    const { seen, flow } = endless();
    let outcome: unknown;
    const url = await serve(async (asked, response) => {
      if (asked.url === "/cut") {
        await toHttpResponse(concat([of("half"), fail<string>(broken)]), response).catch(() => {});
      } else outcome = await toHttpResponse(flow, response);
    });
    const response = await toHttpRequest(of(), post(url));
    expect(await fromHttpBody(response).pipe(take(1)).toArray()).toHaveLength(1);
    await until(() => outcome !== undefined, "the server to hear of it");
    expect(outcome).toBe("reader-gone");
    expect(seen.end).toBe("cancel");
    const cut = await toHttpRequest(of(), post(new URL("/cut", url)));
    await expect(fromHttpBody(cut).toArray()).rejects.toMatchObject({ code: "ECONNRESET" });
    await settled();
    expect(await connections()).toBe(0);
  });

  it("reject with the error of the flow, of the connection, and of a server that says nothing", async () => {
    const url = await serve((asked) => {
      asked.resume().on("end", () => asked.socket.destroy());
    });
    await expect(toHttpRequest(concat([of("half"), fail<string>(broken)]), post(url))).rejects.toBe(broken);
    await expect(toHttpRequest(of("all"), post(url))).rejects.toMatchObject({ code: "ECONNRESET" });
    const { seen, flow } = endless();
    await expect(toHttpRequest(flow, post(new URL("http://127.0.0.1:1")))).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    expect(seen.end).toBe("cancel");
  });

  it("read a body once", async () => {
    const url = await serve((_, response) => response.end("text"));
    const body = fromHttpBody(await toHttpRequest(of(), post(url)));
    expect(await textOf(body)).toBe("text");
    await expect(body.toArray()).rejects.toThrow("a stream is read once");
  });

  it("refuse wrong arguments at the call", () => {
    expect(() => fromHttpBody(7 as never)).toThrow("fromHttpBody takes an IncomingMessage");
    expect(() => fromHttpBody({ headers: {} } as never, { maxBytes: -1 })).toThrow("the maxBytes -1");
    expect(() => toHttpRequest(of(), 7 as never)).toThrow("toHttpRequest takes a ClientRequest");
    expect(() => toHttpResponse(of(), 7 as never)).toThrow("toHttpResponse takes a ServerResponse");
    expect(() => toHttpResponse("x" as never, {} as never)).toThrow("it takes a Flow");
  });
});

describe("toHttpResponse", () => {
  it("sends status and headers with the first chunk, and an empty body too", async () => {
    const outcomes: unknown[] = [];
    const url = await serve(async (asked, response) => {
      const flow = asked.url === "/empty" ? of<string>() : of("a", "b");
      outcomes.push(await toHttpResponse(flow, response, { status: 201, headers: { "x-kind": "test" } }));
    });
    for (const [path, body] of [
      ["/", "ab"],
      ["/empty", ""],
    ] as const) {
      const response = await fetch(new URL(path, url));
      expect([response.status, response.headers.get("x-kind"), await response.text()]).toEqual([
        201,
        "test",
        body,
      ]);
    }
    await until(() => outcomes.length === 2, "both outcomes");
    expect(outcomes).toEqual(["complete", "complete"]);
  });

  it("leaves the response untouched when the flow fails before its first chunk", async () => {
    const url = await serve(async (_, response) => {
      const headers = { "content-type": "text/csv" };
      await toHttpResponse(fail<string>(broken), response, { headers }).catch((error: Error) => {
        response.writeHead(503).end(error.message);
      });
    });
    const response = await fetch(url);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      503,
      null,
      "the flow broke",
    ]);
  });

  it("breaks the connection when the flow fails behind the head, and rejects with its error", async () => {
    let rejected: unknown;
    const url = await serve(async (_, response) => {
      await toHttpResponse(concat([of("half"), fail<string>(broken)]), response).catch((error: unknown) => {
        rejected = error;
      });
    });
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
    expect(rejected).toBe(broken);
  });

  it("cancels a flow that has nothing to send when its client leaves, or by the signal", async () => {
    const ends: string[] = [];
    const idle = (): Flow<string> =>
      (concat([of("first"), never()]) as Flow<string>).pipe(finalize((end) => void ends.push(end)));
    const outcomes: unknown[] = [];
    const controller = new AbortController();
    const url = await serve(async (asked, response) => {
      const signal = asked.url === "/aborted" ? controller.signal : undefined;
      outcomes.push(await toHttpResponse(idle(), response, { signal }).catch((error: Error) => error.name));
    });
    const left = await toHttpRequest(of(), post(url));
    left.destroy();
    await until(() => outcomes.length === 1, "the first to be left");
    const aborted = await toHttpRequest(of(), post(new URL("/aborted", url)));
    controller.abort();
    await expect(fromHttpBody(aborted).toArray()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(outcomes).toEqual(["reader-gone", "AbortError"]);
    expect(ends).toEqual(["cancel", "cancel"]);
  });

  it("asks for no more than the socket takes while the client does not read", async () => {
    const { seen, flow } = endless();
    const url = await serve((_, response) => toHttpResponse(flow, response));
    const response = await toHttpRequest(of(), post(url));
    for (let before = -1; before !== seen.pulled; ) {
      before = seen.pulled;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(seen.pulled * chunk.length).toBeLessThan(2 ** 24);
    response.destroy();
    await until(() => seen.end === "cancel", "the flow to be cancelled");
  });
});
