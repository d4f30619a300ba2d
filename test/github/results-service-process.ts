/**
 * The process behind results-service.ts: the artifact API of GitHub's results service (Twirp over JSON, as
 * @actions/artifact 6 speaks it) before an Azurite blob service, both on one address. It is started with Azurite's own
 * flags, takes settings as lines of JSON on standard input, tells what happens as lines of JSON on standard output, and
 * ends when its input ends.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { accountSignature, blobSignature } from './azure-sas.ts';
import type { StorageAccount } from './azure-sas.ts';

/** The behaviour of the service; see ResultsService.setBehaviour. */
export type Behaviour = 'accept' | 'refuse' | 'duplicate' | 'unavailable' | 'hang' | 'hang-upload';

/** The first line on standard input. */
export interface Settings {
  readonly host: string;
  /** Folder of the uploaded archives. */
  readonly folder: string;
  /** The bearer token that a request must carry. */
  readonly token: string;
  readonly workflowRunBackendId: string;
  readonly workflowJobRunBackendId: string;
  readonly behaviour: Behaviour;
}

/** A later line on standard input; answered with `settled` after all earlier events. */
export interface Instruction {
  readonly behaviour?: Behaviour;
}

/** An artifact that was finalized. */
export interface ArtifactRecord {
  readonly id: number;
  readonly name: string;
  /** Bytes of the archive. */
  readonly size: number;
  /** `sha256:` and hex digits, computed by the client and verified by the service. */
  readonly digest: string;
  readonly mimeType: string;
  /** ISO 8601; absent if the client requested no retention time. */
  readonly expiresAt?: string;
  /** Path of the archive. */
  readonly file: string;
}

/** A request that reached the service. */
export interface RequestRecord {
  /** `CreateArtifact`, `FinalizeArtifact`, or the path of anything else. */
  readonly method: string;
  /** The answer's HTTP status; 0 if there is none. */
  readonly status: number;
}

/** A line on standard output. */
export type Event =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'settled' }
  | { readonly kind: 'request'; readonly request: RequestRecord }
  | { readonly kind: 'artifact'; readonly artifact: ArtifactRecord };

/** Azurite's well-known account; it is no secret (azurite/dist/src/blob/utils/constants.js). */
const ACCOUNT: StorageAccount = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
};

const CONTAINER = 'artifacts';

const SERVICE_PATH = '/twirp/github.actions.results.api.v1.ArtifactService/';

const FIRST_ARTIFACT_ID = 4_100_000_001;

/** Validity of a signed URL. */
const HOUR_MS = 3_600_000;

/** The used part of Azurite, which ships without types. */
interface BlobServerModule {
  readonly BlobServerFactory: new () => {
    createServer(): Promise<{ start(): Promise<void>; getHttpServerAddress(): string }>;
  };
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The used fields of the requests, by their proto names. */
interface ArtifactRequest {
  readonly workflow_run_backend_id?: string;
  readonly workflow_job_run_backend_id?: string;
  readonly name?: string;
  readonly mime_type?: string;
  readonly expires_at?: string;
  readonly size?: string;
  readonly hash?: string;
}

function tell(event: Event): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/**
 * Returns an error in Twirp's form; the HTTP status belongs to the code
 * (https://twitchtv.github.io/twirp/docs/errors.html).
 */
function twirpError(status: number, code: string, msg: string): Answer {
  return { status, body: { code, msg } };
}

/** The artifact API, with the created and the finalized artifacts. */
class ArtifactService {
  behaviour: Behaviour;
  readonly #settings: Settings;
  readonly #blobUrl: string;
  readonly #now: () => Date;
  /** Requests of creation by the artifact's name. */
  readonly #created = new Map<string, ArtifactRequest>();
  #nextId = FIRST_ARTIFACT_ID;

  constructor(settings: Settings, blobUrl: string, now: () => Date) {
    this.#settings = settings;
    this.#blobUrl = blobUrl;
    this.#now = now;
    this.behaviour = settings.behaviour;
  }

