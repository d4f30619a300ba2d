import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RemoteResult } from '../../src/hosts/transport.ts';
import { startsAtBoot } from '../../src/kubeadm/kubelet-config.ts';
import { KUBELET_CONFIG } from '../../src/kubeadm/paths.ts';
import { explainKubelet, startKubelet } from '../../src/steps/start-kubelet.ts';
import { listenOn } from '../listen.ts';
import { StandInPrograms } from './stand-in-programs.ts';

let host: StandInPrograms;
let server: Server | undefined;

beforeEach(() => {
  host = new StandInPrograms();
  host.program('sync', ':');
});
afterEach(() => {
  server?.close();
  server = undefined;
  host.remove();
});

interface Unit {
  /** The configuration with which kubelet starts. */
  readonly config?: string;
  readonly unitFileState?: string;
  readonly loadState?: string;
  readonly subState?: string;
  readonly mainPid?: number;
  /** Output of `systemctl restart` if it fails. */
  readonly refuses?: string;
  /** Lines of `systemctl cat`. */
  readonly file?: string;
}

/** systemd, as far as the script uses it; its commands are recorded in the file `told`. */
function systemd(unit: Unit): void {
  host.program(
    'systemctl',
    `case "$*" in
  'show kubelet -p ExecStart -p UnitFileState -p LoadState')
    echo 'ExecStart={ path=/usr/bin/kubelet ; argv[]=/usr/bin/kubelet --config=${unit.config ?? KUBELET_CONFIG} ; }'
    echo 'LoadState=${unit.loadState ?? 'loaded'}'; echo 'UnitFileState=${unit.unitFileState ?? 'enabled'}' ;;
  'show kubelet -p InvocationID -p ExecMainStartTimestampMonotonic')
    echo InvocationID=1ba7; read -r up _ < /proc/uptime; echo "ExecMainStartTimestampMonotonic=\${up%.*}000000" ;;
  'show kubelet -p SubState --value') echo '${unit.subState ?? 'running'}' ;;
  'show kubelet -p MainPID --value') echo '${unit.mainPid ?? process.pid}' ;;
  'cat kubelet') printf '%s\n' '${unit.file ?? ''}' ;;
  'restart kubelet') echo "$*" >> $folder/told; ${unit.refuses === undefined ? '' : `echo '${unit.refuses}' >&2; exit 1`} ;;
  *) echo "$*" >> $folder/told ;;
esac`,
  );
}

/** The journal: output of this start's process, and earlier output of others. */
function journal(ofThisStart: string, before = ''): void {
  host.program(
    'journalctl',
    `case "$*" in
  *_SYSTEMD_INVOCATION_ID=1ba7*) printf '%s' '${ofThisStart}' ;;
  *_PID=1*) ;;
  *) printf '%s\n' '${before}' '${ofThisStart}' ;;
esac`,
  );
}

function listening(): Promise<number> {
  server = createServer((_, response) => response.end('ok'));
  return listenOn(server);
}

/**
 * Runs it beside this process, which answers as kubelet.
 * @param port nothing listens on 1.
 */
