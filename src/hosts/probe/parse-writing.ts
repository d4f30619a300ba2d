import type { ResolvConfFact, RoomFact, UnwritableFact } from '../../cluster/preflight/preflight-facts.ts';

const RESOLV_CONF_STATES: readonly ResolvConfFact['state'][] = ['file', 'missing', 'dangling', 'other'];

/** State, path, and where it is a link that leads to no file, that too, with tabs between. Undefined where nothing was said. */
export function parseResolvConf(line: string): ResolvConfFact | undefined {
  const [word, path = '', target] = line.split('\t');
  const state = RESOLV_CONF_STATES.find((one) => one === word);
  if (state === undefined || path === '') return undefined;
  return { path, state, ...(target !== undefined && { target }) };
}

/**
 * What root may not write: lines `KIND PATH`; and of what `lsattr -d` shows, what is immutable or may only grow, which the test for
 * writing does not tell of a folder.
 */
export function parseUnwritable(text: string, attributes: string): UnwritableFact[] {
  const flagsOf = new Map(
    attributes.split('\n').flatMap((line) => {
      const match = /^([A-Za-z-]+) (\/.*)$/.exec(line);
      return match === null ? [] : [[match[2] ?? '', (match[1] ?? '').replaceAll('-', '')] as const];
    }),
  );
  const found = text.split('\n').flatMap((line) => {
    const match = /^(file|folder) (\/.*)$/.exec(line);
    return match === null
      ? []
      : [{ kind: match[1] === 'file' ? ('file' as const) : ('folder' as const), path: match[2] ?? '' }];
  });
  const growing = [...flagsOf]
    .filter(([path, flags]) => /[ia]/.test(flags) && !found.some((one) => one.path === path))
    .map(([path]) => ({ kind: 'folder' as const, path }));
  return [...found, ...growing].map((one) => {
    const flags = flagsOf.get(one.path);
    return { ...one, ...(flags !== undefined && { attributes: flags }) };
  });
}

/** `PATH SIZE FREE INODES FREE_INODES` from `stat -f`, or `PATH` alone where it did not answer. */
export function parseRoom(line: string): RoomFact[] {
  const match = /^(\/\S*) (\d+) (\d+) (\d+) (\d+)$/.exec(line);
  if (match === null) return [];
  const [, path = '', size, free, inodes, freeInodes] = match;
  return [
    {
      path,
      freeBytes: Number(size) * Number(free),
      ...(Number(inodes) > 0 && { freeInodes: Number(freeInodes) }),
    },
  ];
}
