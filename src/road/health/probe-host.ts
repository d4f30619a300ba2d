import { placesOf } from '../../kubeadm/data-places.ts';
import { HostError } from '../../hosts/host-error.ts';
import { lastWords } from '../../hosts/last-words.ts';
import { healthProbe, PROBE_REFUSED } from '../../hosts/probe/health-probe.ts';
import { OtherFormat, parseHealth, type HealthAnswer } from '../../hosts/probe/parse-health.ts';
import type { RemoteResult, Transport } from '../../hosts/transport.ts';
import type { HostSettings, Settings } from '../../settings/settings.ts';
import { understood } from '../observe.ts';
import { timed } from '../timed.ts';

const INSTALL = 'Install the program and its rule on that host as docs/least-privilege.md says.';

/**
 * Runs the health probe on a host.
 * @throws HostError when it cannot be run, or its answer not be read.
 */
export async function probeHost(
  host: HostSettings,
  transport: Transport,
  settings: Settings,
): Promise<HealthAnswer> {
  const { probe } = settings.health;
  // Members are asked with it; on a host of the control plane it would be that of another etcd.
  const clientKey = settings.hosts.includes(host);
  const question = { ...placesOf(settings), clientKey };
  const script = healthProbe(question, probe === undefined ? {} : { program: probe });
  const { result, timing } = await timed(() => transport.run(script));
  if (probe !== undefined && result.code !== 0) throw notRun(transport.name, probe, result);
  try {
    return parseHealth(result.stdout.toString('utf8'), timing);
  } catch (error) {
    if (error instanceof OtherFormat) throw otherFormat(transport.name, probe, error);
    return understood(transport.name, result, () => {
      throw error;
    });
  }
}

function notRun(host: string, program: string, { code, stderr }: RemoteResult): HostError {
  if (code === PROBE_REFUSED) {
    return new HostError({
      host,
      at: 'health-probe',
      fact: `${program} does not look there: ${lastWords(stderr, 3)}`,
      cause: 'A folder of `data-dir` or `wal-dir` is a link, or others than root may write in it.',
      fix: "Give the paths without links, and let each folder of them be root's alone; docs/least-privilege.md says why.",
    });
  }
  return new HostError({
    host,
    at: 'health-probe',
    fact: `${program} could not be run by sudo (exit code ${code ?? 'none'}): ${lastWords(stderr, 3)}`,
    cause: 'It is not installed there, or sudoers does not allow it to this user.',
    fix: INSTALL,
  });
}

function otherFormat(host: string, program: string | undefined, error: OtherFormat): HostError {
  return new HostError({
    host,
    at: 'health-probe',
    fact: `${program ?? 'the probe'}: ${error.message}.`,
    cause: 'It was installed for another release of the action.',
    fix: INSTALL,
  });
}
