import type { Lab } from '../../../lab/client.ts';

const CRICTL = '/usr/bin/crictl';
const KEPT = '/var/lib/crictl.kept';

/** The fault of a host's crictl. */
export type CrictlFault = keyof typeof FAULTS;

/** Replacements for crictl, which behave like a busy, a silent or a verbose one in practice. */
const FAULTS = {
  /** Fails as if the runtime did not answer in time. */
  fails: `echo 'FATA[0010] listing containers: rpc error: code = DeadlineExceeded desc = context deadline exceeded' >&2; exit 1`,
  /** Never answers. */
  hangs: 'exec sleep 3600',
  /** Prints more on standard error, as new releases do. */
  warns: `for i in $(seq 40); do echo "time=2026-11-30T03:00:00Z level=warning msg=\\"flag $i is deprecated: {\\\\\\"containers\\\\\\":[]}\\"" >&2; done
exec ${KEPT} "$@"`,
  /** Prints a line before its answer on standard output. */
  chats: `echo 'NOTE: a new release of crictl is available'
exec ${KEPT} "$@"`,
} as const;

/** The error of the failing crictl. */
export const DEADLINE = 'context deadline exceeded';

/**
 * Replaces crictl on hosts by one with this fault while the body runs. Restores it afterwards, also after a failure.
 */
export async function withCrictl<Result>(
  lab: Lab,
  hosts: readonly string[],
  fault: CrictlFault,
  work: () => Promise<Result>,
): Promise<Result> {
  const script = `#!/bin/bash\n${FAULTS[fault]}\n`;
  const replace = `cp -p ${CRICTL} ${KEPT}; cat > ${CRICTL}.new << 'END'\n${script}END\nchmod 755 ${CRICTL}.new; mv ${CRICTL}.new ${CRICTL}`;
  try {
    await Promise.all(hosts.map((host) => lab.sh(host, replace)));
    return await work();
  } finally {
    await Promise.all(hosts.map((host) => lab.sh(host, `mv ${KEPT} ${CRICTL}`)));
  }
}
