import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { ResultsService } from './results-service.ts';
import type { ArtifactServiceEnv, RequestRecord } from './results-service.ts';
import { runAction } from './runner.ts';
import type { ActionRun, RunOptions } from './runner.ts';

const ECHO_ACTION = join(import.meta.dirname, 'fixtures/echo-action');

let service: ResultsService;
let earlierRequests: number;

beforeAll(async () => {
  service = await ResultsService.start();
}, 30_000);

afterAll(() => service.stop());

beforeEach(async () => {
  await service.setBehaviour('accept');
  earlierRequests = (await service.requests()).length;
});

/** The requests of this test. */
async function requests(): Promise<readonly RequestRecord[]> {
  return (await service.requests()).slice(earlierRequests);
}

/** Uploads `report.txt` with the real client, under the name in `port`. */
function upload(name: string, options: Partial<RunOptions> = {}): Promise<ActionRun> {
  return runAction({
    action: ECHO_ACTION,
    inputs: { do: 'upload', port: name },
    artifacts: service.env,
    ...options,
  });
}

interface Answer {
  /** Status and Twirp code, `200 ok`, or `no answer`. */
  readonly words: string;
  readonly uploadUrl?: string;
}

async function send(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(300) });
    const body = (await response.json()) as Record<string, string>;
    const uploadUrl = body['signed_upload_url'];
    return {
      words: `${response.status} ${body['code'] ?? 'ok'}`,
      ...(uploadUrl !== undefined && { uploadUrl }),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') return { words: 'no answer' };
    throw error;
  }
}

/** Sends one request as the client would. */
function ask(method: string, name: string, env: ArtifactServiceEnv = service.env): Promise<Answer> {
  const [, claims = ''] = env.ACTIONS_RUNTIME_TOKEN.split('.');
  const { scp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { scp: string };
  const [, run, job] = scp.split(' ')[1]?.split(':') ?? [];
  return send(`${env.ACTIONS_RESULTS_URL}twirp/github.actions.results.api.v1.ArtifactService/${method}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${env.ACTIONS_RUNTIME_TOKEN}` },
    body: JSON.stringify({ workflow_run_backend_id: run, workflow_job_run_backend_id: job, name }),
  });
}

test('the real client uploads: the archive arrives whole, with retention, id and digest', async () => {
  const before = Date.now();
  const { outputs, annotations, log, masks } = await upload('report', {
    inputs: { do: 'env upload', port: 'report' },
  });
  expect(annotations).toEqual([]);
  expect(await requests()).toEqual([
    { method: 'CreateArtifact', status: 200 },
    { method: 'FinalizeArtifact', status: 200 },
  ]);
  const [artifact] = await service.artifacts();
  expect(artifact).toMatchObject({ name: 'report', mimeType: 'application/zip' });
  expect(outputs).toEqual({ 'artifact-id': String(artifact?.id), 'artifact-size': String(artifact?.size) });
  expect(artifact?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const days = (new Date(artifact?.expiresAt ?? 0).getTime() - before) / 86_400_000;
  expect(days).toBeCloseTo(5, 1);
  expect(artifact?.entries.map(({ name, content }) => [name, content.toString()])).toEqual([
    ['report.txt', 'all members are healthy\n'],
  ]);
  // The runner knows its own token as a secret.
  expect(log.join('\n')).toContain('"ACTIONS_RUNTIME_TOKEN":"***"');
  expect(masks).toContain(service.env.ACTIONS_RUNTIME_TOKEN);
});

describe('failures, as the real client reports them', () => {
  test('a name that is taken', async () => {
    expect(await ask('CreateArtifact', 'taken')).toMatchObject({ words: '200 ok' });
    const { annotations } = await upload('taken');
    expect(annotations[0]?.message).toMatch(/non-retryable error: .*\(409\).*already exists/);
  });

  test('refuse', async () => {
    await service.setBehaviour('refuse');
    const { annotations } = await upload('refused');
    expect(annotations[0]?.message).toMatch(/non-retryable error: .*\(401\).*not valid/);
    expect((await service.artifacts()).map(({ name }) => name)).not.toContain('refused');
  });

  test('no service: the client finds no token', async () => {
    const { annotations } = await runAction({ action: ECHO_ACTION, inputs: { do: 'upload' } });
    expect(annotations[0]?.message).toBe('upload: Unable to get the ACTIONS_RUNTIME_TOKEN env variable');
  });
});

describe('failures, request by request', () => {
  test.each([
    ['refuse', '401 unauthenticated', 401],
    ['duplicate', '409 already_exists', 409],
    ['unavailable', '503 unavailable', 503],
    ['hang', 'no answer', 0],
  ] as const)('%s: %s', async (behaviour, answer, status) => {
    await service.setBehaviour(behaviour);
    expect(await ask('CreateArtifact', behaviour)).toMatchObject({ words: answer });
    expect(await requests()).toEqual([{ method: 'CreateArtifact', status }]);
  });

  test('hang-upload: creates, and leaves the upload without an answer', async () => {
    await service.setBehaviour('hang-upload');
    const { words, uploadUrl } = await ask('CreateArtifact', 'a b');
    expect(words).toBe('200 ok');
    expect(await send(uploadUrl ?? '', { method: 'PUT', body: 'x' })).toEqual({ words: 'no answer' });
    expect((await requests()).at(-1)).toEqual({
      method: '/hang/devstoreaccount1/artifacts/a%20b.zip',
      status: 0,
    });
  });

  test('a token of another service', async () => {
    const env = { ...service.env, ACTIONS_RUNTIME_TOKEN: `${service.env.ACTIONS_RUNTIME_TOKEN}x` };
    expect(await ask('CreateArtifact', 'foreign', env)).toMatchObject({ words: '401 unauthenticated' });
  });

  test('an artifact that was not created cannot be finalized, one without an upload neither', async () => {
    expect(await ask('FinalizeArtifact', 'never created')).toMatchObject({ words: '404 not_found' });
    await ask('CreateArtifact', 'never uploaded');
    expect(await ask('FinalizeArtifact', 'never uploaded')).toMatchObject({ words: '500 internal' });
  });
});

test('a service that cannot start says why', async () => {
  await expect(
    ResultsService.start({ wrap: () => ['sh', '-c', 'echo no room >&2; exit 3'] }),
  ).rejects.toThrow(/did not start: it ended with 3\nno room/);
});
