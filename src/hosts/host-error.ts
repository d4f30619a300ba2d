import { describeFinding, type Finding } from '../findings.ts';
import { hideKeys, printable } from '../text/printable.ts';

/** A failure between the runner and one host, explained to the user. */
export class HostError extends Error {
  readonly finding: Finding;

  /** @param finding with `host` set and `at` naming the step. */
  constructor(finding: Finding & { readonly host: string }, options?: ErrorOptions) {
    super(describeFinding(finding), options);
    this.name = 'HostError';
    this.finding = finding;
  }
}

/** A bastion failed, not a host: the finding names the bastion and is the same for all hosts. */
export class BastionError extends HostError {
  constructor({ finding }: HostError) {
    super({ ...finding, host: finding.host ?? 'bastion' });
    this.name = 'BastionError';
  }
}

/** Maximum length of a program's own message that a finding quotes. */
const MAX_QUOTE_LENGTH = 800;
/** Maximum size of the end of an output that is read, and of each line. */
const MAX_READ_OUTPUT = 256 * 1024;
const MAX_READ_LINE = 16 * 1024;

/**
 * Returns the last lines of a program's output, as one line for a message: shortened, without control characters,
 * private keys (known by their BEGIN line) and crictl's warning of a missing configuration.
 */
export function lastWords(output: string, lines: number): string {
  const said = hideKeys(output.slice(-MAX_READ_OUTPUT))
    .split('\n')
    .map((line) => printable(line.slice(0, MAX_READ_LINE), Infinity))
    .filter((line) => line !== '' && !isCrictlWarning(line))
    .slice(-lines)
    .join(' / ');
  return said.length > MAX_QUOTE_LENGTH ? `… ${said.slice(-MAX_QUOTE_LENGTH)}` : said;
}

/**
 * Reports whether a line is the warning that crictl 1.32 and later prints in each call on a host without
 * /etc/crictl.yaml, as kubeadm's packages leave it (cri-tools, pkg/common/config.go). It says nothing about etcd or
 * the runtime.
 */
export function isCrictlWarning(line: string): boolean {
  return line.includes('level=warning msg="Config ') && line.includes('crictl.yaml');
}
