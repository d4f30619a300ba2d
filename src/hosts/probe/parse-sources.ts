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
