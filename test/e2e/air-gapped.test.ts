import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { Archives, dockerArchive } from '../images/archives.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { expectRefusal, finding, logOf, succeeded } from './support/expect-run.ts';
import { exportImages } from './support/images.ts';
import { LabRegistry, PULLER, PULL_SECRET } from './support/registry.ts';
import { SecretWatch } from './support/secret-watch.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
let folder: string;
/** Both images of the host, as containerd itself exports them. */
let archive: string;
let etcd: string;
let pause: string;

beforeAll(async () => {
  lab = await freshLab({ hosts: 1 });
  folder = mkdtempSync(join(tmpdir(), 'etcd-ha-air-gapped-'));
  ({ etcd, pause, archive } = await exportImages(lab, 'infra0', folder));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await lab.down();
});

function run(changes: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, { 'key-algorithm': 'ECDSA-P256', ...changes }));
}

/** Ids of the images on the host, by name. */
async function idsOf(...images: readonly string[]): Promise<string[]> {
  const ids = images.map((image) =>
    lab.exec('infra0', `crictl inspecti -o go-template --template '{{.status.id}}' ${image}`),
  );
  return (await Promise.all(ids)).map(({ code, stdout }) => (code === 0 ? stdout.trim() : 'absent'));
}

describe('a host that reaches no registry and has no image', () => {
  beforeAll(() => lab.sh('infra0', `crictl rmi ${pause} ${etcd}`));

  test('an archive without the missing image is refused, with its contents', async () => {
    const archives = new Archives();
    const wrong = archives.tar('wrong.tar', dockerArchive('amd64', ['registry.k8s.io/etcd:3.4.0']).files);
    expectRefusal(await run({ 'image-archive': wrong }), [
      finding(
        'infra0',
        `does not hold ${etcd}, which infra0 lacks\\. It holds registry\\.k8s\\.io/etcd:3\\.4\\.0 \\(linux/amd64\\)`,
      ),
    ]);
    const missing = await run({ 'image-archive': 'not-there.tar' });
    expect(logOf(missing)).toContain('image-archive: not-there.tar: there is no such file on the runner');
    expect(logOf(missing)).not.toContain('Connecting to');
    archives.remove();
  });

  test('gets both from the archive, and nothing is sent a second time', async () => {
    const done = succeeded(await run({ 'image-archive': archive }));
    expect(done.outputs).toMatchObject({ verdict: 'create', healthy: 'true' });
    await assertOneClusterHealthy(lab);
    const sent = [
      ...logOf(done).matchAll(/\[infra0\] (\S+) imported, (sha256:[0-9a-f]{64}), ([0-9.]+) MB sent/g),
    ];
    expect(sent.map(([, image]) => image).toSorted()).toEqual([etcd, pause].toSorted());
    expect((await idsOf(etcd, pause)).toSorted()).toEqual(sent.map(([, , id]) => id).toSorted());
    // The archive has uncompressed layers; they are compressed on the way.
    const megabytes = sent.reduce((sum, [, , , each]) => sum + Number(each), 0);
    expect(megabytes).toBeGreaterThan(5);
    expect(megabytes).toBeLessThan(statSync(archive).size / 1e6 / 2);
    const again = succeeded(await run({ 'image-archive': archive }));
    expect(again.outputs).toMatchObject({ verdict: 'unchanged', changed: 'false' });
    expect(logOf(again)).not.toContain('MB sent');
  });
});

describe('a host whose registry asks for a password, and that has no pause image', () => {
  let registry: LabRegistry;
  let image: string;
  beforeAll(async () => {
    await lab.reset('infra0');
    registry = await LabRegistry.start(lab);
    const name = `k8s/etcd:${etcd.split(':').at(-1) ?? ''}`;
    image = `${registry.address}/${name}`;
    await registry.takeFrom(lab, 'infra0', etcd, name);
    await registry.trustedBy(lab, 'infra0');
    await lab.sh('infra0', `ctr -n k8s.io images export /var/tmp/pause.tar ${pause} && crictl rmi ${pause}`);
  });
  afterAll(() => registry.stop());

  const pulling = (password: string, more: Record<string, string> = {}): Promise<ActionRun> =>
    run({
      'image-repository': `${registry.address}/k8s`,
      'registry-username': PULLER,
      'registry-password': password,
      ...more,
    });

  test('preflight names both images that are missing', async () => {
    const log = logOf(await pulling(PULL_SECRET, { operation: 'preflight' }));
    expect(log).toContain(`${image} is not on infra0 yet and will be pulled there`);
    expect(log).toContain(
      `Pause image: ${pause}, the pause image of the container runtime, is not on infra0 yet and will be pulled there`,
    );
  });

  test('a wrong password is reported as that', async () => {
    const failed = await pulling('not-the-password');
    expect(failed.conclusion).toBe('failure');
    expect(logOf(failed)).toMatch(
      finding(
        'infra0',
        `pull image: ${image} is not on the host and could not be pulled: .*401 Unauthorized.*does not accept registry-password for ${PULLER}`,
      ),
    );
  });

  test('the right one pulls, and is in no command line, environment, file or log; then the pause image is missed', async () => {
    const watch = await SecretWatch.start(lab, 'infra0', PULL_SECRET);
    const failed = await pulling(PULL_SECRET);
    const seen = await watch.stop();
    expect([seen, await watch.placesOf()]).toEqual(['', '']);
    expect(logOf(failed) + failed.summary + JSON.stringify(failed.outputs)).not.toContain(PULL_SECRET);
    expect(await idsOf(image)).not.toEqual(['absent']);
    expect(failed.conclusion).toBe('failure');
    expect(logOf(failed)).toMatch(
      finding(
        'infra0',
        `start member: kubelet can start no pod: the pause image ${pause} is not on the host and could not be pulled\\.`,
      ),
    );
  });

  test('with the pause image brought there, the same run goes on', async () => {
    await lab.sh('infra0', 'ctr -n k8s.io images import /var/tmp/pause.tar');
    const done = succeeded(await pulling(PULL_SECRET));
    expect(done.outputs).toMatchObject({ verdict: 'repair', healthy: 'true' });
    await assertOneClusterHealthy(lab);
    expect(await lab.sh('infra0', 'grep image: /etc/kubernetes/manifests/etcd.yaml')).toContain(image);
  });

  test('the watch for the password sees what it is for', async () => {
    const watch = await SecretWatch.start(lab, 'infra0', 'word-of-the-control');
    await lab.sh(
      'infra0',
      `env IN=word-of-the-control sleep 0.5 &
       bash -c 'sleep 0.5; :' word-of-the-control
       echo word-of-the-control > /var/tmp/control; wait`,
    );
    expect(await watch.stop()).toMatch(/cmdline[^]*environ/);
    expect(await watch.placesOf()).toContain('/var/tmp/control');
  });
});
