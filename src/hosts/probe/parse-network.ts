import type { ReachFact, Unseen } from '../../facts/host.ts';
import { printable } from '../../text/printable.ts';
import type { Seen } from './runtime.ts';
import { programAnswer, type Sections, withWords } from './sections.ts';

/** `ip -o addr show` lines, or the bare words of `hostname -I`. A host that was reached has an address. */
export function parseAddresses(sections: Sections): Seen<readonly string[]> {
  const { text, words, failure } = programAnswer(sections, 'addresses');
  const listed = [...text.matchAll(/\binet6? ([0-9a-fA-F.:]+)/g)].map((match) => match[1] ?? '');
  const bare = text.split(/\s+/).filter((word) => /^[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*$/.test(word));
  const addresses = listed.length > 0 ? listed : bare;
  if (failure === undefined && addresses.length > 0 && text.endsWith('\n')) return { seen: addresses };
  const problem = failure ?? withWords('it named no address', words);
  return { unseen: { what: 'addresses', program: 'ip addr', words: problem } };
}

/**
 * `ss -ltnp`, whose first line holds the headings: the fourth column is the local address, the last one names the program.
 * Where it fails, the ports of the kernel's own tables in hex, behind the name of each table.
 */
export function parseListeners(sections: Sections): Seen<ReadonlyMap<number, string>> {
  const { text, words, failure } = programAnswer(sections, 'listeners');
  const tables = linesOf(sections.get('listeners.kernel') ?? '');
  const listed = /^State\b.*\n$/s.test(text);
  if (failure !== undefined || (!listed && !tables.includes('/proc/net/tcp'))) {
    const problem = failure ?? withWords('it listed no ports', words);
    return { unseen: { what: 'listeners', program: 'ss -ltn', words: problem } };
  }
  const listeners = new Map<number, string>();
  for (const line of tables) {
    if (/^[0-9A-F]{1,4}$/.test(line)) listeners.set(parseInt(line, 16), 'unknown');
  }
  for (const line of listed ? linesOf(text).slice(1) : []) {
    const port = /:(\d+)$/.exec(line.split(/\s+/)[3] ?? '')?.[1];
    if (port !== undefined) listeners.set(Number(port), /users:\(\("([^"]+)"/.exec(line)?.[1] ?? 'unknown');
  }
  return { seen: listeners };
}

/** How each try to reach another host ended; what became of a try that was asked for and is not told is unseen. */
export function parseReach(sections: Sections): { reach: ReachFact[]; unseen: Unseen[] } {
  const reach = linesOf(sections.get('reach') ?? '').flatMap(reachIn);
  const untold = linesOf(sections.get('reach.asked') ?? '').filter(
    (target) => !reach.some(({ address, port }) => target === `${address} ${port}`),
  );
  const isTold = sections.has('reach') && sections.has('reach.asked') && untold.length === 0;
  const words = printable(`no outcome of the tries: ${untold.join(', ') || 'none was told'}`);
  return { reach, unseen: isTold ? [] : [{ what: 'reach', program: 'bash', words }] };
}

function reachIn(line: string): ReachFact[] {
  const match = /^(\S+) (\d+) (.*)$/.exec(line);
  if (match === null) return [];
  const [, address = '', port = '', message = ''] = match;
  const outcome = reachOutcome(message);
  const words = printable(message.replace(/^1 /, ''));
  return [{ address, port: Number(port), outcome, ...(outcome === 'unknown' && { words }) }];
}

/** The texts are those of bash in the C locale. */
function reachOutcome(message: string): ReachFact['outcome'] {
  if (message === 'open') return 'open';
  if (/Connection refused/.test(message)) return 'refused';
  if (message === 'silence') return 'timeout';
  if (/No route|unreachable/i.test(message)) return 'unreachable';
  return 'unknown';
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/**
 * The address that the kernel sends from, by the peer's address: lines of `ip -o route get` behind that address, e.g.
 * `10.0.0.7 10.0.0.7 dev eth0 src 10.0.0.6 uid 0`. A line without `src` tells nothing.
 */
export function parseSources(text: string): Map<string, string> {
  const routes = text.split('\n').flatMap((line) => {
    const match = /^(\S+) .*\bsrc (\S+)/.exec(line);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
  });
  return new Map(routes);
}
