// A page for the browser of a test: one script, bundled as an application would, served on a free port of this machine.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface ServePageOptions {
  /** Answers requests for anything but the page and its script; default: 404. */
  readonly answer?: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
}

/** A page that is up. */
export interface PageSite {
  /** Of the page, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** For a WebSocketServer beside it. */
  readonly http: Server;
  close(): Promise<void>;
}

/** No unsafe-eval, no inline script, nobody else's server. */
const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'";

/** Serves a page at `/` that runs `entry`, a file of TypeScript. */
export async function servePage(entry: URL, options: ServePageOptions = {}): Promise<PageSite> {
  const script = await bundle(fileURLToPath(entry));
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://page");
    if (pathname === "/") send(response, "text/html", '<!doctype html><script src="/page.js"></script>');
    else if (pathname === "/page.js") send(response, "text/javascript", script);
    else if (options.answer !== undefined) options.answer(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    http,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "content-security-policy": POLICY });
  response.end(text);
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    conditions: ["@sluice/source"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
