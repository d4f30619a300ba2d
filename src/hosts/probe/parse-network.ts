import type { Observed } from '../../etcd/health/observation.ts';
import type { ReachFact, MissingFact } from '../../facts/host.ts';
import { filledLines, programAnswer, type Sections, withErrors } from './sections.ts';
import { printable } from '../../text/printable.ts';

/**
 * Parses the lines of `ip -o addr show`, or the bare addresses of `hostname -I`. A host that was reached has an
 * address.
 */
export function parseAddresses(sections: Sections): Observed<readonly string[], MissingFact> {
  const { text, errors, failure } = programAnswer(sections, 'addresses');
  const listed = [...text.matchAll(/\binet6? ([0-9a-fA-F.:]+)/g)].map((match) => match[1] ?? '');
  const bare = text.split(/\s+/).filter((word) => /^[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*$/.test(word));
  const addresses = listed.length > 0 ? listed : bare;
  if (failure === undefined && addresses.length > 0 && text.endsWith('\n')) return { seen: addresses };
  const problem = failure ?? withErrors('it named no address', errors);
  return { failure: { what: 'addresses', program: 'ip addr', words: problem } };
}

/**
 * Parses `ss -ltnp`: after the headings, the fourth column is the local address and the last one names the program.
 * If `ss` failed, parses the ports of the kernel's own tables in hex, each after the name of its table.
 */
export function parseListeners(sections: Sections): Observed<ReadonlyMap<number, string>, MissingFact> {
  const { text, errors, failure } = programAnswer(sections, 'listeners');
  const tables = filledLines(sections.get('listeners.kernel') ?? '');
  const listed = /^State\b.*\n$/s.test(text);
  if (failure !== undefined || (!listed && !tables.includes('/proc/net/tcp'))) {
    const problem = failure ?? withErrors('it listed no ports', errors);
    return { failure: { what: 'listeners', program: 'ss -ltn', words: problem } };
  }
  const listeners = new Map<number, string>();
  for (const line of tables) {
    if (/^[0-9A-F]{1,4}$/.test(line)) listeners.set(parseInt(line, 16), 'unknown');
  }
  for (const line of listed ? filledLines(text).slice(1) : []) {
    const port = /:(\d+)$/.exec(line.split(/\s+/)[3] ?? '')?.[1];
    if (port !== undefined) listeners.set(Number(port), /users:\(\("([^"]+)"/.exec(line)?.[1] ?? 'unknown');
  }
  return { seen: listeners };
}

/** Parses the results of the connection attempts to other hosts. A requested attempt without a result is a missing fact. */
export function parseReachFacts(sections: Sections): { reach: ReachFact[]; unseen: MissingFact[] } {
  const reach = filledLines(sections.get('reach') ?? '').flatMap(reachIn);
  const unreported = filledLines(sections.get('reach.asked') ?? '').filter(
    (target) => !reach.some(({ address, port }) => target === `${address} ${port}`),
  );
  const isComplete = sections.has('reach') && sections.has('reach.asked') && unreported.length === 0;
  const words = printable(`no outcome of the tries: ${unreported.join(', ') || 'none was reported'}`);
  return { reach, unseen: isComplete ? [] : [{ what: 'reach', program: 'bash', words }] };
}

function reachIn(line: string): ReachFact[] {
  const match = /^(\S+) (\d+) (.*)$/.exec(line);
  if (match === null) return [];
  const [, address = '', port = '', message = ''] = match;
  const outcome = reachOutcome(message);
  const words = printable(message.replace(/^1 /, ''));
  return [{ address, port: Number(port), outcome, ...(outcome === 'unknown' && { words }) }];
}

/** Matches the messages of bash in the C locale. */
function reachOutcome(message: string): ReachFact['outcome'] {
  if (message === 'open') return 'open';
  if (/Connection refused/.test(message)) return 'refused';
  if (message === 'silence') return 'timeout';
  if (/No route|unreachable/i.test(message)) return 'unreachable';
  return 'unknown';
}

/**
 * Parses the source address that the kernel uses for each peer, by the peer's address: the peer's address, then its
 * line of `ip -o route get`, e.g. `10.0.0.7 10.0.0.7 dev eth0 src 10.0.0.6 uid 0`. Ignores lines without `src`.
 */
export function parseSources(text: string): Map<string, string> {
  const routes = text.split('\n').flatMap((line) => {
    const match = /^(\S+) .*\bsrc (\S+)/.exec(line);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
  });
  return new Map(routes);
}