  /** Creates the container of all artifacts. */
  async prepare(): Promise<void> {
    const query = accountSignature(ACCOUNT, this.#expiry());
    const url = `${this.#blobUrl}/${ACCOUNT.name}/${CONTAINER}?restype=container&${query.toString()}`;
    const response = await fetch(url, { method: 'PUT' });
    if (!response.ok) throw new Error(`Azurite does not make a container: ${await response.text()}`);
  }

  /** @param ownUrl Address of this service. */
  async answer(method: string, authorization: string, body: string, ownUrl: string): Promise<Answer> {
    const request = JSON.parse(body) as ArtifactRequest;
    const { name } = request;
    if (this.behaviour === 'refuse' || !this.#isAuthorized(authorization, request)) {
      return twirpError(401, 'unauthenticated', 'the token is not valid for this workflow run');
    }
    if (this.behaviour === 'unavailable') return twirpError(503, 'unavailable', 'the service is unavailable');
    if (name === undefined) return twirpError(400, 'invalid_argument', 'name is missing');
    if (method === 'CreateArtifact') return this.#create(name, request, ownUrl);
    if (method === 'FinalizeArtifact') return this.#finalize(name, request);
    return twirpError(404, 'bad_route', `no handler for ${method}`);
  }

  #isAuthorized(authorization: string, request: ArtifactRequest): boolean {
    return (
      authorization === `Bearer ${this.#settings.token}` &&
      request.workflow_run_backend_id === this.#settings.workflowRunBackendId &&
      request.workflow_job_run_backend_id === this.#settings.workflowJobRunBackendId
    );
  }

  #create(name: string, request: ArtifactRequest, ownUrl: string): Answer {
    if (this.behaviour === 'duplicate' || this.#created.has(name)) {
      return twirpError(
        409,
        'already_exists',
        'an artifact with this name already exists on the workflow run',
      );
    }
    this.#created.set(name, request);
    const base = this.behaviour === 'hang-upload' ? `${ownUrl}/hang` : this.#blobUrl;
    const query = blobSignature(ACCOUNT, this.#blob(name), 'cw', this.#expiry());
    return {
      status: 200,
      body: { ok: true, signed_upload_url: `${base}${this.#path(name)}?${query.toString()}` },
    };
  }

  async #finalize(name: string, request: ArtifactRequest): Promise<Answer> {
    const created = this.#created.get(name);
    if (created === undefined) return twirpError(404, 'not_found', 'the artifact was not created');
    const archive = await this.#download(name);
    const digest = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
    if (request.size !== String(archive.length) || request.hash !== digest) {
      return twirpError(
        400,
        'invalid_argument',
        `the upload has ${archive.length} bytes and the digest ${digest}`,
      );
    }
    const id = this.#nextId++;
    const file = join(this.#settings.folder, `${id}.zip`);
    writeFileSync(file, archive);
    tell({
      kind: 'artifact',
      artifact: {
        id,
        name,
        size: archive.length,
        digest,
        mimeType: created.mime_type ?? '',
        ...(created.expires_at !== undefined && { expiresAt: created.expires_at }),
        file,
      },
    });
    return { status: 200, body: { ok: true, artifact_id: String(id) } };
  }

  async #download(name: string): Promise<Buffer> {
    const query = accountSignature(ACCOUNT, this.#expiry());
    const response = await fetch(`${this.#blobUrl}${this.#path(name)}?${query.toString()}`);
    if (!response.ok) throw new Error(`Azurite does not give ${name}: ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  #blob(name: string): string {
    return `${CONTAINER}/${name}.zip`;
  }

  #path(name: string): string {
    return `/${ACCOUNT.name}/${CONTAINER}/${encodeURIComponent(name)}.zip`;
  }

  #expiry(): Date {
    return new Date(this.#now().getTime() + HOUR_MS);
  }
}

async function startBlobService(): Promise<string> {
  // Azurite's own entry point would send telemetry; the class does not.
  const require = createRequire(import.meta.url);
  const { BlobServerFactory } = require('azurite/dist/src/blob/BlobServerFactory.js') as BlobServerModule;
  const server = await new BlobServerFactory().createServer();
  await server.start();
  return server.getHttpServerAddress();
}

async function handle(
  service: ArtifactService,
  ownUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '/';
  const method = path.startsWith(SERVICE_PATH) ? path.slice(SERVICE_PATH.length) : path;
  if (service.behaviour === 'hang' || path.startsWith('/hang/')) {
    tell({ kind: 'request', request: { method: method.split('?')[0] ?? method, status: 0 } });
    return;
  }
  const body = await text(request);
  const answer = await service
    .answer(method, request.headers.authorization ?? '', body, ownUrl)
    .catch((error: unknown) => twirpError(500, 'internal', String(error)));
  tell({ kind: 'request', request: { method, status: answer.status } });
  response.writeHead(answer.status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(answer.body));
}

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const first = await lines.next();
  const settings = JSON.parse(first.value ?? '') as Settings;
  const service = new ArtifactService(settings, await startBlobService(), () => new Date());
  await service.prepare();

  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, settings.host, resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://${settings.host}:${port}`;
  server.on('request', (request, response) => void handle(service, url, request, response));
  tell({ kind: 'ready', url });

  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    const { behaviour } = JSON.parse(line.value) as Instruction;
    if (behaviour !== undefined) service.behaviour = behaviour;
    tell({ kind: 'settled' });
  }
  process.exit();
}

await main();
