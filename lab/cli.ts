import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Lab } from './client.ts';
import { ensureGoldenDisk } from './disks/golden.ts';
import { kindOf } from './hosts/kinds.ts';
import { sshCommand } from './hosts/ssh.ts';
import { cleanCache } from './machine/layer.ts';
import { installMissingPackages } from './machine/packages.ts';
import { exitCode, systemPath } from './machine/run.ts';
import type { HostPlace } from './place.ts';
import { buildFamily } from './programs/build.ts';
import { allFamilies } from './programs/families.ts';
import {
  defaultHostCount,
  defaultKubernetesVersion,
  defaultLabName,
  families,
  type Family,
  hostNames,
  type KubernetesVersion,
  kubernetesVersions,
} from './settings.ts';
import { status } from './status.ts';
import { variantFlags, variantFlagTypes, variantOf, variantUsage } from './variants/flags.ts';
import { variantNamed, variantWords } from './variants/variant.ts';

const usage = () => `usage: node lab/cli.ts [--lab NAME] VERB …

The lab as a whole
  up [--hosts N] [--kubernetes ${kubernetesVersions.join('|')}] [--family ${families.join('|')}] [--vm] [--fresh]
     ${variantUsage()}
                        boot the hosts infra0, infra1, … and wait until they are ready; --vm makes virtual machines of
                        them, with kernel, cgroup v2 and clock of their own, slow; with --family ipv6 they have no IPv4
                        but loopback; --fresh gives them new disks. The second line says what kind of host they are;
                        --host says it of one of them, in the words ${variantWords().join(', ')}
  down [--keep-disks]   stop the hosts and remove all that the lab has on the machine
  status                hosts, addresses, faults

Hosts
  ssh HOST [CMD…]       as user ubuntu, from the runner's network namespace
  exec HOST CMD…        as root, from outside and without SSH
  run CMD…              run CMD in the runner's network namespace
  reset HOST            fresh disk, then boot
  start HOST            boot from the disk that it has
  reboot HOST           in good order
  control-plane HOST    bring it the images of a control plane, and kubectl, for kubeadm init

Faults
  kill HOST             power cut: no FIN leaves the host, what it had not synced is lost
  link HOST up|down     plug the host's cable in, or pull it
  partition A B         let nothing pass between two hosts
  heal                  undo all partitions and plug all cables in
  delay HOST MS         add MS milliseconds to each round trip; 0 takes them away
  slow-disk HOST MS     have each sync of the etcd that runs there take MS milliseconds longer; 0: no longer
  clock HOST SECONDS    set the clock of a virtual machine so much ahead of the machine's own (behind it: -SECONDS); 0: right
  fill HOST [--free]    leave no free block on the host's disk; --free gives them back

Programs
  build [WHAT [KIND]]   build without booting: a Kubernetes version (default ${defaultKubernetesVersion}) with all that its hosts
                        need (KIND: words as --host has them), or one family of programs, whose paths are printed:
                        ${allFamilies.map((family) => family.name).join(', ')}
  clean                 remove the cache

--lab NAME, or LAB_NAME, chooses the lab; it is "default" otherwise. Two labs do not disturb each other.
LAB_BIN_DIR names a folder of ready programs to use in place of a build, LAB_CACHE_DIR and LAB_STATE_DIR the places
of the cache and of the labs.`;

/** A mistake in the command line: printed without a stack, exit code 2. */
class UsageError extends Error {}

const progress = (line: string) => process.stderr.write(`[lab] ${line}\n`);

const flagTypes = {
  lab: { type: 'string' },
  hosts: { type: 'string' },
  kubernetes: { type: 'string' },
  family: { type: 'string' },
  vm: { type: 'boolean' },
  fresh: { type: 'boolean' },
  ...variantFlagTypes,
  'keep-disks': { type: 'boolean' },
  free: { type: 'boolean' },
} as const;
type FlagName = keyof typeof flagTypes;

const upFlags = ['hosts', 'kubernetes', 'family', 'vm', 'fresh', ...variantFlags] as const;
type Flags = ReturnType<typeof parseArgs<{ options: typeof flagTypes }>>['values'];

