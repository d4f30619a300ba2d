import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RemoteResult } from '../../src/hosts/transport.ts';
import { etcdMessage, memberReadyFunctions, NO_PAUSE } from '../../src/steps/member/member-ready.ts';
import { explainMember } from '../../src/steps/start-member.ts';
import { StandInPrograms } from './stand-in-programs.ts';
import { startExit } from './start-exit.ts';

let host: StandInPrograms;
beforeEach(() => {
  host = new StandInPrograms();
  host.program('crictl', ':');
});
afterEach(() => host.remove());

/** Output of kubelet 1.34 with containerd 2.2 without the image and without a way to its registry. */
const complaint = (pause: string): string =>
  `E1126 05:29:35.583926 291 pod_workers.go:1324] "Error syncing pod, skipping" err="failed to \\"CreatePodSandbox\\" for \\"etcd-infra0_kube-system(6d)\\" with CreatePodSandboxError: \\"Failed to create sandbox for pod \\\\\\"etcd-infra0_kube-system(6d)\\\\\\": rpc error: code = Unknown desc = failed to start sandbox \\\\\\"7fd9\\\\\\": failed to get sandbox image \\\\\\"${pause}\\\\\\": failed to pull image \\\\\\"${pause}\\\\\\": dial tcp: lookup registry.k8s.io\\"" pod="kube-system/etcd-infra0"`;

/** The same with CRI-O 1.34, which does not name the image; the ports are those of the connection to the resolver. */
const complaintOfCrio = (port: number): string =>
  `E1130 07:09:54.372311     663 pod_workers.go:1324] "Error syncing pod, skipping" err="failed to \\"CreatePodSandbox\\" for \\"etcd-infra1_kube-system(3e)\\" with CreatePodSandboxError: \\"Failed to create sandbox for pod \\\\\\"etcd-infra1_kube-system(3e)\\\\\\": rpc error: code = Unknown desc = creating pod sandbox with name \\\\\\"k8s_etcd-infra1_kube-system_3e_0\\\\\\": unable to try pulling possible OCI artifact: build image source: pinging container registry registry.k8s.io: Get \\\\\\"https://registry.k8s.io/v2/\\\\\\": dial tcp: lookup registry.k8s.io on [::1]:53: read udp [::1]:${port}->[::1]:53: read: connection refused\\"" pod="kube-system/etcd-infra1"`;

function run(journal: readonly string[], script: string): RemoteResult {
  host.program('journalctl', `cat <<'END'\n${journal.join('\n')}\nEND`);
  const functions = memberReadyFunctions({ address: '127.0.0.1', criEndpoint: 'unix:///none.sock' });
  return host.run(`${functions}\n${script}`);
}

const PAUSE = 'registry.k8s.io/pause:3.10.1';

describe('a pause image that cannot be had', () => {
  test('reported twice: it is named, and the wait is over', () => {
    const { stderr } = run(
      [complaint(PAUSE), 'something else', complaint(PAUSE)],
      'waited_since=0; etcd_words',
    );
    expect(etcdMessage(stderr)).toBe(`the pause image ${PAUSE} is not on the host and could not be pulled`);
    const { fact, fix } = explainMember({ code: startExit(NO_PAUSE), stderr, stdout: Buffer.alloc(0) });
    expect(fact).toBe(
      `kubelet can start no pod: the pause image ${PAUSE} is not on the host and could not be pulled.`,
    );
    expect(fix).toContain('image-archive');
  });

  test.each([
    ['the runtime tells its name', `echo '    "sandboxImage": "${PAUSE}",'`, PAUSE],
    ['the runtime tells nothing', ':', 'that the runtime is configured with'],
  ])('told twice by CRI-O, %s', (_, crictl, pause) => {
    host.program('crictl', crictl);
    const { stderr } = run([complaintOfCrio(57067), complaintOfCrio(34461)], 'waited_since=0; etcd_words');
    expect(etcdMessage(stderr)).toBe(`the pause image ${pause} is not on the host and could not be pulled`);
  });

  test('reported twice by CRI-O: the wait is over', () => {
    const { code, stderr } = run(
      [complaintOfCrio(57067), complaintOfCrio(34461)],
      'is_ready() { false; }; pause() { SECONDS=$((SECONDS + 3)); }; await_ready none-yet',
    );
    expect({ code, stderr }).toEqual({ code: NO_PAUSE, stderr: expect.not.stringContaining('since 20 s') });
  });

  test.each([
    ['once', [complaintOfCrio(57067)]],
    [
      'of the container of etcd',
      [1, 2].map(() => complaintOfCrio(1).replace('creating pod sandbox', 'creating a container')),
    ],
  ])('told by CRI-O %s', (_, journal) => {
    expect(run(journal, 'waited_since=0; etcd_words').stderr).not.toContain('pause image');
  });

  test('reported once may pass: the next pull may succeed', () => {
    const { stderr } = run([complaint(PAUSE), 'another line'], 'waited_since=0; etcd_words');
    expect(stderr).not.toContain('pause image');
    expect(stderr).toContain('another line');
  });
});
