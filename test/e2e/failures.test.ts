import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, REPOSITORY, runInLab } from './support/action-in-lab.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab({ hosts: 1 });
});
afterAll(() => lab.down());

function deploy(changes: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, changes));
}

const SQUAT = 'systemd-run --unit=squatter socat TCP-LISTEN:2381,bind=127.0.0.1,fork,reuseaddr /dev/null';

/**
 * Restarts the host's own etcd until it ends with a blank log (10 to 30 of 100 starts), with the member's own flags
 * except TLS and listen addresses.
 */
const LEAVE_BLANK_LOG = `
set -euo pipefail
manifest=/etc/kubernetes/manifests/etcd.yaml
mv $manifest /root/etcd.yaml
while [ -n "$(crictl ps -q --name etcd)" ]; do sleep 0.2; done
systemd-run --quiet --unit=squatter socat TCP-LISTEN:2381,bind=127.0.0.1,fork,reuseaddr /dev/null
etcd=$(find /var/lib/containerd -path '*/usr/local/bin/etcd' -type f | head -n 1)
flags=$(sed -n 's/^ *- \\(--\\(name\\|initial-[a-z-]*\\|advertise-client-urls\\|data-dir\\)=.*\\)/\\1/p' /root/etcd.yaml)
blank=0
for attempt in $(seq 300); do
  rm -rf /var/lib/etcd/member
  $etcd $flags --listen-client-urls=http://127.0.0.1:3379 --listen-peer-urls=http://127.0.0.1:3380 \\
    --listen-metrics-urls=http://127.0.0.1:2381 > /dev/null 2>&1 || true
  # an entry's JSON names the member's URLs; a log without them has no entry
  if ! head -c 4096 /var/lib/etcd/member/wal/0*.wal | grep -aq peerURLs; then blank=1; break; fi
done
[ $blank = 1 ]
systemctl stop squatter
mv /root/etcd.yaml $manifest
`;

// Each failure is on another host, and is fixed before the next: the fix in the message has to be sufficient.
test('a run that fails half-way names cause and fix, and goes on from there once that is done', async () => {
  // Another drop-in that overrides ours.
  const dropIn = '/etc/systemd/system/kubelet.service.d/90-local.conf';
  await lab.sh(
    'infra0',
    `mkdir -p ${dropIn.replace(/\/[^/]*$/, '')} && printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/kubelet --v=2\\n' > ${dropIn}`,
  );
  const overruled = await deploy();
  expect(overruled.conclusion).toBe('failure');
  expect(overruled.log.join('\n')).toMatch(
    /\[infra0\] start kubelet: another drop-in overrides .*90-local\.conf.*Fix: Rename/,
  );
  await lab.sh('infra0', `rm ${dropIn}`);

  // Values that kubelet refuses in combination; each alone is valid.
  const thresholds = 'imageGCHighThresholdPercent: 50\nimageGCLowThresholdPercent: 60';
  const refused = await deploy({ 'kubelet-config': thresholds });
  expect(refused.log.join('\n')).toMatch(
    /\[infra0\] wait for kubelet: kubelet .*imageGC.*Fix: Correct `kubelet-config`/i,
  );

  // No image, and no way to a registry.
  const image = (await lab.sh('infra0', 'ctr -n k8s.io images ls -q | grep /etcd:')).trim();
  await lab.sh('infra0', `ctr -n k8s.io images export /var/tmp/etcd.tar ${image} && crictl rmi ${image}`);
  const imageless = await deploy();
  expect(imageless.log.join('\n')).toMatch(
    /\[infra0\] pull image: registry\.k8s\.io\/etcd:.* could not be pulled.*Fix: .*image-repository/,
  );
  await lab.sh('infra0', 'ctr -n k8s.io images import /var/tmp/etcd.tar && rm /var/tmp/etcd.tar');

  // Another program on the port of etcd's metrics: nothing is begun.
  await lab.sh('infra0', SQUAT);
  const taken = await deploy();
  expect(taken.conclusion).toBe('failure');
  expect(taken.log.join('\n')).toMatch(
    /\[infra0\] ports: TCP port 2381, which etcd needs, is taken by "socat"/,
  );
  await lab.sh('infra0', 'systemctl stop squatter');

  const mended = await deploy();
  if (mended.conclusion !== 'success') throw new Error(mended.log.join('\n'));
  expect(mended.outputs).toMatchObject({ healthy: 'true', changed: 'true' });
  expect((await deploy()).outputs).toMatchObject({ healthy: 'true', changed: 'false' });
});

// etcd creates its log, then writes its members to it. An etcd that ends between the two never becomes ready.
test('a log that etcd left blank at its first start is set aside, and the member starts again', async () => {
  await lab.reset('infra0');
  const lost = new AbortController();
  await runInLab(lab, deployInputs(lab), {
    kill: lost.signal,
    onLine: (text) => {
      if (text.includes('done: start member')) lost.abort();
    },
  });
  await lab.sh('infra0', LEAVE_BLANK_LOG);
  // kubelet's next attempt runs, and has no members for an election.
  await lab.sh(
    'infra0',
    'systemctl restart kubelet; until crictl ps --name etcd -q | grep -q .; do sleep 0.2; done',
  );
  const health = await lab.sh(
    'infra0',
    'sleep 5; exec 3<> /dev/tcp/127.0.0.1/2381; printf "GET /health HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3',
  );
  expect(health).toMatch(/RAFT NO LEADER/);

  const run = await deploy();
  if (run.conclusion !== 'success') throw new Error(run.log.join('\n'));
  expect(run.log.join('\n')).toMatch(/set aside as \/var\/lib\/etcd\/blank-member-\d+/);
  expect(await lab.sh('infra0', 'ls /var/lib/etcd')).toMatch(/^blank-member-\d+\nmember\n$/);
  expect((await deploy()).outputs).toMatchObject({ healthy: 'true', changed: 'false' });
});

test('a kubelet that was stopped is started, and nothing else is touched', async () => {
  const before = await lab.sh('infra0', 'systemctl stop kubelet; crictl ps -q');
  const run = await deploy();
  expect(run.outputs).toMatchObject({ healthy: 'true', changed: 'true' });
  expect(await lab.sh('infra0', 'systemctl is-active kubelet')).toBe('active\n');
  expect(await lab.sh('infra0', 'crictl ps -q')).toBe(before);
});

test('what docs/footprint.md says undoes a deploy leaves a host that can be set up again', async () => {
  const page = readFileSync(join(REPOSITORY, 'docs/footprint.md'), 'utf8');
  const commands = /^## To undo it[^]*?```sh\n([^]*?)```/m.exec(page)?.[1] ?? '';
  expect(commands).toContain('/root/etcd-removed');
  // A person waits between these two; kubelet needs some seconds to stop etcd.
  const waiting = commands.replace(
    /^(sudo crictl ps .*?)( +#.*)?$/m,
    'while [ -n "$($1 -q)" ]; do sleep 1; done',
  );
  await lab.sh('infra0', waiting);
  expect(await lab.sh('infra0', 'ls /root/etcd-removed/etcd/member/wal | head -n 1')).toMatch(/wal/);
  const before = await lab.sh(
    'infra0',
    'openssl x509 -in /root/etcd-removed/pki/etcd/ca.crt -noout -fingerprint',
  );
  const run = await deploy();
  if (run.conclusion !== 'success') throw new Error(run.log.join('\n'));
  expect(run.log.join('\n')).toMatch(/Verdict: create/);
  expect(
    await lab.sh('infra0', 'openssl x509 -in /etc/kubernetes/pki/etcd/ca.crt -noout -fingerprint'),
  ).not.toBe(before);
});
