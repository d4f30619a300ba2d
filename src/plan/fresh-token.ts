import type { HostFacts } from '../cluster/host-facts.ts';
import type { Plan } from '../cluster/plan.ts';

const PLACEHOLDER = '(made by the run)';

/**
 * The value with a token that only this run knows replaced wherever it stands: the run that carries the plan out makes
 * another one.
 */
export function withoutFreshToken<T>(value: T, plan: Plan, facts: ReadonlyMap<string, HostFacts>): T {
  return isFresh(plan, facts) ? (replaced(value, plan.shape.token) as T) : value;
}

/** A running cluster's token may be etcd's own default, which no file need hold. */
function isFresh({ verdict, shape }: Plan, facts: ReadonlyMap<string, HostFacts>): boolean {
  if (verdict !== 'create' && verdict !== 'repair') return false;
  return ![...facts.values()].some(
    ({ state }) => typeof state === 'object' && state.cluster.token === shape.token,
  );
}

function replaced(value: unknown, token: string): unknown {
  if (typeof value === 'string') return value.replaceAll(token, PLACEHOLDER);
  if (Array.isArray(value)) return value.map((part) => replaced(part, token));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, token)]));
}
