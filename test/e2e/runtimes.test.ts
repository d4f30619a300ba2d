import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { put, waitReady } from './support/etcd.ts';
import { expectRefusal, logOf, succeeded } from './support/expect-run.ts';
import { changesSince, snapshotHosts } from './support/snapshot.ts';

/*
 * Three container runtimes in one cluster: containerd with the configuration of Docker's package, CRI-O, and an older
 * containerd. The first is refused until the fix in its finding is applied.
 */
jest.setTimeout(10 * 60_000);

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab({
    variant: ['bookworm+docker-containerd', 'trixie+crio', 'trixie+debian-containerd'],
  });
});
afterAll(() => lab.down());

const names = (): string[] => lab.hosts.map(({ name }) => name);

function run(operation: 'deploy' | 'preflight'): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, { operation }));
}

/** Matches the fix in the finding of the first host. */
const CHANGE = /\[infra0\].* Make line (\d+) of (\S+) `([^`]+)`\. Then run `(systemctl restart containerd)`/;

test.each(['preflight', 'deploy'] as const)(
  'a %s tells of the host without a CRI, once, and changes nothing',
  async (operation) => {
    const before = await snapshotHosts(lab);
    const refused = await run(operation);
    expectRefusal(refused, [CHANGE]);
    const errors = logOf(refused).match(/^##\[error\]\[.*$/gm) ?? [];
    expect(errors).toEqual([
      expect.stringMatching(/^##\[error\]\[infra0\] prerequisites: containerd runs without its CRI/),
    ]);
    expect(logOf(refused)).not.toMatch(/is not on infra0 yet/);
    expect(await changesSince(lab, before)).toEqual([]);
  },
);

test('once that is done, crictl is answered', async () => {
  const [, line = '', file = '', text = '', restart = ''] = CHANGE.exec(logOf(await run('preflight'))) ?? [];
  await lab.sh('infra0', `sed -i '${line}c ${text}' ${file}; ${restart}; sleep 2; crictl version`);
  expect(await lab.sh('infra0', `sed -n ${line}p ${file}`)).toBe(`${text}\n`);
  expect(logOf(await run('preflight'))).not.toContain('CRI plugin');
});

test("configured as kubeadm's guide says, it makes a cluster with the others", async () => {
  await lab.sh(
    'infra0',
    `containerd config default |
       sed 's/SystemdCgroup = false/SystemdCgroup = true/; s/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' \\
       > /etc/containerd/config.toml
     systemctl restart containerd`,
  );
  const deployed = succeeded(await run('deploy'));
  expect(deployed.outputs).toMatchObject({ verdict: 'create', changed: 'true', healthy: 'true' });
  expect(deployed.annotations).toEqual([]);
  await assertOneClusterHealthy(lab);
});

// CRI-O emptied its store, with the images: the last container was not synced yet.
test('a power cut of all right afterwards costs no image', async () => {
  await put(lab, 'infra0', 'power-cut/before', 'there');
  await Promise.all(names().map((host) => lab.kill(host)));
  await Promise.all(names().map((host) => lab.start(host)));
  await Promise.all(names().map((host) => waitReady(lab, host, 120)));
  expect(await lab.sh('infra1', 'crictl images')).toMatch(/\/etcd .*\n.*\/pause /);
  expect(succeeded(await run('deploy')).outputs).toMatchObject({ verdict: 'unchanged', healthy: 'true' });
});
