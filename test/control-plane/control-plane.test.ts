import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Lab } from '../../lab/client.ts';
import { authorityOf } from '../../src/pki/authority.ts';
import { issueLeaf } from '../../src/pki/leaf.ts';
import { deployInputs, freshLab, runInLab } from '../e2e/support/action-in-lab.ts';
import { etcdctl } from '../e2e/support/etcd.ts';
import { logOf, succeeded } from '../e2e/support/expect-run.ts';
import { ApiUser, type ApiUserReport } from './api-user.ts';

/**
 * A real control plane on a fourth host: kubeadm init with exactly the files of the hand-over and the configuration
 * that the action outputs, then an API server that is in use while etcd's members restart and its certificate is
 * renewed.
 */
jest.setTimeout(30 * 60_000);

const PKI = '/etc/kubernetes/pki';
const CERTIFICATE = `${PKI}/apiserver-etcd-client.crt`;
const KEY = `${PKI}/apiserver-etcd-client.key`;
const YEAR_MS = 365 * 86_400_000;
const HOST = 'infra3';

let lab: Lab;
let externalEtcdConfig: string;
beforeAll(async () => {
  lab = await freshLab({ hosts: 4 });
  await lab.equipControlPlane(HOST);
  externalEtcdConfig = (await deploy()).outputs['external-etcd-config'] ?? '';
});
afterAll(() => lab.down());

const addressOf = (host: string): string => lab.hosts.find(({ name }) => name === host)?.address ?? '';

async function deploy(changes: Readonly<Record<string, string>> = {}): ReturnType<typeof runInLab> {
  const members = lab.hosts.filter(({ name }) => name !== HOST).map(({ address }) => address);
  const inputs = { hosts: members.join(','), 'control-plane-hosts': addressOf(HOST), ...changes };
  return succeeded(await runInLab(lab, deployInputs(lab, inputs)));
}

const kubectl = (command: string): Promise<string> =>
  lab.sh(HOST, `kubectl --kubeconfig /etc/kubernetes/admin.conf ${command}`);

/** Waits until the API server gives this answer. */
async function eventually(what: () => Promise<unknown>, seconds: number): Promise<void> {
  for (let left = seconds; ; left -= 1) {
    try {
      await what();
      return;
    } catch (error) {
      if (left <= 0) throw error;
      await sleep(1000);
    }
  }
}

/** Prints the state of a control plane that does not start. */
const WHAT_RUNS = `
crictl ps -a
for container in $(crictl ps -aq | head -n 6); do crictl logs --tail 8 "$container" 2>&1; done
journalctl -u kubelet -n 15 --no-pager -o cat`;

const apiServer = (): Promise<string> => lab.sh(HOST, "crictl ps -q --name '^kube-apiserver$'");

function told(what: string, { writes, longestGapMs, longestNotReadyMs, errors }: ApiUserReport): void {
  process.stderr.write(
    `${what}: ${writes} writes, longest gap ${longestGapMs.toFixed(0)} ms, longest not ready ${longestNotReadyMs.toFixed(0)} ms, ${errors.length} errors\n`,
  );
}

test('kubeadm init comes up with the files and the configuration as they are', async () => {
  // .kubelet-keep belongs to kubelet's package.
  const files = await lab.sh(HOST, 'find /etc/kubernetes -type f ! -name .kubelet-keep');
  expect(files.trim().split('\n').toSorted()).toEqual([CERTIFICATE, KEY, `${PKI}/etcd/ca.crt`].toSorted());
  // Settings for the lab only: a host without a default route, too few processors, and no registry.
  const init = stringify({
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'InitConfiguration',
    localAPIEndpoint: { advertiseAddress: addressOf(HOST) },
    nodeRegistration: { ignorePreflightErrors: ['all'] },
  });
  const { code, stdout, stderr } = await lab.exec(
    HOST,
    'cat > /root/kubeadm.yaml && kubeadm init --config /root/kubeadm.yaml --skip-phases=addon',
    { stdin: `${externalEtcdConfig}---\n${init}`, timeoutMs: 300_000 },
  );
  if (code !== 0) {
    const seen = await lab.sh(HOST, WHAT_RUNS);
    throw new Error(`kubeadm init ended with ${code}:\n${stdout}${stderr}${seen}`);
  }
  expect(stdout).toContain('Your Kubernetes control-plane has initialized successfully!');
  expect(await kubectl("get --raw '/readyz?verbose'")).toMatch(/\[\+\]etcd ok/);
  for (const component of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) {
    expect(await lab.sh(HOST, `crictl ps -q --name '^${component}$'`)).not.toBe('');
  }
});

