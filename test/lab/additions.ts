import { read } from '../docs/repository.ts';

/** Returns the paths of the table in lab/README.md, "What the lab adds"; one that ends in `/` includes all below it. */
export function additions(): string[] {
  const chapter = read('lab/README.md').split('### What the lab adds')[1]?.split('\n## ')[0] ?? '';
  const rows = chapter.match(/^\| `.*$/gm) ?? [];
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, path = '']) => path),
  );
}

/** Reports whether the table's entry covers this path. */
export function means(entry: string, path: string): boolean {
  return entry.endsWith('/') ? `${path}/`.startsWith(entry) : path === entry;
}
