import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RemoteResult } from '../../src/hosts/transport.ts';
import { explainPull, pullImage } from '../../src/steps/pull-image.ts';
import { StandInPrograms } from './stand-in-programs.ts';

// test/e2e calls a real containerd and a real registry; here programs stand in, to test their input and the
// interpretation of their answers.

const IMAGE = 'registry.example:5000/k8s/etcd:3.6.5-0';
const LOGIN = { server: 'registry.example:5000', username: 'puller', password: `p4ss\n${'x'.repeat(300)}` };
let host: StandInPrograms;

beforeEach(() => {
  host = new StandInPrograms();
  host.program('sync', ':');
});

afterEach(() => host.remove());

function run(login?: typeof LOGIN): RemoteResult {
  const { script, input } = pullImage(IMAGE, 'unix:///run/containerd/containerd.sock', login);
  if (typeof input === 'function') throw new Error('it is short');
  expect(script).not.toContain('p4ss');
  return host.run(script, input);
}

/** Records its input, and answers with these headers. */
function curlAnswers(headers: readonly string[], code = 0): void {
  host.program(
    'curl',
    `printf '%s\\n' "$@" > $folder/arguments; cat > $folder/body
printf '%s\\r\\n' ${headers.map((header) => `'${header}'`).join(' ')}; exit ${code}`,
  );
}

/** Returns the fields of a protocol buffer that contains only text and messages. */
function fieldsOf(message: Buffer): [number, Buffer][] {
  const fields: [number, Buffer][] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message.readUInt8(at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const number = varint() >> 3;
    const length = varint();
    fields.push([number, message.subarray(at, at + length)]);
    at += length;
  }
  return fields;
}

test('without credentials crictl does it', () => {
  host.program('crictl', `printf '%s\\n' "$*" > $folder/arguments`);
  expect(run().code).toBe(0);
  expect(host.read('arguments').toString()).toContain(`pull ${IMAGE}`);
});

test('without credentials a registry asks for them', () => {
  host.program('crictl', `echo 'E1126 rpc error: code = Unknown desc = pull access denied' >&2; exit 1`);
  expect(explainPull(IMAGE)(run())).toEqual({
    code: 'image-pull-failed',
    fact: expect.stringMatching(/^registry.*could not be pulled: .*pull access denied$/),
    cause: expect.stringContaining('requires a password'),
    fix: expect.stringContaining('`registry-username`'),
  });
});

describe('with credentials', () => {
  test('they are in the body alone, for this one registry', () => {
    curlAnswers(['HTTP/2 200', 'content-type: application/grpc', '', 'grpc-status: 0', 'grpc-message: ']);
    expect(run(LOGIN)).toMatchObject({ code: 0, stderr: '' });
    const told = host.read('arguments').toString().split('\n');
    expect(told[0]).toBe('-q');
    expect(told).toContain('/run/containerd/containerd.sock');
    expect(told.join()).not.toMatch(/p4ss|puller/);
    const body = host.read('body');
    expect([body[0], body.readUInt32BE(1)]).toEqual([0, body.length - 5]);
    const [image, auth] = fieldsOf(body.subarray(5));
    expect([
      image?.[0],
      fieldsOf(image?.[1] ?? Buffer.alloc(0)).map(([n, text]) => [n, String(text)]),
    ]).toEqual([1, [[1, IMAGE]]]);
    expect([auth?.[0], fieldsOf(auth?.[1] ?? Buffer.alloc(0)).map(([n, text]) => [n, String(text)])]).toEqual(
      [
        2,
        [
          [1, 'puller'],
          [2, LOGIN.password],
          [4, 'https://registry.example:5000'],
        ],
      ],
    );
  });

  test.each([
    [
      'failed to resolve reference: unexpected status: 401 Unauthorized',
      /does not accept registry-password for puller/,
    ],
    ['registry.example:5000/k8s/etcd:3.6.5-0: not found', /no such repository or tag/],
    ['dial tcp 10.0.0.1:5000: connect: 50% lost', /reach the registry/],
    ['dial unix /run/containerd/containerd.sock: connect: connection refused', /runtime does not answer/],
    ['mkdir /var/lib/containerd/tmp: permission denied', /Root was refused/],
    ['write /var/lib/containerd/x: no space left on device', /is full/],
    ['failed to do request: http: server gave HTTP response to HTTPS client', /does not speak TLS/],
    ['tls: failed to verify certificate: x509: certificate signed by unknown authority', /does not trust/],
  ])('the runtime says: %s', (words, cause) => {
    curlAnswers([
      'HTTP/2 200',
      'grpc-status: 2',
      `grpc-message: ${words.replaceAll('%', '%25').replaceAll('"', '%22')}`,
    ]);
    const { fact, cause: found } = explainPull(IMAGE, LOGIN)(run(LOGIN));
    expect(fact).toBe(`${IMAGE} is not on the host and could not be pulled: ${words}`);
    expect(found).toMatch(cause);
  });

  test.each([
    [
      'no HTTP/2',
      'curl: option --http2-prior-knowledge: the installed libcurl version does not support this',
      2,
    ],
    ['no runtime', 'curl: (7) Failed to connect to localhost port 80: No such file or directory', 7],
  ])('curl cannot ask: %s', (_, words, code) => {
    host.program('curl', `echo '${words}' >&2; exit ${code}`);
    expect(explainPull(IMAGE, LOGIN)(run(LOGIN)).fact).toBe(
      `the request to the container runtime to pull ${IMAGE} failed: ${words}`,
    );
  });

  test('an answer that is no answer of gRPC is no success', () => {
    curlAnswers(['HTTP/2 404', 'content-type: text/plain']);
    expect(run(LOGIN).code).not.toBe(0);
  });
});
