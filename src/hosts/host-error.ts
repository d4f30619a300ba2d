import { describeFinding, type Finding } from '../findings.ts';
import { hideKeys, printable } from '../text/printable.ts';

/** Something went wrong between the runner and one host, already in words for the user. */
export class HostError extends Error {
  readonly finding: Finding;

  /** @param finding with `host` set and `at` naming the step. */
  constructor(finding: Finding & { readonly host: string }, options?: ErrorOptions) {
    super(describeFinding(finding), options);
    this.name = 'HostError';
    this.finding = finding;
  }
}

/** A bastion on the way to the hosts failed, and none of them: what is told is the same for all, and names the bastion. */
export class BastionError extends HostError {
  constructor({ finding }: HostError) {
    super({ ...finding, host: finding.host ?? 'bastion' });
    this.name = 'BastionError';
  }
}

/** Longest piece of a program's own words that a message quotes. */
const MOST_CHARACTERS = 800;
/** So much of the end of an output is looked at, and of each line. */
const MOST_OF_OUTPUT = 256 * 1024;
const MOST_OF_LINE = 16 * 1024;

/**
 * The last lines that a program wrote, as one line for a message: without control characters and private keys (known by their BEGIN
 * line), without crictl's warning of a missing configuration,
 * and not too long.
 */
export function lastWords(output: string, lines: number): string {
  const said = hideKeys(output.slice(-MOST_OF_OUTPUT))
    .split('\n')
    .map((line) => printable(line.slice(0, MOST_OF_LINE), Infinity))
    .filter((line) => line !== '' && !isCrictlWarning(line))
    .slice(-lines)
    .join(' / ');
  return said.length > MOST_CHARACTERS ? `… ${said.slice(-MOST_CHARACTERS)}` : said;
}

/**
 * Whether a line is what crictl 1.32 and later writes to standard error in each call on a host without /etc/crictl.yaml, as
 * kubeadm's packages leave it (cri-tools, pkg/common/config.go). It tells nothing about etcd or the runtime.
 */
export function isCrictlWarning(line: string): boolean {
  return line.includes('level=warning msg="Config ') && line.includes('crictl.yaml');
}
