// A certificate that signs itself, for this machine, made when the test begins.

import { generate } from "selfsigned";

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Made for the names `localhost` and 127.0.0.1, or for `name` alone. */
export async function certificate(name?: string): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: name ?? "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      {
        name: "subjectAltName",
        altNames:
          name === undefined
            ? [
                { type: 2, value: "localhost" },
                { type: 7, ip: "127.0.0.1" },
              ]
            : [{ type: 2, value: name }],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
