import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Finding } from '../../src/findings.ts';
import type { RemoteResult } from '../../src/hosts/transport.ts';
import { etcdMessage, memberReadyFunctions, NO_POD } from '../../src/steps/member/member-ready.ts';
import { RESTART_END } from '../../src/steps/member/restart-unit.ts';
import { explainRestart } from '../../src/steps/restart-member.ts';
import { explainMember } from '../../src/steps/start-member.ts';
import { StandInPrograms } from './stand-in-programs.ts';
import { startExit } from './start-exit.ts';

let host: StandInPrograms;
beforeEach(() => {
  host = new StandInPrograms();
  host.program('systemctl', ':');
  host.program('crictl', ':');
  host.program('journalctl', ':');
});
afterEach(() => host.remove());

function says(program: string, lines: readonly string[]): void {
  host.program(program, `cat <<'END'\n${lines.join('\n')}\nEND`);
}

function run(script: string): RemoteResult {
  const functions = memberReadyFunctions({ address: '127.0.0.1', criEndpoint: 'unix:///none.sock' });
  return host.run(`${functions}\nwaited_since=0\n${script}`);
}

const LATE_EXIT = 7;

/** Returns the user's message about a late member. */
function late(stderr: string): Omit<Finding, 'host' | 'at'> {
  return explainMember({ code: LATE_EXIT, stdout: Buffer.alloc(0), stderr });
}

describe('what etcd wrote while it found no quorum', () => {
  const HEALTH_CHECK =
    '{"level":"error","ts":"2026-11-26T05:30:00Z","caller":"etcdhttp/health.go:424","msg":"Health check error","path":"/readyz","reason":"[+]serializable_read ok\\n[-]linearizable_read failed: etcdserver: request timed out\\n[+]data_corruption ok\\n","status-code":503}';
  /** In the words of etcd 3.6.5. */
  const UNREACHED = (id: string, error: string): string =>
    `{"level":"warn","ts":"2026-11-26T05:30:00Z","caller":"rafthttp/probing_status.go:68","msg":"prober detected unhealthy status","round-tripper-name":"ROUND_TRIPPER_RAFT_MESSAGE","remote-peer-id":"${id}","rtt":"0s","error":"${error}"}`;
  const REJECTED = (port: number): string =>
    `{"level":"warn","ts":"2026-11-26T05:30:00Z","caller":"embed/config_logging.go:188","msg":"rejected connection on peer endpoint","remote-addr":"10.77.0.13:${port}","server-name":"","ip-addresses":["10.77.0.23"],"dns-names":["infra2","localhost"],"error":"tls: \\"10.77.0.13\\" does not match any of DNSNames [\\"infra2\\" \\"localhost\\"]"}`;

  /** Lets crictl list one container and show its log. */
  function log(lines: readonly string[]): string {
    host.program(
      'crictl',
      `case "$*" in *logs*) cat <<'END'\n${lines.join('\n')}\nEND\n;; *) echo c0ffee ;; esac`,
    );
    return run('etcd_words').stderr;
  }

  test("names the peer, however often the action's own question stands between", () => {
    const own = Array.from({ length: 80 }, () => HEALTH_CHECK);
    const stderr = log([
      ...own,
      UNREACHED('7e27652122e8b2ae', 'dial tcp 10.77.0.13:2380: i/o timeout'),
      ...own,
    ]);
    const { fact, cause, fix } = late(stderr);
    expect(fact).not.toContain('Health check error');
    expect(fact).toBe(
      'the member was not ready within 240 s: prober detected unhealthy status (7e27652122e8b2ae): dial tcp 10.77.0.13:2380: i/o timeout.',
    );
    expect(cause).toContain('MTU');
    expect(fix).toContain('ping -M do');
  });

  test('tells each peer once, whatever port it came from', () => {
    const stderr = log([REJECTED(52344), REJECTED(52346), UNREACHED('aa', 'EOF'), REJECTED(52348)]);
    expect(etcdMessage(stderr)).toBe(
      'rejected connection on peer endpoint (10.77.0.13): tls: "10.77.0.13" does not match any of DNSNames ["infra2" "localhost"]; prober detected unhealthy status (aa): EOF',
    );
    expect(late(stderr).fix).toContain('extra-sans');
  });

  test('a member that does not run is no firewall', () => {
    const stderr = log([UNREACHED('aa', 'dial tcp 10.77.0.13:2380: connect: connection refused')]);
    expect(late(stderr).cause).toBe('The member that etcd names is not running.');
  });

  test('without a word about peers or trouble no cause is made up', () => {
    const stderr = log([HEALTH_CHECK, '{"level":"info","msg":"ready to serve"}']);
    const { fact, cause, fix } = late(stderr);
    expect(fact).toContain('ready to serve');
    expect(cause).toBeUndefined();
    expect(fix).toContain('crictl logs');
    expect(late('').fact).toBe(
      'the member was not ready within 240 s: the output of etcd could not be read.',
    );
  });
});

