import type { Lab } from '../../../lab/client.ts';

const CRICTL = '/usr/bin/crictl';
const KEPT = '/var/lib/crictl.kept';

/** What is wrong with a host's crictl. */
export type CrictlFault = keyof typeof FAULTS;

/** In place of crictl; each is what a busy, a silent or a talkative one was seen to do. */
const FAULTS = {
  /** Ends as where the runtime does not answer in time. */
  fails: `echo 'FATA[0010] listing containers: rpc error: code = DeadlineExceeded desc = context deadline exceeded' >&2; exit 1`,
  /** Never answers. */
  hangs: 'exec sleep 3600',
  /** Says more on standard error, as each new release does. */
  warns: `for i in $(seq 40); do echo "time=2026-11-30T03:00:00Z level=warning msg=\\"flag $i is deprecated: {\\\\\\"containers\\\\\\":[]}\\"" >&2; done
exec ${KEPT} "$@"`,
  /** Says a line before its answer, where the answer is read. */
  chats: `echo 'NOTE: a new release of crictl is available'
exec ${KEPT} "$@"`,
} as const;

/** The words of crictl that fails. */
export const DEADLINE = 'context deadline exceeded';

/** Gives hosts a crictl with this fault, for as long as it works. What it was is there again afterwards, also after a failure. */
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
