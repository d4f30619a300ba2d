import type { HttpAnswer } from './open-connection.ts';
import type { ProbeAnswer } from './probe-endpoint.ts';

/**
 * The answer of /livez or /readyz with `?verbose`: a line `[+]NAME ok` or `[-]NAME failed: REASON` per check
 * (server/etcdserver/api/etcdhttp/health.go); 200 where all of them hold, else 503. A release without them answers 404.
 * @returns undefined for anything else.
 */
export function parseProbeAnswer({ status, body }: HttpAnswer): ProbeAnswer | undefined {
  if (status === 404) return { ok: false, checks: [], unsupported: true };
  if (status !== 200 && status !== 503) return undefined;
  const checks = [...body.matchAll(/^\[([+-])\](\S+) (?:ok|failed(?:: (.*))?)$/gm)].map(
    ([, sign, name = '', reason]) => ({
      name,
      ok: sign === '+',
      ...(reason !== undefined && { reason }),
    }),
  );
  return { ok: status === 200, checks };
}