interface Verb {
  /** Required operands, for messages and for counting. */
  readonly operands: readonly string[];
  /** True if more operands may follow. */
  readonly more?: boolean;
  /** True if the operands are followed by another program's command line, flags and all. */
  readonly verbatim?: boolean;
  readonly flags?: readonly FlagName[];
  /** Runs the verb; returns the exit code if it is not 0. */
  readonly run: (lab: string, operands: string[], flags: Flags) => Promise<number | undefined>;
}

/** A verb that changes one thing in an existing lab. */
function change(
  operands: readonly string[],
  body: (lab: Lab, operands: string[], flags: Flags) => Promise<void>,
): Verb {
  return {
    operands,
    run: async (name, values, flags) => {
      await body(Lab.open(name, progress), values, flags);
      return undefined;
    },
  };
}

const verbs: Readonly<Record<string, Verb>> = {
  up: { operands: [], flags: [...upFlags], run: up },
  down: {
    operands: [],
    flags: ['keep-disks'],
    run: async (name, _, flags) => {
      await Lab.takeDown({ name, keepDisks: flags['keep-disks'] === true, progress });
      return undefined;
    },
  },
  status: {
    operands: [],
    run: async (name) => {
      process.stdout.write(await status(name));
      return undefined;
    },
  },
  ssh: {
    operands: ['HOST'],
    verbatim: true,
    run: (name, [host = '', ...command]) => become(sshCommand(findHost(name, host), [], command)),
  },
  exec: {
    operands: ['HOST', 'CMD'],
    verbatim: true,
    run: (name, [host = '', ...command]) => {
      const place = findHost(name, host);
      return become(kindOf(place).entering(place, command, process.stdin.isTTY));
    },
  },
  run: {
    operands: ['CMD'],
    verbatim: true,
    run: (name, command) => become(Lab.open(name).inRunner(command)),
  },
  reset: change(['HOST'], (lab, [host = '']) => lab.reset(host)),
  start: change(['HOST'], (lab, [host = '']) => lab.start(host)),
  reboot: change(['HOST'], (lab, [host = '']) => lab.reboot(host)),
  'control-plane': change(['HOST'], (lab, [host = '']) => lab.equipControlPlane(host)),
  kill: change(['HOST'], (lab, [host = '']) => lab.kill(host)),
  link: change(['HOST', 'up|down'], (lab, [host = '', state]) => {
    if (state !== 'up' && state !== 'down')
      throw new UsageError(`a link is up or down, not "${state ?? ''}"`);
    return lab.link(host, state);
  }),
  partition: change(['A', 'B'], (lab, [a = '', b = '']) => lab.partition(a, b)),
  heal: change([], (lab) => lab.heal()),
  delay: change(['HOST', 'MS'], (lab, [host = '', milliseconds = '']) =>
    lab.delay(host, number(milliseconds, 'MS')),
  ),
  fill: {
    ...change(['HOST'], (lab, [host = ''], flags) =>
      flags.free === true ? lab.unfill(host) : lab.fill(host),
    ),
    flags: ['free'],
  },
  'slow-disk': change(['HOST', 'MS'], (lab, [host = '', milliseconds = '']) =>
    lab.slowDisk(host, number(milliseconds, 'MS')),
  ),
  clock: {
    ...change(['HOST', 'SECONDS'], (lab, [host = '', seconds = '', ...more]) => {
      if (more.length > 0)
        throw new UsageError(`clock takes HOST SECONDS, and there is "${more.join(' ')}" too`);
      return lab.setClock(host, 1000 * number(seconds, 'SECONDS'));
    }),
    // "-60" is a time here, not a flag.
    verbatim: true,
  },
  build: { operands: [], more: true, run: (_, what) => build(what) },
  clean: {
    operands: [],
    run: async () => {
      await cleanCache(progress);
      return undefined;
    },
  },
};

async function main(argv: string[]): Promise<number> {
  const rest = [...argv];
  let lab = takeLabName(rest);
  const name = rest.shift() ?? 'help';
  if (['help', '--help', '-h'].includes(name)) {
    process.stdout.write(`${usage()}\n`);
    return 0;
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) throw new UsageError(`there is no verb "${name}"; there are ${Object.keys(verbs).join(', ')}`);
  lab = takeLabName(rest) ?? lab;

  const { operands, flags } =
    verb.verbatim === true ? { operands: rest, flags: {} as Flags } : parse(rest, verb, name);
  const tooMany = verb.verbatim !== true && verb.more !== true && operands.length > verb.operands.length;
  if (operands.length < verb.operands.length || tooMany) {
    throw new UsageError(
      `${name} takes ${verb.operands.join(' ') || 'no operands'}, not "${operands.join(' ')}"`,
    );
  }
  return (await verb.run(flags.lab ?? lab ?? defaultLabName(), operands, flags)) ?? 0;
}

