import { expect, test } from '@jest/globals';
import { RUN_GONE } from '../../src/hosts/lock/guard.ts';
import type { RemoteResult } from '../../src/hosts/transport.ts';
import { RESTART_END } from '../../src/steps/member/restart-unit.ts';
import { explainRestart } from '../../src/steps/restart-member.ts';
import { explainModes } from '../../src/steps/set-modes.ts';
import { explainKubelet, startKubelet } from '../../src/steps/start-kubelet.ts';
import { explainMember, startMember } from '../../src/steps/start-member.ts';

function ended(code: number, stderr: string): RemoteResult {
  return { code, stdout: Buffer.alloc(0), stderr };
}

/** Exit codes of reported failures; the ends of unawaited scripts are not reported. */
function exitCodes(script: string): number[] {
  const codes = [...script.matchAll(/(?:exit|give_up) (\d+)/g)].map((match) => Number(match[1]));
  return [...new Set(codes)].filter((code) => code !== 0 && code !== RUN_GONE);
}

// The last lines of real kubelets (1.35 on cgroup v1, 1.34 with swap, 1.34 with a value of another type).
test.each([
  [
    'failed to run Kubelet: kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported',
    /failCgroupV1: false/,
  ],
  [
    'failed to run Kubelet: running with swap on is not supported, please disable swap or set --fail-swap-on flag to false',
    /swapoff -a/,
  ],
  [
    'failed to load kubelet config file: json: cannot unmarshal string into Go struct field KubeletConfiguration.maxPods',
    /Correct `kubelet-config`/,
  ],
  ['something unknown', /journalctl -u kubelet/],
])('kubelet: %s', (journal, fix) => {
  const { fact, fix: told } = explainKubelet(ended(4, `${journal}\n`));
  expect(fact).toContain(journal);
  expect(told).toMatch(fix);
});

test('every exit code of the member script has words of its own', () => {
  const script = startMember({
    address: '10.0.0.6',
    dataDir: '/var/lib/etcd',
    criEndpoint: 'unix:///run/containerd/containerd.sock',
    manifestSha256: '0'.repeat(64),
    hadContainers: false,
    onProgress: () => undefined,
  }).script;
  const codes = exitCodes(script);
  const facts = codes.map((code) => explainMember(ended(code, 'last words')).fact);
  expect(codes.length).toBeGreaterThan(3);
  expect(new Set(facts).size).toBe(codes.length);
});

test('every exit code of the kubelet script has words of its own', () => {
  const codes = exitCodes(startKubelet({ restart: true }).script);
  const facts = codes.map((code) => explainKubelet(ended(code, 'last words')).fact);
  expect(new Set(facts).size).toBe(5);
});

test('every end of a restart has words of its own', () => {
  const codes = [...Object.values(RESTART_END).filter((code) => code !== 0), 20];
  const facts = codes.map((code) => explainRestart(ended(code, 'etcd: last words')).fact);
  expect(new Set(facts).size).toBe(codes.length);
  for (const fact of facts) expect(fact).not.toMatch(/exit code/);
});

// Lines of real logs: etcd 3.6.5 with contradictory flags, and with one that it does not know.
test.each([
  [
    [
      'the new manifest is in place',
      'etcd: {"level":"warn","ts":"2026-11-23T20:59:20.571892Z","caller":"etcdmain/etcd.go:66","msg":"failed to verify flags","error":"--election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[5000ms]"}',
      'the old manifest is back',
    ],
    'failed to verify flags: --election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[5000ms]. The',
  ],
  [
    ['etcd: flag provided but not defined: -no-such-flag', 'the old manifest is back'],
    'flag provided but not defined: -no-such-flag. The',
  ],
])('of a restart that failed, what etcd complains of is reported: %j', (log, complaint) => {
  expect(explainRestart(ended(RESTART_END.crashedAndBack, log.join('\n'))).fact).toContain(complaint);
});

test("of etcd's log the complaint is reported, not the lines around it", () => {
  // As printed by etcd_words.
  const log = [
    '{"level":"info","msg":"closed etcd server"}',
    '{"level":"fatal","ts":"2026-11-23T18:58:05Z","msg":"discovery failed","error":"listen tcp 127.0.0.1:2381: bind: address already in use","stacktrace":"a\\n\\tb"}',
    'an end that is no JSON',
  ]
    .map((line) => `etcd: ${line}`)
    .join('\n');
  expect(explainMember(ended(6, log)).fact).toBe(
    'etcd keeps crashing. Its last words: discovery failed: listen tcp 127.0.0.1:2381: bind: address already in use',
  );
  expect(explainMember(ended(6, 'etcd: exec: no such file')).fact).toContain('exec: no such file');
});

// `set -e` ends a script at a failed command, which must not be mistaken for a case that the script itself handles.
test.each([explainKubelet, explainMember, explainRestart, explainModes])(
  'an end that no script foresees is reported as what it is',
  (explain) => {
    expect(explain(ended(1, 'No space left on device')).fact).toBe(
      'a command on the host ended with exit code 1: No space left on device',
    );
  },
);
