// A real nginx in front of a port, with its defaults but for what the test writes: started for the test, and ended with
// it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Certificate } from "./certificate.js";

/** The directives that pass an upgrade on, as docs/deploying.md has them. */
export const PASS_UPGRADE = `proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`;

export interface Nginx {
  readonly port: number;
  /** Ends it as a crash would: every connection is reset. */
  crash(): Promise<void>;
  /** Starts it again on its port. */
  start(): Promise<void>;
}

/** Starts nginx at `path`, in front of `upstream`, with `directives` in its only location. */
export async function startNginx(
  path: string,
  upstream: number,
  directives: string,
  tls?: Certificate,
): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-nginx-"));
  const port = await freePort();
  writeFileSync(join(folder, "nginx.conf"), configuration(folder, port, upstream, directives, tls));
  if (tls !== undefined) {
    writeFileSync(join(folder, "key.pem"), tls.key);
    writeFileSync(join(folder, "cert.pem"), tls.cert);
  }
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = spawn(path, ["-p", folder, "-c", join(folder, "nginx.conf")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    await isUp(child);
  };
  const crash = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  };
  onTestFinished(async () => {
    await crash();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return { port, crash, start };
}

function configuration(
  folder: string,
  port: number,
  upstream: number,
  directives: string,
  tls: Certificate | undefined,
): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");
  const secure =
    tls === undefined ? "" : `ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;`;
  return `daemon off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  ${temporary}
  server {
    listen 127.0.0.1:${port}${tls === undefined ? "" : " ssl"};
    ${secure}
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      ${directives}
    }
  }
}
`;
}

/** Up when its first worker is: what it says of that is in its log, at the level "notice". */
async function isUp(child: ChildProcess): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (chunk) => {
      said += String(chunk);
      if (/start worker process \d/.test(said)) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`nginx ended with ${code}: ${said}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