test('kubectl writes and reads, and what it writes lies in this cluster', async () => {
  await kubectl('create configmap hello --from-literal=greeting=there');
  expect(await kubectl("get configmap hello -o jsonpath='{.data.greeting}'")).toBe('there');
  const keys = await lab.sh(
    'infra0',
    `${etcdctl(addressOf('infra0'))} get --prefix /registry/configmaps/default --keys-only`,
  );
  expect(keys).toContain('/registry/configmaps/default/hello');
});

test('it stays in use while a run restarts one member after the other', async () => {
  const before = await apiServer();
  const user = await ApiUser.start(lab, HOST);
  let report: ApiUserReport;
  try {
    const run = await deploy({ 'extra-args': 'snapshot-count: 5000' });
    expect(run.outputs).toMatchObject({ verdict: 'converge', changed: 'true' });
    expect(logOf(run).match(/done: restart member/g)).toHaveLength(3);
  } finally {
    report = await user.stop();
    told('restart of all members', report);
  }
  expect(report.writes).toBeGreaterThan(100);
  expect(report.longestGapMs).toBeLessThan(5_000);
  expect(report.longestNotReadyMs).toBeLessThan(5_000);
  expect(await apiServer()).toBe(before);
});

test('a renewed pair is taken without a restart: it works on when the old one has ended', async () => {
  const lastsMs = 150_000;
  const [caPem = '', caKeyPem = ''] = await Promise.all(
    ['ca.crt', 'ca.key'].map((file) => lab.sh('infra0', `cat ${PKI}/etcd/${file}`)),
  );
  const authority = { ...authorityOf(caPem), key: createPrivateKey(caKeyPem) };
  const member = { name: HOST, address: addressOf(HOST) };
  const now = new Date(Date.now() + lastsMs - YEAR_MS);
  const ending = await issueLeaf(authority, 'apiserverEtcdClient', { member, algorithm: 'RSA-2048', now });
  const endsAt = ending.certificate.validToDate.getTime();
  for (const [path, text] of [
    [CERTIFICATE, ending.certificatePem],
    [KEY, ending.keyPem],
  ] as const)
    await lab.sh(HOST, `base64 -d <<< ${Buffer.from(text).toString('base64')} > ${path}`);
  // From now on all its connections use the pair that expires soon.
  await lab.sh(HOST, `crictl stop "$(crictl ps -q --name '^kube-apiserver$')" > /dev/null`);
  await eventually(() => kubectl('get --raw /readyz'), 120);
  const before = await apiServer();
  await kubectl('create configmap before --from-literal=a=b');

  const user = await ApiUser.start(lab, HOST);
  let report: ApiUserReport;
  try {
    const run = await deploy({ 'extra-args': 'snapshot-count: 5000' });
    expect(run.outputs).toMatchObject({ verdict: 'converge' });
    expect(logOf(run)).toContain(`[${HOST}] done: verify client certificate`);
    await sleep(Math.max(0, endsAt - Date.now()) + 1000);
    // Every connection is reopened, and none with the old pair.
    await deploy({ 'extra-args': 'snapshot-count: 6000' });
  } finally {
    report = await user.stop();
    told('renewal, and restart of all members after the old pair has ended', report);
  }
  expect(report.longestGapMs).toBeLessThan(5_000);
  await kubectl('create configmap after --from-literal=a=b');
  expect(await apiServer()).toBe(before);
});