describe('a pod that kubelet cannot start', () => {
  const complaint = (time: string, words: string): string =>
    `E1126 ${time} 291 pod_workers.go:1324] "Error syncing pod, skipping" err="${words}" pod="kube-system/etcd-infra0" podUID="6d"`;
  const RESOLV = 'open /etc/resolv.conf: no such file or directory';

  test('is reported in its words at once, and not after the whole wait', () => {
    says('journalctl', [complaint('05:29:35.583926', RESOLV), complaint('05:29:47.100001', RESOLV)]);
    const begun = performance.now();
    const { stderr } = run(`await_ready none-yet || echo "outcome $?" >&2; etcd_words`);
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(stderr).toContain(`outcome ${NO_POD}`);
    const { fact, cause } = explainMember({ code: startExit(NO_POD), stdout: Buffer.alloc(0), stderr });
    expect(fact).toBe(`kubelet cannot start the pod of etcd: ${RESOLV}.`);
    expect(cause).toContain('/etc/resolv.conf');
    const again = explainRestart({ code: RESTART_END.refusedAndBack, stdout: Buffer.alloc(0), stderr });
    expect(again.fact).toContain(
      `kubelet could not start the pod of etcd: ${RESOLV}. The old manifest is back`,
    );
  }, 20_000);

  test('is recognised though ids and times differ', () => {
    const sandbox = (id: string, pid: number): string =>
      complaint(
        `05:29:${pid}.583926`,
        `failed to create sandbox ${id}: process ${pid}: mount: permission denied`,
      );
    says('journalctl', [sandbox('7fd9aa01', 31), sandbox('1c2d3e4f', 47)]);
    expect(etcdMessage(run('etcd_words').stderr)).toContain('failed to create sandbox 1c2d3e4f');
  });

  test.each([
    ['said once', [complaint('05:29:35.1', RESOLV)]],
    [
      'of which two things are said',
      [complaint('05:29:35.1', RESOLV), complaint('05:29:36.1', 'mount failed')],
    ],
    [
      'that waits between two ends of etcd',
      ['1', '2'].map((n) =>
        complaint(`05:29:3${n}.1`, 'failed to StartContainer for etcd with CrashLoopBackOff'),
      ),
    ],
    [
      'whose runtime is slow',
      ['1', '2'].map((n) =>
        complaint(`05:29:3${n}.1`, 'rpc error: code = DeadlineExceeded desc = context deadline exceeded'),
      ),
    ],
    [
      'of something else',
      ['1', '2'].map((n) => complaint(`05:29:3${n}.1`, RESOLV).replaceAll('etcd-infra0', 'kube-proxy')),
    ],
  ])('%s is waited for', (_, lines) => {
    says('journalctl', lines);
    expect(run('hear_kubelet; pod_trouble').code).not.toBe(0);
  });

  test('is read from the manifest too, and from a log in JSON', () => {
    const line =
      '{"ts":1,"caller":"config/file.go:1","msg":"Could not process manifest file","path":"/etc/kubernetes/manifests/etcd.yaml","err":"invalid pod: metadata.name: \\"etcd-node_underscore\\""}';
    says('journalctl', [line, line]);
    expect(etcdMessage(run('etcd_words').stderr)).toBe('invalid pod: metadata.name: "etcd-node_underscore"');
  });
});

test('who answers in place of etcd is reported, with the words of etcd', () => {
  host.program(
    'crictl',
    `case "$*" in *logs*) echo '{"level":"fatal","msg":"discovery failed","error":"listen tcp 127.0.0.1:2381: bind: address already in use"}' ;; *) echo c0ffee ;; esac`,
  );
  const { stderr } = run("stranger='a socket of the user with the id 65534'; etcd_words");
  const { fact, cause } = late(stderr);
  expect(fact).toContain(
    'its port is answered by a socket of the user with the id 65534; etcd says: discovery failed',
  );
  expect(cause).toContain('does not accept its answer');
});
