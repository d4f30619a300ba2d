import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { RunResult } from '../../lab/machine/run.ts';
import { explainRestart, restartMember } from '../../src/steps/restart-member.ts';
import { RESTART_END, RESTART_UNIT } from '../../src/steps/member/restart-unit.ts';
import { renderKubeletDropIn } from '../../src/kubeadm/kubelet-config.ts';
import {
  ETCD_MANIFEST,
  KUBELET_DROP_IN,
  OUTGOING_MANIFEST,
  RENDERED_MANIFEST,
} from '../../src/kubeadm/paths.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { waitReady } from './support/etcd.ts';
import { LONGEST_AWAY_MS } from './support/limits.ts';

jest.setTimeout(10 * 60_000);

const HOST = 'infra1';

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab();
  const run = await runInLab(lab, deployInputs(lab));
  if (run.conclusion !== 'success') throw new Error(run.log.join('\n'));
});
afterAll(() => lab.down());

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

let changes = 0;

/** Renders a manifest with another flag and returns the script that restarts the member with it. */
async function prepareRestart(flag: (number: number) => string): Promise<{
  readonly old: string;
  readonly wanted: string;
  readonly script: string;
}> {
  const old = await lab.sh(HOST, `cat ${ETCD_MANIFEST}`);
  changes += 1;
  const wanted = old.replace(/--snapshot-count=.*/, flag(9000 + changes));
  await lab.exec(HOST, `umask 077; cat > ${RENDERED_MANIFEST}; sync ${RENDERED_MANIFEST}`, { stdin: wanted });
  return { old, wanted, script: restartScript(old, wanted) };
}

function restartScript(old: string, wanted: string, dataDir = '/var/lib/etcd'): string {
  const { script } = restartMember({
    address: lab.hosts[1]?.address ?? '',
    dataDir,
    criEndpoint: 'unix:///run/containerd/containerd.sock',
    currentSha256: sha256(old),
    renderedSha256: sha256(wanted),
    mayLackData: false,
    onProgress: () => undefined,
  });
  return `set -euo pipefail; umask 077; { ${script}\n}`;
}

const goodFlag = (number: number): string => `--snapshot-count=${number}`;

function inPlace(): Promise<string> {
  return lab.sh(HOST, `cat ${ETCD_MANIFEST}`);
}

/** Returns the arguments of the running etcd, which are those of the manifest that kubelet has read. */
function running(): Promise<string> {
  return lab.sh(HOST, "tr '\\0' '\\n' < /proc/$(pidof etcd)/cmdline");
}

/** Returns staged manifests and units of a restart that still exist. */
function leftovers(): Promise<string> {
  return lab.sh(
    HOST,
    `ls ${OUTGOING_MANIFEST} ${RENDERED_MANIFEST} /run/etcd-ha-action/restart.* 2> /dev/null || true
     systemctl list-units --all --no-legend ${RESTART_UNIT}`,
  );
}

function expectSuccess(result: RunResult, stdout: string): void {
  if (result.code !== 0) throw new Error(`${result.code}: ${result.stderr}`);
  expect(result.stdout).toBe(stdout);
}

/**
 * Interrupts a restart in the middle, with the old manifest out and the new one not in: a stopped kubelet ends no pod.
 */
async function restartUntilOut(): Promise<{
  readonly old: string;
  readonly wanted: string;
  readonly end: Promise<RunResult>;
}> {
  const { old, wanted, script } = await prepareRestart(goodFlag);
  await lab.sh(HOST, 'systemctl stop kubelet');
  const end = lab.exec(HOST, script);
  await lab.sh(
    HOST,
    `for i in $(seq 200); do if [ ! -e ${ETCD_MANIFEST} ]; then exit 0; fi; sleep 0.05; done; exit 1`,
  );
  return { old, wanted, end };
}

test('changed flags: the member is back with them within 8 s, nothing is left; once more: nothing is done', async () => {
  const { old, wanted, script } = await prepareRestart(goodFlag);
  const startedAt = performance.now();
  const result = await lab.exec(HOST, script);
  const took = performance.now() - startedAt;
  expectSuccess(result, 'restarted\n');
  process.stderr.write(`a restart took ${Math.round(took)} ms\n`);
  expect(took).toBeLessThan(LONGEST_AWAY_MS);
  expect(await inPlace()).toBe(wanted);
  expect(await running()).toContain(`${goodFlag(9000 + changes)}\n`);
  expect(await leftovers()).toBe('');
  const pid = await lab.sh(HOST, 'pidof etcd');
  // As in a run that has rendered the same manifest once more.
  await lab.sh(HOST, `cp ${ETCD_MANIFEST} ${RENDERED_MANIFEST}`);
  expectSuccess(await lab.exec(HOST, restartScript(wanted, wanted)), 'unchanged\n');
  expect(await lab.sh(HOST, 'pidof etcd')).toBe(pid);
  expect(await leftovers()).toBe('');
  // The observed manifest no longer exists.
  await lab.sh(HOST, `cp ${ETCD_MANIFEST} ${RENDERED_MANIFEST}; echo >> ${RENDERED_MANIFEST}`);
  expect((await lab.exec(HOST, restartScript(old, `${wanted}\n`))).code).toBe(RESTART_END.changed);
  // The disk is missing or empty.
  expect((await lab.exec(HOST, restartScript(wanted, `${wanted}\n`, '/mnt/no-such'))).code).toBe(
    RESTART_END.noData,
  );
  expect(await inPlace()).toBe(wanted);
  expect(await lab.sh(HOST, 'pidof etcd')).toBe(pid);
});

