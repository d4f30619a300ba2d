import { describeFinding, type Finding } from '../findings.ts';

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
