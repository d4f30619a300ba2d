import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RemoteResult } from '../../src/hosts/transport.ts';
import { explainImport, importImage } from '../../src/steps/import-image.ts';
import { StandInPrograms } from './stand-in-programs.ts';

// test/e2e covers a real containerd; here programs stand in for ctr and crictl, to test the interpretation of their
// answers.

const IMAGE = 'registry.k8s.io/etcd:3.6.5-0';
const ID = `sha256:${'ab'.repeat(32)}`;
let host: StandInPrograms;

beforeEach(() => {
  host = new StandInPrograms();
  host.program('sync', ':');
});

afterEach(() => host.remove());

function run(input: Buffer): RemoteResult {
  const { script } = importImage({
    image: IMAGE,
    imageId: ID,
    criEndpoint: 'unix:///run/containerd/containerd.sock',
    archive: () => (async function* () {})(),
  });
  return host.run(script, input);
}

const takes = `printf '%s\n' "$*" > $folder/arguments; cat > $folder/taken`;
/** crictl's output for the template. */
const knows = (id: string): string => `printf '%s' '${id}'`;

test.each([
  ['as it is', (bytes: Buffer) => bytes],
  ['compressed', (bytes: Buffer) => gzipSync(bytes)],
])('an archive %s reaches containerd whole, in the namespace of the CRI', (_, packed) => {
  host.program('ctr', takes);
  host.program('crictl', knows(ID));
  const archive = Buffer.concat([Buffer.from('a tar archive'), Buffer.alloc(100_000)]);
  expect(run(packed(archive))).toMatchObject({ code: 0, stderr: '' });
  expect(host.read('taken').equals(archive)).toBe(true);
  expect(host.read('arguments').toString()).toBe(
    '--address /run/containerd/containerd.sock --namespace k8s.io images import -\n',
  );
});

test('an id as CRI-O writes it is the same', () => {
  host.program('ctr', takes);
  host.program('crictl', knows('ab'.repeat(32)));
  expect(run(Buffer.from('x')).code).toBe(0);
});

const explain = explainImport({ image: IMAGE, imageId: ID });

test('containerd refuses it: its words', () => {
  host.program('ctr', 'cat > /dev/null; echo "ctr: write failed: no space left on device" >&2; exit 1');
  host.program('crictl', knows(ID));
  const result = run(Buffer.from('x'));
  expect(explain(result)).toMatchObject({
    fact: `containerd did not accept ${IMAGE}: ctr: write failed: no space left on device`,
    cause: expect.stringContaining('is full'),
  });
  expect(explain({ ...result, stderr: 'ctr: something new' }).cause).toBeUndefined();
});

test('what fails beside containerd is not put down to it', () => {
  host.program('ctr', takes);
  host.program('crictl', knows(ID));
  host.program('sync', 'echo "sync: error syncing: Input/output error" >&2; exit 1');
  expect(explain(run(Buffer.from('x')))).toMatchObject({
    fact: expect.stringContaining('a command on the host ended with exit code 1'),
    cause: expect.stringContaining('has an error'),
  });
});

test('the stream was cut off: not taken, even if ctr was content with what came', () => {
  host.program('ctr', takes);
  host.program('crictl', knows(ID));
  const result = run(gzipSync(Buffer.alloc(100_000)).subarray(0, 60));
  expect(result.code).not.toBe(0);
  expect(explain(result).fact).toContain('unexpected end of file');
});

test('another image has the name afterwards', () => {
  host.program('ctr', takes);
  host.program('crictl', knows(`sha256:${'ef'.repeat(32)}`));
  expect(explain(run(Buffer.from('x'))).fact).toBe(
    `after the import the container runtime knows ${IMAGE} as sha256:${'ef'.repeat(32)}, but the action sent ${ID}.`,
  );
});
