import type { HostFacts } from '../cluster/host-facts.ts';
import { lastWords } from '../hosts/last-words.ts';
import { HostError } from '../hosts/host-error.ts';
import { parseProbe } from '../hosts/probe/parse-probe.ts';
import { probeScript } from '../hosts/probe/probe-script.ts';
import type { Transport } from '../hosts/transport.ts';
import { errorMessage } from '../findings.ts';
import type { HostSettings, Settings } from '../settings/settings.ts';
import { settleAll } from './settle.ts';
import type { Timeline } from './timeline.ts';

/** Opens the one connection to a host. */
export type Connector = (host: HostSettings) => Promise<Transport>;

/** A host that is connected, and what the probe saw. */
export interface Observed {
  readonly transport: Transport;
  readonly facts: HostFacts;
}

const STAGE = 'Observe';
const PROBE_TIMEOUT_MS = 30_000;

/** How a host is called before its member name is known. */
export function hostLabel(host: HostSettings): string {
  return host.name ?? host.address;
}

/**
 * Connects to all hosts at once.
 * @throws Refusal with the reason of every host that could not be reached; the others are closed again.
 */
export async function connectAll(
  hosts: readonly HostSettings[],
  connect: Connector,
  timeline: Timeline,
): Promise<Transport[]> {
  const opened: Transport[] = [];
  const work = hosts.map((host) => ({
    host: hostLabel(host),
    at: 'connect',
    result: timeline.record(
      { stage: STAGE, title: 'connect', changes: false, host: hostLabel(host) },
      async () => {
        const transport = await connect(host);
        opened.push(transport);
        return transport;
      },
    ),
  }));
  try {
    return await settleAll('not every host could be reached, so nothing was changed on any', work);
  } catch (error) {
    await Promise.all(opened.map((transport) => transport.close()));
    throw error;
  }
}

/** Probes all hosts at once, each with one read-only script. */
export async function observeAll(
  settings: Settings,
  transports: readonly Transport[],
  timeline: Timeline,
): Promise<Observed[]> {
  const work = settings.hosts.flatMap((host, index) => {
    const transport = transports[index];
    if (transport === undefined) return [];
    const record = timeline.record(
      { stage: STAGE, title: 'probe', changes: false, host: hostLabel(host) },
      () => probe(settings, host, transport),
    );
    return [{ host: hostLabel(host), at: 'probe', result: record }];
  });
  return settleAll('not every host could be examined, so nothing was changed on any', work);
}

async function probe(settings: Settings, host: HostSettings, transport: Transport): Promise<Observed> {
  const script = probeScript({
    dataDir: settings.dataDir,
    peers: settings.hosts.map(({ address }) => address).filter((address) => address !== host.address),
    ports: [settings.clientPort, settings.peerPort],
  });
  const result = await transport.run({ title: 'probe', script, timeoutMs: PROBE_TIMEOUT_MS });
  try {
    return { transport, facts: parseProbe(host.address, result.stdout.toString('utf8')) };
  } catch (error) {
    throw new HostError({
      host: transport.name,
      at: 'probe',
      fact: `${errorMessage(error)} (exit code ${result.code ?? 'none'}): ${lastWords(result.stderr, 3)}`,
      cause: 'bash on the host ended early: the disk is full, or a limit of the system was hit.',
      fix: 'Log in to the host and see whether `sudo bash -c true` works.',
    });
  }
}
