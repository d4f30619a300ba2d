import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { get, put, waitReady } from './support/etcd.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab();
});
afterAll(() => lab.down());

const FINGERPRINT = 'openssl x509 -in /etc/kubernetes/pki/etcd/ca.crt -noout -fingerprint -sha256';

/** Runs a deploy and loses the runner (SIGKILL, no post) as soon as a line of its log matches. */
async function loseRunnerAt(line: RegExp): Promise<void> {
  const lost = new AbortController();
  const run = await runInLab(lab, deployInputs(lab), {
    kill: lost.signal,
    onLine: (text) => {
      if (line.test(text)) lost.abort();
    },
  });
  const log = run.log.join('\n');
  if (!lost.signal.aborted) throw new Error(`no line matches ${line}:\n${log}`);
  if (run.conclusion !== 'lost') throw new Error(`the run ended before it was killed:\n${log}`);
}

// A sample of "killed anywhere, run again: converges": the runner is lost once in each stage and during the first, one
// after the other.
test('runs that are lost in every stage leave what the next one goes on from, with one CA throughout', async () => {
  await loseRunnerAt(/^Kubelet, certificates and manifest of each host/);
  await loseRunnerAt(/^\[infra0\] done: deliver files/);
  const fingerprint = await lab.sh('infra0', FINGERPRINT);
  await loseRunnerAt(/^\[infra1\] done: verify files/);
  await loseRunnerAt(/^Start of the members/);
  // By then the members may be healthy and only the record is missing: then this run converges.
  await loseRunnerAt(/^Record of the (?:finished cluster|run)/);
  const last = await runInLab(lab, deployInputs(lab));
  if (last.conclusion !== 'success') throw new Error(last.log.join('\n'));
  expect(last.outputs).toMatchObject({ healthy: 'true' });
  for (const { name } of lab.hosts) expect(await lab.sh(name, FINGERPRINT)).toBe(fingerprint);
  const staged = await lab.sh(
    'infra0',
    "find /etc /run -xdev -name '*.etcd-ha-action' -o -xdev -name 'etcd-ha-action.*' -o -xdev -name '*.rendered.*'",
  );
  expect(staged).toBe('');
  const again = await runInLab(lab, deployInputs(lab));
  expect(again.outputs).toMatchObject({ healthy: 'true', changed: 'false' });
});

test('a cancelled run ends in time, says what it was and that nothing has to be undone', async () => {
  await lab.reset('infra0');
  await lab.reset('infra1');
  await lab.reset('infra2');
  const cancelled = new AbortController();
  const run = await runInLab(lab, deployInputs(lab), {
    cancel: cancelled.signal,
    onLine: (text) => {
      if (/^Kubelet, certificates and manifest of each host/.test(text)) cancelled.abort();
    },
  });
  expect(run.conclusion).toBe('cancelled');
  expect(run.main.signal).toBeNull(); // it ended by itself, not by the runner's SIGTERM or SIGKILL
  expect(run.log.join('\n')).toMatch(/the run was cancelled \(SIGINT\).*You do not have to undo anything/);
  expect(run.summary).toMatch(/cancelled/);
  expect(run.post?.annotations).toEqual([]);
});

test('the power of all hosts is cut the moment the action has said success: all come back, nothing is lost', async () => {
  const run = await runInLab(lab, deployInputs(lab));
  await Promise.all(lab.hosts.map(({ name }) => lab.kill(name)));
  if (run.conclusion !== 'success') throw new Error(run.log.join('\n'));
  await Promise.all(lab.hosts.map(({ name }) => lab.start(name)));
  await Promise.all(lab.hosts.map(({ name }) => waitReady(lab, name, 90)));
  await put(lab, 'infra1', 'after', 'cut');
  const again = await runInLab(lab, deployInputs(lab));
  expect(again.outputs).toMatchObject({
    healthy: 'true',
    changed: 'false',
    'ca-fingerprint': run.outputs['ca-fingerprint'],
    'cluster-id': run.outputs['cluster-id'],
  });
  expect(await get(lab, 'infra2', 'after')).toBe('cut');
});

// The whole cluster was stopped as kubelet permits, and its manifests were lost.
test('no member runs and no manifest is left: all start together, with their data', async () => {
  await put(lab, 'infra0', 'before', 'stop');
  await Promise.all(
    lab.hosts.map(({ name }) =>
      lab.sh(
        name,
        'rm /etc/kubernetes/manifests/etcd.yaml; while [ -n "$(crictl ps -q)" ]; do sleep 0.2; done',
      ),
    ),
  );
  const run = await runInLab(lab, deployInputs(lab));
  if (run.conclusion !== 'success') throw new Error(run.log.join('\n'));
  expect(run.outputs).toMatchObject({ verdict: 'converge', healthy: 'true', changed: 'true' });
  expect(await get(lab, 'infra2', 'before')).toBe('stop');
  expect((await runInLab(lab, deployInputs(lab))).outputs).toMatchObject({ verdict: 'unchanged' });
});
