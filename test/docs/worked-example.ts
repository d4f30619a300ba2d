import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { read, ROOT } from './repository.ts';

/** A block of code in the page, with the file that the line before it names. */
interface Block {
  readonly file: string;
  readonly language: string;
  readonly text: string;
}

const blocks = blocksOf(read('docs/adding-an-operation.md'));

/** The files that the page adds or changes. */
export const exampleFiles = [...new Set(blocks.map(({ file }) => file))];

/** Copies the sources and applies the page to the copy. @returns its folder, which the caller removes. */
export function copyWithExample(): string {
  const copy = mkdtempSync(join(tmpdir(), 'worked-example-'));
  for (const name of [
    'src',
    'scripts',
    'test',
    'action.yml',
    'package.json',
    'tsconfig.json',
    'jest.config.ts',
    'eslint.config.js',
    '.prettierrc.json',
  ])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  for (const name of ['node_modules', 'lab', 'bench', 'docs'])
    symlinkSync(join(ROOT, name), join(copy, name));
  for (const { file, language, text } of blocks) {
    const path = join(copy, file);
    if (language === 'ts' && existsSync(path)) throw new Error(`the page adds ${file}, which exists`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, language === 'diff' ? patched(readFileSync(path, 'utf8'), text) : text);
  }
  return copy;
}

/** Reads the blocks of a page; a second block after a file's name belongs to the same file. */
function blocksOf(page: string): Block[] {
  const found: Block[] = [];
  let file = '';
  for (const [, name, language = '', text = ''] of page.matchAll(
    /^`([\w./-]+)`$|^```(\w+)\n([^]*?)^```$/gm,
  )) {
    if (name !== undefined) file = name;
    else found.push({ file, language, text });
  }
  return found;
}

/** Applies a diff to a file's content. @throws Error if its old lines do not stand there exactly once. */
function patched(content: string, diff: string): string {
  const lines = diff.trimEnd().split('\n');
  const without = (mark: string): string =>
    lines
      .filter((line) => !line.startsWith(mark))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const pieces = content.split(without('+'));
  if (pieces.length !== 2)
    throw new Error(`these lines stand there ${pieces.length - 1} times:\n${without('+')}`);
  return pieces.join(without('-'));
}
