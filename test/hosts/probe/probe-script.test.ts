import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { parseHostProbe } from '../../../src/hosts/probe/parse-probe.ts';
import { probeScript, volatileProbeScript } from '../../../src/hosts/probe/probe-script.ts';
import { readSections, SECTIONS } from '../../../src/hosts/probe/sections.ts';

/** Runs bash as the root shell of a host would. */
async function bash(script: string): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, LC_ALL: 'C' };
  return promisify(execFile)('bash', ['-c', `set -euo pipefail; { ${script}\n}`], { env });
}

describe('sections', () => {
  test('a file is shown as it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sections-'));
    const texts = ['', '\n', 'no end of line', 'one\n\n  two \\n\t$(id) `id`\n\n', 'é ✓\n', 'end\n\nx end\n'];
    const files = texts.map((text, index) => {
      const file = join(folder, String(index));
      writeFileSync(file, text);
      return file;
    });
    try {
      const show = files.map((file, index) => `section ${index}; show ${file}`).join('\n');
      const { stdout, stderr } = await bash(
        `${SECTIONS}${show}\nsection missing; show ${folder}/missing || true\nend_sections`,
      );
      expect(stderr).toBe('');
      const sections = readSections(stdout);
      expect(texts.map((_, index) => sections.get(String(index)))).toEqual(texts);
      expect(sections.get('missing')).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('background output arrives complete, in any order of ends, and without its errors', async () => {
    const { stdout, stderr } = await bash(`${SECTIONS}
      slow() { printf 'a\\0b'; sleep 0.2; section inner; echo late; }
      begin slow slow
      begin failing ls /nonexistent
      section now
      echo at once
      end_sections`);
    expect(stderr).toBe('');
    const { clock, ...others } = Object.fromEntries(readSections(stdout));
    expect(clock).toMatch(/^\d{16} \d{16}\n$/);
    expect(others).toEqual({
      now: 'at once\n',
      slow: 'a\0b',
      inner: 'late\n',
      failing: '',
      end: '',
    });
  });
});

describe('the probe on this machine', () => {
  const question = { dataDir: '/nonexistent', peers: [], ports: [], membersReach: true };

  test('tells of it, and asks only what may have changed the second time', async () => {
    const sentMs = Date.now();
    const first = await bash(probeScript(question));
    const timing = { sentMs, receivedMs: Date.now() };
    const second = await bash(volatileProbeScript(question));
    expect(first.stderr).toBe('');
    expect(second.stderr).toBe('');
    const facts = parseHostProbe('127.0.0.1', first.stdout, { timing, later: second.stdout });
    expect(facts).toMatchObject({
      hostname: (hostname().split('.')[0] ?? '').toLowerCase(),
      dataDir: { exists: false },
      reach: [],
      locked: false,
    });
    // Both clocks are this machine's; Date.now() has only whole milliseconds.
    const { offsetMs, uncertaintyMs } = facts.clock ?? { offsetMs: NaN, uncertaintyMs: NaN };
    expect(Math.abs(offsetMs)).toBeLessThanOrEqual(uncertaintyMs + 2);
    expect(facts.addresses).toContain('127.0.0.1');
    expect(facts.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(readSections(second.stdout).has('kubeadm')).toBe(false);
  });

  test('tells ports that are open, refused and silent apart, and leaves no try behind', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const silent = await silentPort();
    try {
      const { port: open } = server.address() as AddressInfo;
      const begun = performance.now();
      const { stdout } = await bash(
        probeScript({ ...question, peers: ['127.0.0.1'], ports: [open, 1, silent.port] }),
      );
      expect(performance.now() - begun).toBeLessThan(30_000);
      const { reach } = parseHostProbe('127.0.0.1', stdout);
      expect(new Map(reach.map(({ port, outcome }) => [port, outcome]))).toEqual(
        new Map([
          [open, 'open'],
          [1, 'refused'],
          [silent.port, 'timeout'],
        ]),
      );
      const left = await bash(`ss -Htnp state syn-sent 'dport = :${silent.port}'`);
      expect(left.stdout).not.toContain('bash');
    } finally {
      server.close();
      silent.end();
    }
  });

  // Hosts in a slow virtual machine were reported as behind a firewall.
  test('a connection that was not made in time is tried once more, with more time', async () => {
    const silent = await silentPort();
    try {
      const probing = bash(probeScript({ ...question, peers: ['127.0.0.1'], ports: [silent.port] }));
      await sleep(5000);
      silent.wake();
      const { reach } = parseHostProbe('127.0.0.1', (await probing).stdout);
      expect(reach).toEqual([{ address: '127.0.0.1', port: silent.port, outcome: 'open' }]);
    } finally {
      silent.end();
    }
  });
});

jest.setTimeout(60_000); // some wait until a port counts as silent

/** Returns a port without answers: its program is stopped, and its queue of connections full. */
async function silentPort(): Promise<{ readonly port: number; wake: () => void; end: () => void }> {
  const listen = `
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      console.log(server.address().port);
    });`;
  const program: ChildProcess = spawn(process.execPath, ['-e', listen], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (program.stdout === null) throw new Error('its output is a pipe');
  const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
  const port = Number(line);
  program.kill('SIGSTOP');
  const fillers: Socket[] = [];
  for (let hung = false; !hung && fillers.length < 20;) {
    const filler = connect(port, '127.0.0.1').on('error', () => undefined);
    fillers.push(filler);
    hung = await Promise.race([
      once(filler, 'connect').then(() => false),
      new Promise<true>((resolve) => setTimeout(() => resolve(true), 300)),
    ]);
  }
  return {
    port,
    wake: () => void program.kill('SIGCONT'),
    end: () => {
      for (const filler of fillers) filler.destroy();
      program.kill('SIGKILL');
    },
  };
}
