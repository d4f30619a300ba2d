import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../lab/client.ts';
import { installMissingPackages } from '../../../lab/machine/packages.ts';
import { buildFamily } from '../../../lab/programs/build.ts';
import { versitygw } from '../../../lab/programs/families.ts';
import { runChild } from '../../github/child.ts';
import { SYSTEM_PATH } from '../../github/runner.ts';

const PORT = 7070;
const REGION = 'eu-central-1';
/** The access key of the account that owns the buckets, and may do everything. */
const OWNER = 'owner';

/** A statement of a policy of AWS. */
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/**
 * A server of S3 (github.com/versity/versitygw) on the runner of a lab, over HTTP, with the AWS CLI that asks it. Its roles
 * are users with the name as access key, because it has no token service. It has nothing but files below a temporary
 * folder.
 */
export class ObjectStore {
  /** The variables for steps: where the server is, and what the stand-in for AWS's token service gives to each role. */
  readonly env: Readonly<Record<string, string>>;
  readonly #lab: Lab;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #secret = randomUUID();
  #log = '';

  /**
   * Starts it with users of those names.
   * @throws Error with its log if it does not start.
   */
  static async start(lab: Lab, roles: readonly string[]): Promise<ObjectStore> {
    const progress = (line: string): void => void process.stderr.write(`${line}\n`);
    await installMissingPackages(progress, [['aws', 'awscli']]);
    const folder = await buildFamily(versitygw, progress);
    const started = new ObjectStore(lab, join(folder, 'versitygw'), roles);
    for (let tries = 0; !started.#log.includes('listening on'); tries += 1) {
      if (tries > 100) throw new Error(`the server of S3 does not start:\n${started.#log}`);
      await sleep(100);
    }
    return started;
  }

  private constructor(lab: Lab, program: string, roles: readonly string[]) {
    this.#lab = lab;
    this.#folder = mkdtempSync(join(tmpdir(), 'etcd-ha-s3-'));
    // Not every file system for temporary files has extended attributes: `meta` has what would be in them.
    const [iam, versions, meta, data] = ['iam', 'versions', 'meta', 'data'].map((name) => {
      mkdirSync(join(this.#folder, name));
      return join(this.#folder, name);
    }) as [string, string, string, string];
    const accounts = roles.map((access) => [access, { access, secret: this.#secret, role: 'user' }]);
    writeFileSync(
      join(iam, 'users.json'),
      JSON.stringify({ accessAccounts: Object.fromEntries(accounts) as unknown }),
    );
    const endpoint = `127.0.0.1:${PORT}`;
    this.env = { AWS_ENDPOINT_URL: `http://${endpoint}`, AWS_STAND_IN_SECRET: this.#secret };
    const [command = '', ...args] = lab.inRunner([
      program,
      ...['--port', endpoint, '--region', REGION, '--iam-dir', iam],
      ...['posix', '--versioning-dir', versions, '--sidecar', meta, data],
    ]);
    this.#process = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        ROOT_ACCESS_KEY_ID: OWNER,
        ROOT_SECRET_ACCESS_KEY: this.#secret,
      },
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
  }

  /** Makes a bucket with object lock, in which each role may do what its statements say. */
  async makeBucket(bucket: string, policies: Readonly<Record<string, readonly Statement[]>>): Promise<void> {
    await this.ask(
      OWNER,
      's3api',
      'create-bucket',
      '--bucket',
      bucket,
      '--object-lock-enabled-for-bucket',
      ...['--create-bucket-configuration', `LocationConstraint=${REGION}`],
    );
    const policy = {
      Version: '2012-10-17',
      Statement: Object.entries(policies).flatMap(([role, statements]) =>
        statements.map((statement) => ({ ...statement, Principal: { AWS: [role] } })),
      ),
    };
    await this.ask(
      OWNER,
      's3api',
      'put-bucket-policy',
      '--bucket',
      bucket,
      '--policy',
      JSON.stringify(policy),
    );
  }

  /**
   * Runs the AWS CLI as a role, or as the owner of the buckets (`owner`), and returns its answer in JSON.
   * @throws Error with what it printed if it fails.
   */
  async ask(who: string, ...args: string[]): Promise<string> {
    const lines: string[] = [];
    const { exitCode } = await runChild({
      argv: this.#lab.inRunner([
        'aws',
        '--endpoint-url',
        this.env['AWS_ENDPOINT_URL'] ?? '',
        '--output',
        'json',
        ...args,
      ]),
      cwd: this.#folder,
      env: {
        PATH: SYSTEM_PATH,
        HOME: this.#folder,
        LANG: 'C.UTF-8',
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: who,
        AWS_SECRET_ACCESS_KEY: this.#secret,
      },
      onLine: (line) => lines.push(line),
      timeoutMs: 60_000,
    });
    const text = lines.join('\n');
    if (exitCode !== 0) throw new Error(`aws ${args.join(' ')}: ${text}`);
    return text;
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, 'exit');
    rmSync(this.#folder, { recursive: true });
  }
}
