// A page and the service that it reads from, on one port: `node examples/browser/serve.mjs [port]`, then open what it
// prints. The page may load and connect to nothing but this server, and may not compile code at run time.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { generate, tap } from "@sluice/core";
import { serve } from "@sluice/net/node";
import { buildSync } from "esbuild";
import { feed } from "./feed.js";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const [{ text: script }] = buildSync({
  entryPoints: [file("page.js")],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  write: false,
}).outputFiles;
const files = {
  "/": ["text/html", readFileSync(file("index.html"))],
  "/page.css": ["text/css", readFileSync(file("page.css"))],
  "/page.js": ["text/javascript", script],
};

const http = createServer((request, response) => {
  const [type, body] = files[request.url] ?? ["text/plain", undefined];
  response.writeHead(body === undefined ? 404 : 200, {
    "content-type": `${type}; charset=utf-8`,
    "content-security-policy": POLICY,
  });
  response.end(body);
});

let made = 0;
await serve(
  feed,
  {
    readings: (_, { offset }) =>
      generate(offset, (id) => [{ id, value: Math.sin(id / 100) }, id + 1]).pipe(
        tap(({ id }) => {
          made = Math.max(made, id + 1);
        }),
      ),
    made: () => made,
  },
  { server: http, path: "/feed" },
);

http.listen(Number(process.argv[2] ?? 8080), "127.0.0.1", () => {
  console.log(`Open http://127.0.0.1:${http.address().port}`);
});
