// The same four pages behind a guard, on real servers of each kind.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { pipeline, Readable } from "node:stream";
import { serve } from "@hono/node-server";
import {
  type EntranceOptions,
  guardFastify,
  guardFetch,
  guardHono,
  guardNode,
  type FetchGuardOptions,
} from "@sluice/gates/http";
import express from "express";
import Fastify from "fastify";
import { type Context, Hono } from "hono";

/** What a test does at the pages. */
export interface Site {
  readonly url: string;
  /** Requests that got to a handler. */
  readonly served: string[];
  readonly close: () => Promise<void>;
}

/** Options that do not depend on what a request is. */
export type Options = Omit<EntranceOptions<unknown>, "onRefused">;

type Open = (options: Options) => Promise<Site>;

/** One chunk a tick, without an end, or until it breaks. */
async function* ticking(breaksAt = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
  for (let n = 0; ; n += 1) {
    if (n === breaksAt) throw new Error("the source broke");
    yield new Uint8Array(1000);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** `/boom` is what the framework makes of an error; node:http makes nothing of it. */
async function nodePages(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const page = (request.url ?? "").split("?")[0];
  if (page === "/missing") response.statusCode = 404;
  if (page === "/boom") response.statusCode = 500;
  if (page === "/endless") pipeline(Readable.from(ticking()), response, () => {});
  else if (page === "/broken") pipeline(Readable.from(ticking(3)), response, () => {});
  else if (page === "/echo") {
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    response.end(String(bytes));
  } else response.end(page);
}

async function webPages(request: Request): Promise<Response> {
  const page = new URL(request.url).pathname;
  if (page === "/missing") return new Response("missing", { status: 404 });
  if (page === "/boom") throw new Error("boom");
  if (page === "/endless") return new Response(Readable.toWeb(Readable.from(ticking())) as ReadableStream);
  if (page === "/broken") return new Response(Readable.toWeb(Readable.from(ticking(3))) as ReadableStream);
  if (page === "/echo") return new Response(String((await request.arrayBuffer()).byteLength));
  return new Response(page);
}

async function listening(server: Server, served: string[]): Promise<Site> {
  if (!server.listening) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export const servers: Readonly<Record<string, Open>> = {
  "node:http": (options) => {
    const served: string[] = [];
    const guard = guardNode(options);
    const server = createServer((request, response) => {
      const failed = (): void => void response.writeHead(500).end();
      try {
        const work = guard(request, response, () => {
          served.push(request.url ?? "");
          return nodePages(request, response);
        });
        if (work !== undefined) work.catch(failed);
      } catch {
        failed();
      }
    });
    return listening(server, served);
  },
  "express 5": (options) => {
    const served: string[] = [];
    const app = express();
    app.set("env", "test"); // says nothing of errors
    app.use(guardNode(options));
    app.get("/boom", () => {
      throw new Error("boom");
    });
    app.use((request, response) => {
      served.push(request.url);
      return nodePages(request, response);
    });
    return listening(createServer(app), served);
  },
  "fastify 5": async (options) => {
    const served: string[] = [];
    const app = Fastify();
    app.addHook("onRequest", guardFastify(options));
    app.addContentTypeParser("*", (_request, _body, done) => done(null));
    app.all("/*", async (request, reply) => {
      served.push(request.url);
      const page = request.url.split("?")[0];
      if (page === "/boom") throw new Error("boom");
      if (page === "/endless") return reply.send(Readable.from(ticking()));
      if (page === "/broken") return reply.send(Readable.from(ticking(3)));
      if (page === "/echo") {
        let bytes = 0;
        for await (const chunk of request.raw) bytes += (chunk as Buffer).length;
        return String(bytes);
      }
      if (page === "/missing") reply.code(404);
      return page;
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    return listening(app.server, served);
  },
  "hono 4": (options) => {
    const served: string[] = [];
    const app = new Hono();
    app.use(guardHono(options));
    app.onError((_error, context) => context.text("boom", 500));
    app.all("*", (context: Context) => {
      served.push(new URL(context.req.url).pathname);
      return webPages(context.req.raw);
    });
    return onNode(app.fetch, served);
  },
  "a fetch handler": (options) => {
    const served: string[] = [];
    const handler = guardFetch(
      (request: Request, _env: { readonly incoming: IncomingMessage }) => {
        served.push(new URL(request.url).pathname);
        return webPages(request);
      },
      {
        ...(options as FetchGuardOptions<[{ readonly incoming: IncomingMessage }]>),
        address: (_request, { incoming }) => incoming.socket.remoteAddress,
      },
    );
    const caught = (request: Request, env: { readonly incoming: IncomingMessage }): Promise<Response> =>
      handler(request, env).catch(() => new Response("boom", { status: 500 }));
    return onNode(caught as never, served);
  },
};

function onNode(fetch: Parameters<typeof serve>[0]["fetch"], served: string[]): Promise<Site> {
  return new Promise((resolve) => {
    const server = serve({ fetch, port: 0, hostname: "127.0.0.1" }, () => {
      resolve(listening(server as Server, served));
    });
  });
}

/** A client that speaks HTTP by hand, to leave when it wants and to see that its connection is kept. */
export class RawClient {
  private readonly socket: Socket;
  private text = "";

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.setEncoding("latin1").on("data", (chunk) => {
      this.text += chunk;
    });
    this.socket.on("error", () => {});
  }

  write(text: string | Uint8Array): this {
    this.socket.write(text);
    return this;
  }

  /** Waits until what came matches, and forgets it. */
  async got(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.text);
      if (found !== null) {
        this.text = this.text.slice(found.index + found[0].length);
        return found;
      }
      if (this.socket.destroyed) throw new Error(`closed after ${this.text}`);
      await Promise.race([once(this.socket, "data"), once(this.socket, "close")]);
    }
  }

  leave(): void {
    this.socket.destroy();
  }
}