async function start(port = 1, goBack = false): Promise<RemoteResult> {
  const { script } = startKubelet({ restart: true, goBack });
  const env = { PATH: `${join(host.folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  const bash = `umask 077; cd /; set -euo pipefail; { ${script.replaceAll('10248', String(port))}\n}`;
  const child = spawn('bash', ['--norc', '-c', bash], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout: Buffer.alloc(0), stderr };
}

function told(): string[] {
  return existsSync(join(host.folder, 'told')) ? host.read('told').toString().trim().split('\n') : [];
}

describe('the unit', () => {
  test.each([
    'enabled',
    'static',
    'alias',
    'indirect',
    'generated',
    'enabled-runtime',
    'linked',
    'disabled',
    'masked-runtime',
    '',
  ])('in the state "%s" is enabled by the rule of the probe, and by no other', async (unitFileState) => {
    systemd({ unitFileState });
    journal('');
    expect(await start(await listening())).toMatchObject({ code: 0, stderr: '' });
    expect(told().includes('enable --quiet kubelet')).toBe(!startsAtBoot(unitFileState));
  });

  test('that is masked is not started, and the fix unmasks it', async () => {
    systemd({ loadState: 'masked', unitFileState: 'masked' });
    const { fact, fix } = explainKubelet(await start());
    expect(fact).toContain('kubelet.service is masked');
    expect(fix).toContain('systemctl unmask kubelet');
    expect(told()).not.toContain('restart kubelet');
  });

  // The running kubelet keeps etcd running; one that the other drop-in starts may end it, as an unknown pod.
  test('that another drop-in overrules is not started, on the way back neither', async () => {
    systemd({ config: '/var/lib/kubelet/config.yaml' });
    expect(explainKubelet(await start(1, true)).fact).toContain(
      'another drop-in overrides the one of this action',
    );
    expect(told()).not.toContain('restart kubelet');
  });

  test('that was restarted in vain is restarted on the way back', async () => {
    systemd({ refuses: 'A dependency job for kubelet.service failed.' });
    journal('');
    expect(explainKubelet(await start(1, true)).fact).toContain('kubelet stopped right after its start.');
    expect(told().filter((words) => words === 'restart kubelet')).toHaveLength(2);
  });

  test('that systemd does not start is reported in the words of systemd', async () => {
    systemd({ refuses: 'A dependency job for kubelet.service failed.' });
    journal('');
    expect(explainKubelet(await start()).fact).toBe(
      'kubelet stopped right after its start. Its last words: A dependency job for kubelet.service failed.',
    );
  });
});

describe('what kubelet wrote', () => {
  const EARLIER =
    'failed to load kubelet config file, error: open /var/lib/kubelet/config.yaml: no such file';

  test('before this start is no word of this start', async () => {
    systemd({ subState: 'auto-restart' });
    journal('E1126 05:29:35.583926 291 run.go:72] "command failed" err="something new"', EARLIER);
    const { fact, cause } = explainKubelet(await start());
    expect(fact).toContain('something new');
    expect(fact).not.toContain('config.yaml');
    expect(cause).toBeUndefined();
  });

  test('to a file of its unit is read there, from this start on', async () => {
    const log = join(host.folder, 'kubelet.log');
    systemd({ subState: 'auto-restart', file: `StandardOutput=append:${log}` });
    journal('');
    writeFileSync(
      log,
      `E0101 00:00:00.000001 1 run.go:72] "command failed" err="${EARLIER}"\nE1231 23:59:59.000001 1 run.go:72] "command failed" err="maxPods: Invalid value: -5"\n`,
    );
    const { fact } = explainKubelet(await start());
    expect(fact).toContain('maxPods: Invalid value: -5');
    expect(fact).not.toContain('config.yaml');
  });

  test('nowhere is reported as that', async () => {
    systemd({ subState: 'auto-restart' });
    journal('');
    const { fact, cause } = explainKubelet(await start());
    expect(fact).toBe('kubelet stopped right after its start. Its output could not be read.');
    expect(cause).toBeUndefined();
  });
});

test('a port of kubelet that another program has is reported within seconds, while kubelet goes on running', async () => {
  systemd({});
  journal(
    'E1126 05:29:35.583926 291 server.go:1] "Failed to start healthz server" err="listen tcp 127.0.0.1:10248: bind: address already in use"',
  );
  const begun = performance.now();
  const { fact, cause, fix } = explainKubelet(await start());
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(fact).toContain('kubelet cannot listen on its port. Its last words: ');
  expect(fact).toContain('127.0.0.1:10248: bind: address already in use');
  expect(cause).toContain('Another program listens');
  expect(fix).toContain('ss -ltnp');
}, 20_000);

test('who answers in place of kubelet is not taken for it', async () => {
  const sleeper = spawn('sleep', ['60']);
  try {
    systemd({ mainPid: sleeper.pid ?? 0 });
    journal('listen tcp 127.0.0.1:10248: bind: address already in use');
    expect((await start(await listening())).code).toBe(6);
  } finally {
    sleeper.kill();
  }
}, 20_000);
