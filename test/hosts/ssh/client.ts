/** Test support for connections: keys, known hosts, and a log that is kept. */
import { describeFinding } from '../../../src/findings.ts';
import type { Log } from '../../../src/runner/log.ts';
import { HostError } from '../../../src/hosts/host-error.ts';
import { keyCredential } from '../../../src/hosts/ssh2/credential.ts';
import { connectSsh2, type Ssh2ConnectOptions } from '../../../src/hosts/ssh2/connector.ts';
import { type HostKeyRules, type HostPins, pinsFor } from '../../../src/ssh-keys/host-keys.ts';
import { type HostKey, knownHostsLine, parseKnownHosts } from '../../../src/ssh-keys/known-hosts.ts';
import { preparePrivateKey, type UsableKey } from '../../../src/ssh-keys/private-key.ts';
import type { Transport } from '../../../src/hosts/transport.ts';

/** Keeps every line; `all` also contains the texts of errors, for the search for secrets. */
export class KeptLog implements Log {
  readonly lines: string[] = [];
  info(message: string): void {
    this.lines.push(message);
  }
  warning(message: string): void {
    this.lines.push(message);
  }
  debug(message: string): void {
    this.lines.push(message);
  }
  host(): Log {
    return this;
  }
}

/** Reads the key of a private key text. */
export function usableKey(text: string, passphrase?: string): UsableKey {
  const prepared = preparePrivateKey(text, passphrase);
  if (!prepared.ok) throw new Error(describeFinding(prepared.finding));
  return prepared;
}

/** Returns the pins for 127.0.0.1 if these keys are listed for it. */
export function pinned(port: number, ...keys: readonly HostKey[]): HostPins {
  return pinsOf(port, keys.map((key) => knownHostsLine('127.0.0.1', port, key)).join('\n'));
}

/** Returns the pins for 127.0.0.1 from a known_hosts text and other rules. */
export function pinsOf(port: number, knownHosts: string, rules: Partial<HostKeyRules> = {}): HostPins {
  const { entries } = parseKnownHosts(knownHosts);
  return pinsFor(
    { knownHosts: entries, fingerprints: [], policy: 'strict', ...rules },
    { address: '127.0.0.1', port, aliases: ['infra0'] },
  );
}

/** Connects to 127.0.0.1 as `ubuntu` with a key, with pauses short enough for tests. */
export function connectTo(
  port: number,
  {
    key,
    ...options
  }: { readonly key: UsableKey } & Pick<Ssh2ConnectOptions, 'pins'> & Partial<Ssh2ConnectOptions>,
): Promise<Transport> {
  return connectSsh2({
    name: 'infra0',
    address: '127.0.0.1',
    port,
    user: 'ubuntu',
    log: new KeptLog(),
    retryPausesMs: [20, 20],
    credential: keyCredential(key),
    ...options,
  });
}

/** Returns the HostError with which this must end. */
export async function hostError(work: Promise<unknown>): Promise<HostError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error('there was no error');
}