/** Takes "--lab NAME" off the front of the arguments. */
function takeLabName(argv: string[]): string | undefined {
  if (argv[0]?.startsWith('--lab=') === true) return argv.shift()?.slice('--lab='.length);
  return argv[0] === '--lab' ? argv.splice(0, 2)[1] : undefined;
}

function parse(argv: string[], verb: Verb, name: string): { operands: string[]; flags: Flags } {
  try {
    const { values, positionals } = parseArgs({ args: argv, options: flagTypes, allowPositionals: true });
    const allowed = new Set<string>(['lab', ...(verb.flags ?? [])]);
    const unknown = Object.keys(values).filter((flag) => !allowed.has(flag));
    if (unknown.length > 0)
      throw new UsageError(`${name} does not take ${unknown.map((flag) => `--${flag}`).join(', ')}`);
    return { operands: positionals, flags: values };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

async function up(name: string, _: string[], flags: Flags): Promise<undefined> {
  const hosts = flags.hosts === undefined ? undefined : number(flags.hosts, '--hosts');
  const kubernetes = flags.kubernetes === undefined ? undefined : kubernetesVersion(flags.kubernetes);
  const kind = flags.vm === true ? 'vm' : undefined;
  const family = flags.family === undefined ? undefined : familyNamed(flags.family);
  const variant = asUsage(() => variantOf(flags, hostNames(hosts ?? defaultHostCount)));
  await Lab.up({ name, hosts, kubernetes, kind, family, variant, fresh: flags.fresh, progress });
  process.stdout.write(await status(name));
}

/** Turns errors of the command line into ones that are printed without a stack. */
function asUsage<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Builds a whole Kubernetes version or one family of programs; prints the path of the golden disk or of each program. */
async function build([what = defaultKubernetesVersion, variant = 'ordinary']: string[]): Promise<undefined> {
  const family = allFamilies.find((candidate) => candidate.name === what);
  if (family) {
    const folder = await buildFamily(family, progress);
    for (const program of readdirSync(folder)) process.stdout.write(`${join(folder, program)}\n`);
    return;
  }
  const version = kubernetesVersions.find((candidate) => candidate === what);
  if (version === undefined) {
    const names = [...kubernetesVersions, ...allFamilies.map((candidate) => candidate.name)];
    throw new UsageError(`there is no "${what}" to build; there are ${names.join(', ')}`);
  }
  const kind = asUsage(() => variantNamed(variant));
  await installMissingPackages(progress);
  process.stdout.write(`${await ensureGoldenDisk(version, kind, progress)}\n`);
}

function kubernetesVersion(text: string): KubernetesVersion {
  const version = kubernetesVersions.find((candidate) => candidate === text);
  if (version !== undefined) return version;
  throw new UsageError(`the lab has no Kubernetes "${text}"; it has ${kubernetesVersions.join(', ')}`);
}

function familyNamed(text: string): Family {
  const family = families.find((candidate) => candidate === text);
  if (family !== undefined) return family;
  throw new UsageError(`--family is one of ${families.join(', ')}, not "${text}"`);
}

function number(text: string, what: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new UsageError(`${what} is a number, not "${text}"`);
  return value;
}

function findHost(lab: string, name: string): HostPlace {
  return Lab.open(lab).place(name);
}

/** Runs a command on this terminal and returns its exit code. */
async function become([program = '', ...args]: string[]): Promise<number> {
  // The command gets the terminal's signals too, and handles them.
  for (const name of ['SIGINT', 'SIGQUIT'] as const) process.on(name, () => undefined);
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, PATH: systemPath } });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return exitCode(code, signal);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`[lab] ${message}\n`);
  if (error instanceof UsageError) process.stderr.write('[lab] "help" shows all verbs\n');
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
