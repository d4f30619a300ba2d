import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that tests run. */
export interface NeededProgram {
  /** Names to look for on PATH, or absolute paths; one of them is enough. */
  readonly anyOf: readonly string[];
  /** Its package in Debian and Ubuntu. */
  readonly package: string;
  /** True if so many tests run it that no test could run without it. */
  readonly always?: true;
}

/** Everything that the unit tests run besides Node.js, bash and the programs of every Debian (`Priority: required`). */
export const neededPrograms = {
  git: { anyOf: ['git'], package: 'git', always: true },
  openssl: { anyOf: ['openssl'], package: 'openssl', always: true },
  ssh: { anyOf: ['ssh'], package: 'openssh-client', always: true },
  'ssh-keygen': { anyOf: ['ssh-keygen'], package: 'openssh-client', always: true },
  'ssh-agent': { anyOf: ['ssh-agent'], package: 'openssh-client', always: true },
  chattr: { anyOf: ['chattr'], package: 'e2fsprogs', always: true },
  unshare: { anyOf: ['unshare'], package: 'util-linux', always: true },
  python3: { anyOf: ['python3'], package: 'python3-minimal' },
  go: { anyOf: ['go'], package: 'golang-go' },
  // The probe of hosts, which tests run on this machine, uses both of its programs.
  ss: { anyOf: ['ss'], package: 'iproute2', always: true },
  bzip2: { anyOf: ['bzip2'], package: 'bzip2' },
  zstd: { anyOf: ['zstd'], package: 'zstd' },
  sshd: { anyOf: ['/usr/sbin/sshd'], package: 'openssh-server' },
  sudo: { anyOf: ['/usr/bin/sudo'], package: 'sudo' },
  fish: { anyOf: ['/usr/bin/fish'], package: 'fish' },
  tcsh: { anyOf: ['/usr/bin/tcsh'], package: 'tcsh' },
  chromium: {
    anyOf: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    package: 'chromium',
  },
} as const satisfies Readonly<Record<string, NeededProgram>>;

/** Name of such a program. */
export type ProgramName = keyof typeof neededPrograms;

/** Returns the path of the program on this machine; undefined if it is missing. */
export function whereIs(name: ProgramName): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return neededPrograms[name].anyOf
    .flatMap((what) => (what.startsWith('/') ? [what] : folders.map((folder) => join(folder, what))))
    .find((path) => existsSync(path));
}

/** Returns the programs that this machine lacks. */
export function missingPrograms(): ProgramName[] {
  return (Object.keys(neededPrograms) as ProgramName[]).filter((name) => whereIs(name) === undefined);
}
