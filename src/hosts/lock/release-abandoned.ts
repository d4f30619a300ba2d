import { HostError } from '../host-error.ts';
import type { Transport } from '../transport.ts';
import { parseRelease, releaseScript, type ReleaseOutcome } from './release-script.ts';
import { lockFailure } from './words.ts';

/**
 * Gives back the lock of a run that was killed, from its post step: only if it is still that run's, and if none of its
 * steps goes on there (after 3 s of waiting for that).
 * @throws HostError when the host cannot be reached or does not answer as it should.
 */
export async function releaseAbandoned(transport: Transport, ownerId: string): Promise<ReleaseOutcome> {
  const result = await transport.run(releaseScript(ownerId));
  const outcome = parseRelease(result.stdout);
  if (outcome !== undefined && result.code === 0) return outcome;
  throw new HostError({ host: transport.name, at: 'unlock', ...lockFailure(result) });
}