test('a flag that etcd does not know: the old manifest comes back, the member is ready, etcd is quoted', async () => {
  const { old, script } = await prepareRestart((number) => `--no-such-flag=${number}`);
  const { code, stderr } = await lab.exec(HOST, script);
  const { fact } = explainRestart({ code, stdout: Buffer.alloc(0), stderr });
  expect(fact).toBe(
    'with the new manifest etcd kept crashing: flag provided but not defined: -no-such-flag. ' +
      'The old manifest is back and the member is ready with it.',
  );
  expect(await inPlace()).toBe(old);
  await waitReady(lab, HOST, 1);
  // The failed manifest stays for inspection; the next rendering replaces it.
  expect((await leftovers()).trim()).toBe(RENDERED_MANIFEST);
});

test('the waiting script is killed in the middle: the unit goes on; the next one attaches to it', async () => {
  const { wanted, script } = await prepareRestart(goodFlag);
  const { code } = await lab.exec(HOST, 'timeout -s KILL 1 bash -c "$(cat)"', { stdin: script });
  expect(code).toBe(137);
  expect(await lab.sh(HOST, `systemctl is-active ${RESTART_UNIT}`)).toBe('active\n');
  const next = await lab.exec(HOST, script);
  expectSuccess(next, 'restarted\n');
  expect(next.stderr).toContain('an earlier restart still works');
  expect(next.stderr.match(/the old manifest is out/g)).toHaveLength(1);
  expect(await inPlace()).toBe(wanted);
  expect(await leftovers()).toBe('');
});

test('the unit is killed with the manifest out: it is back, and a new run finishes', async () => {
  const { old, wanted, end } = await restartUntilOut();
  await lab.sh(HOST, `systemctl kill -s KILL ${RESTART_UNIT}`);
  const { code, stderr } = await end;
  expect(explainRestart({ code, stdout: Buffer.alloc(0), stderr }).fact).toContain('ended too early');
  expect(await inPlace()).toBe(old);
  await lab.sh(HOST, 'systemctl start kubelet');
  expectSuccess(await lab.exec(HOST, restartScript(old, wanted)), 'restarted\n');
  expect(await inPlace()).toBe(wanted);
  expect(await leftovers()).toBe('');
});

test('the unit is killed with the new manifest in: a new run sees to it that its member is ready', async () => {
  const { old, wanted, script } = await prepareRestart(goodFlag);
  const end = lab.exec(HOST, script);
  await lab.sh(
    HOST,
    `until [ -e ${OUTGOING_MANIFEST} ]; do sleep 0.01; done
     until [ -e ${ETCD_MANIFEST} ]; do sleep 0.01; done
     systemctl kill -s KILL ${RESTART_UNIT}`,
  );
  expect((await end).code).not.toBe(0);
  expect(await inPlace()).toBe(wanted);
  const again = await lab.exec(HOST, restartScript(old, wanted));
  expectSuccess(again, 'restarted\n');
  expect(again.stderr).not.toContain('is out');
  await waitReady(lab, HOST, 1);
  expect(await leftovers()).toBe('');
});

test('the power is cut with the manifest out: kubelet puts it back at its start', async () => {
  const dropIn = renderKubeletDropIn('/usr/bin/kubelet', { dataDir: '/var/lib/etcd' });
  await lab.exec(HOST, `cat > ${KUBELET_DROP_IN}; sync ${KUBELET_DROP_IN}; systemctl daemon-reload`, {
    stdin: dropIn,
  });
  await lab.sh(HOST, 'systemctl restart kubelet');
  const { old, wanted, end } = await restartUntilOut();
  await lab.kill(HOST);
  await end;
  await lab.start(HOST);
  await waitReady(lab, HOST, 90);
  expect(await inPlace()).toBe(old);
  expectSuccess(await lab.exec(HOST, restartScript(old, wanted)), 'restarted\n');
  expect(await inPlace()).toBe(wanted);
  expect(await leftovers()).toBe('');
  // A start without anything to do must not log anything.
  expect(await lab.sh(HOST, "journalctl -u kubelet -b -o cat | grep -cE 'mv:|outgoing' || true")).toBe('0\n');
});

test('kubelet starts while the manifest is out, and puts it back: the restart takes it out once more', async () => {
  const { wanted, end } = await restartUntilOut();
  await lab.sh(HOST, 'systemctl start kubelet');
  expectSuccess(await end, 'restarted\n');
  expect(await inPlace()).toBe(wanted);
  expect(await leftovers()).toBe('');
});
