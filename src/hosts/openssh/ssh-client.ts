import { writeFileSync } from 'node:fs';
import { errorMessage, RunError } from '../../findings.ts';
import { type ParentBoundProcess, runProgram, startParentBound } from '../../runner/child-process.ts';
import type { PrivateFolder } from '../../runner/private-folder.ts';
import type { KeyLabel } from '../../ssh-keys/certificate.ts';
import { sshAddText } from '../../ssh-keys/key-text.ts';
import type { KnownHost } from '../../ssh-keys/known-hosts.ts';
import type { UsableKey } from '../../ssh-keys/private-key.ts';
import { clientConfig, type ClientFiles, type ClientIdentity, knownHostsText } from './client-config.ts';

/** The credentials for ssh(1). */
export interface SshLogin {
  /** One key; or the socket of an agent of the user, all of whose keys are tried. Secret. */
  readonly with: UsableKey | { readonly socket: string; readonly keys: readonly KeyLabel[] };
  /** The certificate of the key, as the line of a .pub file. */
  readonly certificate?: string;
}

/** A configuration of ssh(1), and the keys that it offers, for messages. */
export interface ClientSetup {
  readonly config: string;
  readonly keys: readonly KeyLabel[];
}

/**
 * The runner's own ssh(1), as one run uses it: its private folder, which holds nothing secret, and an agent that gets
 * keys from this process and ends with it.
 */
export class SshClient {
  readonly env: Readonly<Record<string, string>>;
  readonly #folder: PrivateFolder;
  readonly #knownHosts: string;
  readonly #setups = new Map<SshLogin, Promise<ClientSetup>>();
  #agent: Promise<RunAgent> | undefined;

  /**
   * @param environment of this process: ssh and the programs of the user's own configuration inherit it, without
   * secrets.
   */
  constructor(
    folder: PrivateFolder,
    knownHosts: readonly KnownHost[],
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#folder = folder;
    this.#knownHosts = knownHostsText(knownHosts);
    this.env = clientEnvironment(environment);
  }

  /**
   * Prepares a login with ssh, once per credential.
   * @throws RunError when the runner has no agent that accepts the key.
   */
  setup(login: SshLogin): Promise<ClientSetup> {
    const made = this.#setups.get(login) ?? this.#make(login);
    this.#setups.set(login, made);
    return made;
  }

  /** Returns the paths for the files of one server. */
  filesOf({ config }: ClientSetup): ClientFiles {
    const at = (name: string): string => this.#folder.newPath(name);
    return {
      config,
      knownHosts: at('known-hosts'),
      keyScript: at('key-script'),
      shownKey: at('shown-key'),
      control: at('control'),
    };
  }

  /** Ends the agent. */
  async end(): Promise<void> {
    await (await this.#agent?.catch(() => undefined))?.end();
  }

  async #make(login: SshLogin): Promise<ClientSetup> {
    const identity = await this.#identity(login);
    const knownHosts = this.#folder.newPath('all-known-hosts');
    const config = this.#folder.newPath('config');
    writeFileSync(knownHosts, this.#knownHosts);
    writeFileSync(config, clientConfig(identity, knownHosts));
    return { config, keys: 'socket' in login.with ? login.with.keys : [login.with] };
  }

  async #identity({ with: key, certificate }: SshLogin): Promise<ClientIdentity> {
    const line = certificate === undefined ? {} : { certificate: this.#write('certificate', certificate) };
    if ('socket' in key) return { agent: key.socket, ...line };
    const blob = key.key.getPublicSSH();
    const publicKey = this.#write('public-key', `${key.type} ${blob.toString('base64')}`);
    try {
      this.#agent ??= RunAgent.start(this.#folder.newPath('agent'), this.env);
      const agent = await this.#agent;
      await agent.add(sshAddText(key.key.getPrivatePEM()));
      return { agent: agent.socket, publicKey, ...line };
    } catch (error) {
      throw noAgent(errorMessage(error));
    }
  }

  #write(name: string, line: string): string {
    const path = this.#folder.newPath(name);
    writeFileSync(path, `${line}\n`);
    return path;
  }
}

/** The runner's variables for actions, and those that would make ssh prompt or use another agent. */
const WITHHELD_VARIABLES =
  /^(?:INPUT_|STATE_|ACTIONS_|SSH_AUTH_SOCK$|SSH_AGENT_PID$|SSH_ASKPASS|DISPLAY$|LC_|LANG)/;

function clientEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || WITHHELD_VARIABLES.test(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

function noAgent(words: string): RunError {
  return new RunError('The action cannot log in', [
    {
      code: 'runner-ssh-unusable',
      at: 'transport',
      fact: `the runner's ssh-agent does not accept the key: ${words}`,
      cause:
        'OpenSSH’s client programs (ssh, ssh-agent, ssh-add) are not installed on the runner, or not in PATH.',
      fix: 'install them (`apt-get install openssh-client`, `dnf install openssh-clients`), or leave `transport` out.',
    },
  ]);
}

/** Time limit for an agent to start. */
const START_MS = 10_000;

/**
 * An ssh-agent of this run: it ends with this process at the latest, and gets keys on standard input, so that no key
 * is ever in a file.
 */
class RunAgent {
  readonly socket: string;
  readonly #program: ParentBoundProcess;
  readonly #env: Readonly<Record<string, string>>;

  /**
   * Starts one.
   * @param socket path of the socket that it makes.
   * @throws Error with a message for the user.
   */
  static async start(socket: string, env: Readonly<Record<string, string>>): Promise<RunAgent> {
    const ready = Promise.withResolvers<undefined>();
    const said: Buffer[] = [];
    // -D: in the foreground. It prints its socket once it listens there.
    const program = await startParentBound({
      name: 'ssh-agent',
      args: ['-D', '-a', socket],
      env,
      onStdout: () => ready.resolve(undefined),
      onStderr: (chunk) => said.push(chunk),
    });
    const timer = setTimeout(() => ready.reject(new Error('it does not start')), START_MS);
    program.whenEnded.then(
      () => ready.reject(new Error(Buffer.concat(said).toString().trim())),
      (error: unknown) => ready.reject(new Error(errorMessage(error))),
    );
    try {
      await ready.promise;
    } finally {
      clearTimeout(timer);
    }
    return new RunAgent(socket, program, env);
  }

  private constructor(socket: string, program: ParentBoundProcess, env: Readonly<Record<string, string>>) {
    this.socket = socket;
    this.#program = program;
    this.#env = env;
  }

  /** Adds a private key. @param text PEM, without a passphrase. Secret. @throws Error with a message for the user. */
  async add(text: string): Promise<void> {
    const said: Buffer[] = [];
    const code = await runProgram({
      name: 'ssh-add',
      args: ['-q', '-'],
      env: { ...this.#env, SSH_AUTH_SOCK: this.socket },
      input: Buffer.from(text),
      onStderr: (chunk) => said.push(chunk),
    });
    if (code !== 0) throw new Error(`ssh-add: ${Buffer.concat(said).toString().trim()}`);
  }

  /** Ends it, and with it the keys that it holds. */
  async end(): Promise<void> {
    this.#program.kill();
    await this.#program.whenEnded;
  }
}
