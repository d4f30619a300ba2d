import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { listIdentities } from '../../../src/ssh-keys/agent-identities.ts';
import type { HostPins } from '../../../src/ssh-keys/host-keys.ts';
import { type KnownHost, knownHostsLine, parseKnownHosts } from '../../../src/ssh-keys/known-hosts.ts';
import type { Transport } from '../../../src/hosts/transport.ts';
import { hostError, KeptLog, pinned, pinsOf, usableKey } from '../ssh/client.ts';
import { OpensshRun } from '../ssh/openssh.ts';
import { Sshd, type SshdExtras } from '../ssh/sshd.ts';
import { type KeyPair, sshKeygen, TemporaryFolder, tool } from '../ssh/tools.ts';
import { TcpServer } from '../transports/tcp-server.ts';
import { processesThatName } from '../transports/processes.ts';
import { needing } from '../../needs.ts';

jest.setTimeout(30_000); // starts many processes, on a machine that may be busy

const needed = needing('root', 'sshd', 'ssh');

const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const other = sshKeygen(folder, 'other', 'ed25519');
const authority = sshKeygen(folder, 'authority', 'ed25519');
const key = usableKey(login.privateText);
const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
afterAll(() => folder.remove());

type Environment = Readonly<Record<string, string | undefined>>;
type ConnectOptions = Partial<Parameters<OpensshRun['connect']>[1]>;

function newRun(known: readonly KnownHost[] = [], environment: Environment = process.env): OpensshRun {
  const run = new OpensshRun(folder, known, environment);
  toStop.push(() => run.end());
  return run;
}

async function connect(port: number, options: ConnectOptions, run = newRun()): Promise<Transport> {
  const transport = await run.connect(port, { key, user: 'root', pins: pinned(port), ...options });
  toStop.push(() => transport.close());
  return transport;
}

/** Connects, expects failure, and returns its message. */
async function refusal(port: number, options: ConnectOptions, run = newRun()): Promise<string> {
  const error = await hostError(connect(port, options, run));
  expect(error.finding).toMatchObject({ host: 'infra0', at: 'connect' });
  return error.message;
}

async function rootOf(transport: Transport): Promise<string> {
  const { stdout } = await transport.run({ title: 'a', effect: 'reads', script: 'id -u', timeoutMs: 9000 });
  return stdout.toString();
}

