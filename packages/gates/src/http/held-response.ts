// A response with another body, and otherwise as it came: `new Response` alone forgets where it came from.

export class HeldResponse extends Response {
  private readonly original: Response;

  constructor(original: Response, body: ReadableStream<Uint8Array> | null) {
    const { status, statusText, headers } = original;
    super(body, { status, statusText, headers });
    this.original = original;
  }

  override get url(): string {
    return this.original.url;
  }

  override get redirected(): boolean {
    return this.original.redirected;
  }

  override get type(): ResponseType {
    return this.original.type;
  }

  override clone(): Response {
    return new HeldResponse(this.original, super.clone().body);
  }
}
