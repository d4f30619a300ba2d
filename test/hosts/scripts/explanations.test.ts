import { expect, test } from '@jest/globals';
import { explainKubelet, startKubelet } from '../../../src/hosts/scripts/start-kubelet.ts';
import { explainMember, startMember } from '../../../src/hosts/scripts/start-member.ts';
import type { RemoteResult } from '../../../src/hosts/transport.ts';

function ended(code: number, stderr: string): RemoteResult {
  return { code, stdout: Buffer.alloc(0), stderr };
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
  ['something nobody has seen', /journalctl -u kubelet/],
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
    onProgress: () => undefined,
  }).script;
  const codes = [...new Set([...script.matchAll(/exit (\d+)/g)].map((match) => Number(match[1])))].filter(
    (code) => code !== 0,
  );
  const facts = codes.map((code) => explainMember(ended(code, 'last words')).fact);
  expect(codes.length).toBeGreaterThan(3);
  expect(new Set(facts).size).toBe(codes.length);
});

test('every exit code of the kubelet script has words of its own', () => {
  const codes = [
    ...new Set([...startKubelet(true).script.matchAll(/exit (\d+)/g)].map((match) => Number(match[1]))),
  ].filter((code) => code !== 0);
  const facts = codes.map((code) => explainKubelet(ended(code, 'last words')).fact);
  expect(new Set(facts).size).toBe(3);
});

test('an IPv6 member is asked on ::1, where kubeadm lets its metrics listen', () => {
  const base = { dataDir: '/d', criEndpoint: 'unix:///s', onProgress: () => undefined };
  expect(startMember({ ...base, address: 'fd00::6' }).script).toContain('http_status ::1 2381');
  expect(startMember({ ...base, address: '10.0.0.6' }).script).toContain('http_status 127.0.0.1 2381');
});

test("of etcd's log the complaint is told, not the lines around it", () => {
  const log = [
    '{"level":"info","msg":"closed etcd server"}',
    '{"level":"fatal","ts":"2026-11-23T18:58:05Z","msg":"discovery failed","error":"listen tcp 127.0.0.1:2381: bind: address already in use","stacktrace":"a\\n\\tb"}',
    'an end that is no JSON',
  ].join('\n');
  expect(explainMember(ended(6, log)).fact).toBe(
    'etcd ends again and again. Its last words: discovery failed: listen tcp 127.0.0.1:2381: bind: address already in use',
  );
  expect(explainMember(ended(6, 'exec: no such file')).fact).toContain('exec: no such file');
});

// `set -e` ends a script at a command that fails; that must not pass for what the script itself looks out for.
test.each([explainKubelet, explainMember])(
  'an end that no script foresees is told as what it is',
  (explain) => {
    expect(explain(ended(1, 'No space left on device')).fact).toBe(
      'a command on the host ended with exit code 1: No space left on device',
    );
  },
);