needed.describe('the runner’s own ssh', () => {
  let sshd: Sshd;
  let pins: HostPins;
  beforeAll(async () => {
    sshd = await Sshd.start(folder, 'host', login, { ops: '/bin/bash' });
    pins = pinned(sshd.port, sshd.hostKey.host);
  });
  afterAll(() => sshd.stop());

  /** Starts a server for one test. */
  async function start(
    name: string,
    config: readonly string[],
    extras?: SshdExtras,
    authorized = login,
  ): Promise<Sshd> {
    const server = await Sshd.start(folder, name, authorized, {}, config, extras);
    toStop.push(() => server.stop());
    return server;
  }

  test('agrees on a post-quantum key exchange, which the log names', async () => {
    const log = new KeptLog();
    await connect(sshd.port, { pins, log });
    expect(log.lines.join('\n')).toMatch(/host key proven; (?:sntrup761|mlkem768)x25519\S*, ssh-ed25519, /);
    expect(log.lines.join('\n')).toMatch(/logged in as root after \d+ ms/);
  });

  test('keeps the private key in memory: no file, command line or environment has it', async () => {
    const run = newRun();
    await connect(sshd.port, { pins }, run);
    const names = readdirSync(run.folder.at(''));
    expect(names.some((name) => name.startsWith('agent'))).toBe(true);
    const secret = login.privateText.split('\n').slice(2, -2);
    expect(secret.length).toBeGreaterThan(2);
    for (const name of names.filter((one) => !/^(?:agent|control)/.test(one))) {
      const text = readFileSync(run.folder.at(name), 'utf8');
      expect(text).not.toContain('PRIVATE KEY');
      for (const line of secret) expect(text).not.toContain(line);
    }
    expect(processesThatName(...secret)).toEqual([]);
  });

  test('leaves no process and no folder', async () => {
    const run = new OpensshRun(folder);
    const path = run.folder.at('');
    await (await connect(sshd.port, { pins }, run)).close();
    expect(processesThatName(path)).not.toEqual([]); // the agent
    await run.end();
    expect(processesThatName(path)).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });

  // As after the loss of the runner: this process cannot clean up.
  test('ends with a run that is killed, and its agent too', async () => {
    const source = (path: string): string => new URL(`../../../${path}`, import.meta.url).href;
    const script = `
      import { OpensshRun } from '${source('test/hosts/ssh/openssh.ts')}';
      import { pinned, usableKey } from '${source('test/hosts/ssh/client.ts')}';
      import { readFileSync } from 'node:fs';
      const run = new OpensshRun({ path: '${folder.path}' });
      const host = { type: 'ssh-ed25519', blob: Buffer.from('${sshd.hostKey.host.blob.toString('base64')}', 'base64') };
      const key = usableKey(readFileSync('${login.path}', 'utf8'));
      await run.connect(${sshd.port}, { key, user: 'root', pins: pinned(${sshd.port}, host) });
      console.log(run.folder.at(''));
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const path = String((await once(child.stdout, 'data'))[0]).trim();
    expect(processesThatName(path).length).toBeGreaterThanOrEqual(2);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    while (processesThatName(path).length > 0) await sleep(20);
  });

  describe('host keys', () => {
    test('an unknown host is refused before it hears of the user, with the line that makes it known', async () => {
      const server = await start('unknown', []);
      const message = await refusal(server.port, {});
      expect(message).toContain(`ssh-ed25519 ${server.hostKey.fingerprint}`);
      const line = knownHostsLine('127.0.0.1', server.port, server.hostKey.host);
      expect(message).toContain(`add this line to ssh-known-hosts: ${line}`);
      expect(server.log).not.toMatch(/root/);
      expect(await rootOf(await connect(server.port, { pins: pinsOf(server.port, line) }))).toBe('0\n');
    });

    test('a changed key: both fingerprints, and no second try', async () => {
      const server = await start('changed', []);
      const message = await refusal(server.port, { pins: pinned(server.port, other.host) });
      expect(message).toContain(`shows the key ssh-ed25519 ${server.hostKey.fingerprint}`);
      expect(message).toContain(`expects ssh-ed25519 ${other.fingerprint}`);
      expect(server.log.match(/Connection from/g)).toHaveLength(1);
    });

    test('a host that has none of the known types is named with the key it has', async () => {
      const rsa = sshKeygen(folder, 'rsa', 'rsa', ['-b', '2048']);
      const message = await refusal(sshd.port, { pins: pinned(sshd.port, rsa.host) });
      expect(message).toContain(`expects ssh-rsa ${rsa.fingerprint}`);
      expect(message).toContain(sshd.hostKey.fingerprint);
    });

    test('a revoked key is refused although it is listed as good', async () => {
      const text = `${knownHostsLine('127.0.0.1', sshd.port, sshd.hostKey.host)}\n@revoked * ${sshd.hostKey.publicLine}`;
      expect(await refusal(sshd.port, { pins: pinsOf(sshd.port, text) })).toContain('@revoked');
    });

    const fingerprints = (fingerprint: string): HostPins =>
      pinsOf(sshd.port, '', { fingerprints: [{ at: '', host: '127.0.0.1', fingerprint }] });

    test('a fingerprint does, and a wrong one does not', async () => {
      expect(await rootOf(await connect(sshd.port, { pins: fingerprints(sshd.hostKey.fingerprint) }))).toBe(
        '0\n',
      );
      const message = await refusal(sshd.port, { pins: fingerprints(other.fingerprint) });
      expect(message).toContain(`ssh-host-fingerprints expects ${other.fingerprint}`);
      expect(message).toContain(sshd.hostKey.fingerprint);
    });

    test('a key that is revoked for port 22 is refused at another port, although its fingerprint is given', async () => {
      const given = [{ at: '', host: '127.0.0.1', fingerprint: sshd.hostKey.fingerprint }];
      const text = `@revoked 127.0.0.1 ${sshd.hostKey.publicLine}`;
      const message = await refusal(sshd.port, { pins: pinsOf(sshd.port, text, { fingerprints: given }) });
      expect(message).toContain('@revoked');
    });

    test('accept-new does not apply to a host that a line names for another port', async () => {
      const text = `127.0.0.1 ${other.publicLine}`;
      const message = await refusal(sshd.port, { pins: pinsOf(sshd.port, text, { policy: 'accept-new' }) });
      expect(message).toContain('line 1 of ssh-known-hosts names this host');
    });

    test('accept-new takes a key unseen, and tells its line', async () => {
      const lines: string[] = [];
      const log = new KeptLog();
      const onAcceptedKey = (line: string): void => void lines.push(line);
      await connect(sshd.port, { pins: pinsOf(sshd.port, '', { policy: 'accept-new' }), log, onAcceptedKey });
      expect(lines).toEqual([knownHostsLine('127.0.0.1', sshd.port, sshd.hostKey.host)]);
      expect(log.lines.join('\n')).toContain('was accepted unverified');
    });
  });

  describe('host certificates', () => {
    const byAuthority = (port: number, pair: KeyPair = authority): HostPins =>
      pinsOf(port, `@cert-authority * ${pair.publicLine}`);

    /** Starts a server with a certificate that `ssh-keygen` makes with these options. */
    const certified = (name: string, ...options: string[]): Promise<Sshd> =>
      start(name, [`HostCertificate ${folder.at(`${name}/host-cert.pub`)}`], {
        prepare: () => [
          `ssh-keygen -q -s ${authority.path} -I test -h ${options.join(' ')} ${folder.at(`${name}/host.pub`)}`,
        ],
      });

    test('for the address that is connected to, by the authority that is pinned', async () => {
      const server = await certified('certified', '-n', '127.0.0.1');
      const log = new KeptLog();
      await connect(server.port, { pins: byAuthority(server.port), log });
      expect(log.lines.join('\n')).toContain('ssh-ed25519-cert-v01@openssh.com');
    });

    test.each([
      [
        'another address',
        'elsewhere',
        ['-n', '10.0.0.6'],
        authority,
        /it is a host certificate for 10\.0\.0\.6/,
      ],
      [
        'another authority',
        'stranger',
        ['-n', '127.0.0.1'],
        other,
        /signed by ssh-ed25519 SHA256:\S+; for 127/,
      ],
      [
        'a time that is over',
        'ended',
        ['-n', '127.0.0.1', '-V', '20200101:20200102'],
        authority,
        /until 2020-01-0/,
      ],
    ])('for %s is refused in words', async (_, name, options, pair, expected) => {
      const server = await certified(name, ...options);
      const message = await refusal(server.port, { pins: byAuthority(server.port, pair) });
      expect(message).toMatch(expected);
      expect(message).toContain(authority.fingerprint);
    });

    test('a host without one is refused with the reason', async () => {
      const message = await refusal(sshd.port, { pins: byAuthority(sshd.port) });
      expect(message).toContain('shows no certificate but ssh-ed25519');
      expect(message).toContain(knownHostsLine('127.0.0.1', sshd.port, sshd.hostKey.host));
    });
  });

  describe('logging in', () => {
    test('a key that the host does not know', async () => {
      const message = await refusal(sshd.port, { pins, key: usableKey(other.privateText) });
      expect(message).toContain(
        `does not let user root in with the ssh-ed25519 key ${other.fingerprint} (it accepts: publickey`,
      );
    });

    test('too many failures', async () => {
      const server = await start('strict', ['MaxAuthTries 1']);
      const strict = { pins: pinned(server.port, server.hostKey.host), key: usableKey(other.privateText) };
      expect(await refusal(server.port, strict)).toContain('too many authentication failures for user root');
    });

    test('a second factor', async () => {
      const server = await start('second', ['AuthenticationMethods publickey,password']);
      const message = await refusal(server.port, { pins: pinned(server.port, server.hostKey.host) });
      expect(message).toMatch(/accepted the ssh-ed25519 key \S+ of user root but requires more/);
    });

    test.each(['rsa', 'ecdsa'])('a key of type %s', async (type) => {
      const pair = sshKeygen(folder, `as-${type}`, type);
      const server = await start(`with-${type}`, [], undefined, pair);
      const own = { pins: pinned(server.port, server.hostKey.host), key: usableKey(pair.privateText) };
      expect(await rootOf(await connect(server.port, own))).toBe('0\n');
    });

    test('a key with a passphrase', async () => {
      const pair = sshKeygen(folder, 'locked', 'ed25519', ['-a', '1'], 'a passphrase');
      const server = await start('with-locked', [], undefined, pair);
      const own = {
        pins: pinned(server.port, server.hostKey.host),
        key: usableKey(pair.privateText, 'a passphrase'),
      };
      expect(await rootOf(await connect(server.port, own))).toBe('0\n');
    });

    test('all keys of an agent of the user, its certificates too', async () => {
      const run = newRun();
      await connect(sshd.port, { pins }, run); // all agents of runs are equal
      const socket = run.folder.at(
        readdirSync(run.folder.at('')).find((one) => one.startsWith('agent')) ?? '',
      );
      expect(await listIdentities(socket)).toEqual([login.host.blob]);
      const keys = [{ type: 'ssh-ed25519', fingerprint: login.fingerprint }];
      const transport = await connect(sshd.port, { pins, login: { with: { socket, keys } } });
      expect(await rootOf(transport)).toBe('0\n');
    });
  });

  describe('a user certificate', () => {
    let server: Sshd;
    beforeAll(async () => {
      server = await Sshd.start(folder, 'by-certificate', other, {}, [
        `TrustedUserCAKeys ${authority.path}.pub`,
      ]);
    });
    afterAll(() => server.stop());

    /** Connects with a certificate of this kind for the key, which no host lists. */
    function certified(name: string, ...options: string[]): ConnectOptions {
      const pair = sshKeygen(folder, name, 'ed25519');
      tool('ssh-keygen', '-q', '-s', authority.path, '-I', 'test', ...options, `${pair.path}.pub`);
      return {
        pins: pinned(server.port, server.hostKey.host),
        login: { with: usableKey(pair.privateText), certificate: folder.read(`${name}-cert.pub`).trim() },
      };
    }

    test('logs in where its authority is trusted', async () => {
      expect(await rootOf(await connect(server.port, certified('user', '-n', 'root')))).toBe('0\n');
      expect(server.log).toMatch(/Accepted publickey for root .* ED25519-CERT/);
    });

    test('for another user does not', async () => {
      expect(await refusal(server.port, certified('somebody', '-n', 'ops'))).toContain(
        'does not let user root in',
      );
    });
  });

  describe('what answers', () => {
    async function serve(words?: string): Promise<TcpServer> {
      const server = new TcpServer((socket) => {
        if (words !== undefined) socket.end(words);
      });
      await server.listening;
      toStop.push(() => server.stop());
      return server;
    }

    test('nothing, with three tries', async () => {
      const server = await serve();
      const { port } = server;
      await server.stop();
      const log = new KeptLog();
      expect(await refusal(port, { log })).toContain(`127.0.0.1:${port} refuses connections`);
      expect(log.lines.filter((line) => line.includes('Trying again'))).toHaveLength(2);
    });

    test('a silent server', async () => {
      const { port } = await serve();
      expect(await refusal(port, { connectTimeoutMs: 1200 })).toContain(
        'accepts the connection but then sends nothing within 1.2 s (greeting)',
      );
    });

    test.each([
      ['another service', 'HTTP/1.1 400 Bad Request\r\n\r\n', /not an SSH server; it says: HTTP\/1\.1 400/],
      [
        'a server that is full',
        'Exceeded MaxStartups\r\n',
        /closes the connection before .* saying: Exceeded/,
      ],
      ['an old protocol', 'SSH-1.5-old\r\n', /the SSH protocol with .* failed: .*version/i],
    ])('%s', async (_, words, expected) => {
      const { port } = await serve(words);
      expect(await refusal(port, {})).toMatch(expected);
    });

    test('a name that does not resolve', async () => {
      const message = await refusal(22, { address: 'no-such-host.invalid' });
      expect(message).toContain('the name no-such-host.invalid does not resolve');
    });

    test('a server with which nothing is in common', async () => {
      const server = await start('apart', [
        'HostKeyAlgorithms ssh-ed25519',
        'KexAlgorithms diffie-hellman-group1-sha1',
      ]);
      const message = await refusal(server.port, { pins: pinned(server.port, server.hostKey.host) });
      expect(message).toContain('have no key exchange algorithm in common');
    });
  });

  describe('the user’s own configuration', () => {
    /** Returns the run's environment, with a `~/.ssh/config` that only its ssh sees. */
    function configured(name: string, ...lines: string[]): Environment {
      mkdirSync(folder.at(name));
      writeFileSync(folder.at(`${name}/config`), `${lines.join('\n')}\n`);
      const enter = [
        'mount -t tmpfs tmpfs ~root',
        'mkdir -m 0700 ~root/.ssh',
        `cp ${folder.at(`${name}/config`)} ~root/.ssh/config`,
        'exec /usr/bin/ssh "$@"',
      ].join(' && ');
      writeFileSync(
        folder.at(`${name}/ssh`),
        `#!/bin/sh\nexec unshare --mount --propagation private sh -c '${enter}' ssh "$@"\n`,
      );
      chmodSync(folder.at(`${name}/ssh`), 0o755);
      return { ...process.env, PATH: `${folder.at(name)}:${process.env['PATH'] ?? ''}` };
    }

    test('counts for the way to a host, whose key is still pinned under the address that was given', async () => {
      const jump = await start('jump', []);
      const environment = configured(
        'way',
        'Host 192.0.2.6',
        '  HostName 127.0.0.1',
        `  ProxyJump root@127.0.0.1:${jump.port}`,
        'IgnoreUnknown UseKeychain',
        'UseKeychain yes',
      );
      const known = [
        `[127.0.0.1]:${jump.port} ${jump.hostKey.publicLine}`,
        `[192.0.2.6]:${sshd.port} ${sshd.hostKey.publicLine}`,
      ].join('\n');
      const { entries } = parseKnownHosts(known);
      const own = { address: '192.0.2.6', pins };
      const transport = await connect(sshd.port, own, newRun(entries, environment));
      expect(await rootOf(transport)).toBe('0\n');
      expect(jump.log).toContain('Accepted publickey for root');
      const stranger = parseKnownHosts(`[127.0.0.1]:${jump.port} ${other.publicLine}`).entries;
      expect(await refusal(sshd.port, own, newRun(stranger, environment))).toMatch(/conversation|closes/);
    });

    test('weakens no requirement for a host', async () => {
      const marks = folder.at('marks');
      const environment = configured(
        'weak',
        'Host *',
        '  StrictHostKeyChecking no',
        '  UserKnownHostsFile /dev/null',
        `  GlobalKnownHostsFile ${folder.at('weak/known')}`,
        '  VerifyHostKeyDNS yes',
        '  HostKeyAlias known',
        '  KnownHostsCommand /bin/false',
        '  NoHostAuthenticationForLocalhost yes',
        '  User nobody',
        '  Port 1',
        '  ForwardAgent yes',
        '  PermitLocalCommand yes',
        `  LocalCommand touch ${marks}`,
        `  RemoteCommand touch ${marks}`,
        '  RequestTTY force',
        '  ControlMaster auto',
        '  ControlPath /tmp/%C',
        '  ForkAfterAuthentication yes',
        '  LogLevel QUIET',
        '  IdentityAgent none',
        '  PubkeyAuthentication no',
        '  HostKeyAlgorithms ssh-rsa',
        '  RemoteForward 12345 127.0.0.1:22',
      );
      writeFileSync(folder.at('weak/known'), `known ${sshd.hostKey.publicLine}\n`);
      expect(await refusal(sshd.port, {}, newRun([], environment))).toContain('ssh-known-hosts has no key');
      const transport = await connect(sshd.port, { pins }, newRun([], environment));
      const { stdout } = await transport.run({
        title: 'a',
        effect: 'reads',
        script: 'id -u; echo "${SSH_AUTH_SOCK:-none} ${SSH_TTY:-none}"',
        timeoutMs: 9000,
      });
      expect(stdout.toString()).toBe('0\nnone none\n');
      expect(existsSync(marks)).toBe(false);
    });

    test('that ssh cannot read', async () => {
      const environment = configured('broken', 'NoSuchOption yes');
      const message = await refusal(sshd.port, { pins }, newRun([], environment));
      expect(message).toMatch(/cannot read its configuration: .*Bad configuration option: nosuchoption/);
    });
  });

  test('a runner that has no OpenSSH gets advice what to install', async () => {
    mkdirSync(folder.at('empty'));
    for (const name of ['bash', 'sh', 'mkfifo']) {
      writeFileSync(folder.at(`empty/${name}`), `#!/bin/sh\nexec /bin/${name} "$@"\n`, { mode: 0o755 });
    }
    const run = newRun([], { PATH: folder.at('empty') });
    await expect(connect(sshd.port, { pins }, run)).rejects.toThrow(/apt-get install openssh-client/);
  });
});
