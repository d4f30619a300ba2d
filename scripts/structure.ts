import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/**
 * The folders of `src`, top first: a file imports from its own folder and from those below it. The files of `src` itself stand
 * above all of them, `src/findings.ts` and `src/finding-codes.ts` below.
 */
export const ROOMS = [
  'operations',
  'engine',
  'report',
  'checks',
  'plan',
  'steps',
  'run',
  'cluster',
  'hosts',
  'facts',
  'inputs',
  'runner',
  'kubeadm',
  'backup',
  'etcd',
  'images',
  'ssh-keys',
  'pki',
  'text',
] as const;

/** Files that are imported when they are to run, as phases of the step and parts of them. */
const ENTRIES = ['src/main.ts', 'src/post.ts', 'src/release-locks.ts'];

const LOWEST = ['src/findings.ts', 'src/finding-codes.ts'];

/** Every source file by its path in the checkout, with its text. */
export type Sources = ReadonlyMap<string, string>;

/** The shape of the sources, as figures and as lists of what is against the rules. */
export interface Structure {
  readonly files: number;
  readonly lines: number;
  /** Lines of the file in which the median line lives. */
  readonly medianLine: number;
  /** Files whose only reader is a file of the same folder; kinds of steps apart, which have a file each. */
  readonly besideTheirReader: readonly string[];
  /** Imports against the order of {@link ROOMS}, and folders that it does not have. */
  readonly againstOrder: readonly string[];
  /** Files that import each other, directly or through others; one entry for each circle. */
  readonly circles: readonly (readonly string[])[];
  /** Lines that tell kinds of steps apart by `switch`. */
  readonly switches: readonly string[];
  /** Lines outside of src/operations that ask which operation it is. */
  readonly askingOperation: readonly string[];
  /** Lines with words that stand for an actor without a name. */
  readonly namelessActors: readonly string[];
}

/** Reads every TypeScript file below a folder of the checkout. */
export function readSources(root: string, folder = 'src'): Sources {
  return new Map(
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .toSorted()
      .map((path) => [join(folder, path), readFileSync(join(root, folder, path), 'utf8')]),
  );
}

/** Measures the sources. */
export function structureOf(sources: Sources): Structure {
  const imports = new Map([...sources].map(([path, text]) => [path, importsOf(path, text, sources)]));
  const sizes = [...sources.values()].map(linesOf).toSorted((a, b) => a - b);
  return {
    files: sources.size,
    lines: sizes.reduce((sum, size) => sum + size, 0),
    medianLine: medianLine(sizes),
    besideTheirReader: besideTheirReader(imports),
    againstOrder: againstOrder(imports),
    circles: circlesOf(imports),
    switches: linesLike(sources, /switch \((?:step\.)?kind\)/),
    askingOperation: linesLike(
      new Map([...sources].filter(([path]) => !path.startsWith('src/operations/'))),
      /\boperation [!=]== '[a-z]/,
    ),
    namelessActors: linesLike(sources, /\b(?:nobody|somebody|whoever|ought)\b/i),
  };
}

function importsOf(path: string, text: string, sources: Sources): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => normalize(join(dirname(path), fileName)))
    .filter((imported) => sources.has(imported));
}

/** The sources that a file imports as soon as it is loaded itself: those of types are erased, others are imported later. */
export function staticImports(path: string, sources: Sources): string[] {
  const { statements } = ts.createSourceFile(path, sources.get(path) ?? '', ts.ScriptTarget.Latest);
  return statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const isType = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    const { moduleSpecifier } = statement;
    if (isType || moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
    const imported = normalize(join(dirname(path), moduleSpecifier.text));
    return sources.has(imported) ? [imported] : [];
  });
}

function linesOf(text: string): number {
  return text.split('\n').length - 1;
}

function medianLine(sizes: readonly number[]): number {
  const half = sizes.reduce((sum, size) => sum + size, 0) / 2;
  let seen = 0;
  return sizes.find((size) => (seen += size) >= half) ?? 0;
}

function besideTheirReader(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const own = [...imports.keys()].filter((path) => !path.startsWith('src/steps/') && !ENTRIES.includes(path));
  return own.filter((path) => {
    const readers = [...imports].filter(([, imported]) => imported.includes(path)).map(([reader]) => reader);
    return readers.length === 1 && dirname(readers[0] ?? '') === dirname(path);
  });
}

/** Its place in the order, the top first; undefined for a folder that the order does not have. */
function levelOf(path: string): number | undefined {
  const [, room = '', ...rest] = path.split('/');
  if (rest.length === 0) return LOWEST.includes(path) ? ROOMS.length : -1;
  const level = ROOMS.findIndex((name) => name === room);
  return level === -1 ? undefined : level;
}

function againstOrder(imports: ReadonlyMap<string, readonly string[]>): string[] {
  return [...imports].flatMap(([path, imported]) => {
    const own = levelOf(path);
    if (own === undefined) return [`${path} is in no folder of the order`];
    return imported
      .filter((other) => (levelOf(other) ?? own) < own)
      .map((other) => `${path} imports ${other}`);
  });
}

/** Circles by Tarjan's algorithm: strongly connected components of more than one file. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): number => {
    const own = order.size;
    order.set(path, own);
    let low = own;
    open.push(path);
    for (const other of imports.get(path) ?? []) {
      if (!order.has(other)) low = Math.min(low, visit(other));
      else if (open.includes(other)) low = Math.min(low, order.get(other) ?? low);
    }
    lowest.set(path, low);
    if (low === own) {
      const circle = open.splice(open.indexOf(path));
      if (circle.length > 1) circles.push(circle.toSorted());
    }
    return low;
  };
  for (const path of imports.keys()) if (!order.has(path)) visit(path);
  return circles;
}

function linesLike(sources: Sources, pattern: RegExp): string[] {
  return [...sources].flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

/** The most of each that the repository may have; a change that improves a figure lowers its limit. */
export const LIMITS = {
  files: 368,
  besideTheirReader: 39,
  againstOrder: 0,
  circles: 0,
  switches: 0,
  askingOperation: 0,
  namelessActors: 0,
} as const satisfies Partial<Record<keyof Structure, number>>;

/** Each figure with its limit, and the findings behind those that are over it. */
export function judgeStructure(structure: Structure): { readonly lines: string[]; readonly good: boolean } {
  const lines: string[] = [];
  let good = true;
  for (const [name, value] of Object.entries(structure) as [keyof Structure, number | readonly unknown[]][]) {
    const figure = typeof value === 'number' ? value : value.length;
    const limit = name in LIMITS ? LIMITS[name as keyof typeof LIMITS] : undefined;
    const over = limit !== undefined && figure > limit;
    lines.push(
      `${name}: ${figure}${limit === undefined ? '' : `, at most ${limit}`}${over ? ' – over' : ''}`,
    );
    if (over && typeof value !== 'number') lines.push(...value.map((one) => `  ${String(one)}`));
    if (over) good = false;
  }
  return { lines, good };
}

if (import.meta.main) {
  const { lines, good } = judgeStructure(structureOf(readSources(join(import.meta.dirname, '..'))));
  for (const line of lines) console.log(line);
  process.exitCode = good ? 0 : 1;
}
