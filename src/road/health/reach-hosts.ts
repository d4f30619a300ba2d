import { errorMessage } from '../../findings.ts';
import type { Sight } from '../../health/facts.ts';
import { BastionError, HostError } from '../../hosts/host-error.ts';
import type { HealthAnswer } from '../../hosts/probe/parse-health.ts';
import { readOnly } from '../../hosts/read-only.ts';
import type { Transport } from '../../hosts/transport.ts';
import type { HostSettings, MemberSettings, Settings } from '../../settings/settings.ts';
import { hostLabel } from '../observe.ts';
import type { Surroundings } from '../road.ts';
import { probeHost } from './probe-host.ts';
import { shippedImage } from './shipped-image.ts';
import { within } from './within.ts';

/** A host as far as it could be reached. */
export interface ReachedHost {
  readonly host: MemberSettings;
  /** Absent: there is no connection. It can only look. */
  readonly transport?: Transport;
  readonly sight: Sight<HealthAnswer>;
  /** See `shippedImage`; absent: the host was not seen. */
  readonly shippedImage?: Promise<string | undefined>;
}

const STAGE = 'Observe';

/**
 * Connects to a host and runs the probe there. Does not throw: why a host could not be looked at is part of what was
 * seen.
 * @param signal ends the wait.
 */
export async function reachHost(
  host: HostSettings,
  settings: Settings,
  { connect, timeline, maskSecret }: Pick<Surroundings, 'connect' | 'timeline' | 'maskSecret'>,
  signal: AbortSignal,
): Promise<ReachedHost> {
  const label = hostLabel(host);
  const connecting = timeline.record({ stage: STAGE, title: 'connect', changes: false, host: label }, () =>
    connect(host),
  );
  let transport: Transport;
  try {
    transport = readOnly(await within(signal, connecting));
  } catch (error) {
    // One that comes too late is not left open.
    void connecting.then((late) => late.close()).catch(() => undefined);
    return { host, sight: { unseen: why(error) } };
  }
  try {
    const probing = timeline.record({ stage: STAGE, title: 'probe', changes: false, host: label }, () =>
      probeHost(host, transport, settings),
    );
    const look = await within(signal, probing);
    if (look.clientKey !== undefined) maskSecret(look.clientKey.toString('utf8'));
    return {
      host,
      transport,
      sight: { seen: look },
      shippedImage: shippedImage(look.facts, transport, signal),
    };
  } catch (error) {
    return { host, transport, sight: { unseen: why(error) } };
  }
}

function why(error: unknown): { fact: string; cause?: string; fix?: string } {
  if (error instanceof HostError) {
    const { host = '', fact: seen, cause, fix } = error.finding;
    const fact = error instanceof BastionError ? `${host}: ${seen}` : seen;
    return { fact, ...(cause !== undefined && { cause }), ...(fix !== undefined && { fix }) };
  }
  return { fact: errorMessage(error) };
}
