/** An answer of GitHub's REST interface that is no success. */
export class RestError extends Error {
  readonly status: number;

  constructor(status: number, path: string) {
    super(`GitHub answered ${path} with ${status}`);
    this.name = 'RestError';
    this.status = status;
  }
}

/** Where GitHub is, and with what it is asked. */
export interface RestOptions {
  /** GITHUB_API_URL. */
  readonly api: string;
  /** Secret. */
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Reads only, and only so much of an answer as was said. */
export class GitHubRest {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /** @throws RestError; Error when the answer is too long or no JSON; what fetch throws. */
  async json(path: string, mostBytes = 8 * 1024 * 1024): Promise<unknown> {
    const answer = await fetch(`${this.#options.api}${path}`, {
      headers: this.#headers(),
      signal: this.#options.signal,
    });
    if (!answer.ok) throw new RestError(answer.status, path);
    return JSON.parse((await bytesOf(answer, mostBytes)).toString('utf8')) as unknown;
  }

  /**
   * A file, which GitHub answers with the address of where it lies; the token is not sent there.
   * @throws RestError; Error when it is too long; what fetch throws.
   */
  async file(path: string, mostBytes: number): Promise<Buffer> {
    const { api, signal } = this.#options;
    const answer = await fetch(`${api}${path}`, { headers: this.#headers(), signal, redirect: 'manual' });
    const place = answer.headers.get('location');
    if (place === null) {
      if (!answer.ok) throw new RestError(answer.status, path);
      return bytesOf(answer, mostBytes);
    }
    const file = await fetch(new URL(place, api), { signal });
    if (!file.ok) throw new RestError(file.status, path);
    return bytesOf(file, mostBytes);
  }

  #headers(): Record<string, string> {
    return {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${this.#options.token}`,
      'user-agent': 'etcd-ha-action',
      'x-github-api-version': '2022-11-28',
    };
  }
}

async function bytesOf(answer: Response, mostBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    const piece = chunk as Uint8Array;
    bytes += piece.length;
    if (bytes > mostBytes) throw new Error(`an answer of GitHub is longer than ${mostBytes} bytes`);
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}
