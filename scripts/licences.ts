import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A module in ncc's statistics; a concatenated one has its parts in `modules`. */
export interface BundledModule {
  readonly nameForCondition?: string | null;
  readonly modules?: readonly BundledModule[];
}

/** A package with modules in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** The SPDX expression in package.json. */
  readonly licence: string;
  /** The text that has to accompany every copy. */
  readonly text: string;
}

/** Licences that require nothing but their text. A package with another one fails the build. */
const ACCEPTED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT/X11',
  'Unlicense',
];

/** From the readme of the repository, in a commit after the release. */
const STATED_ELSEWHERE: Readonly<Record<string, string>> = { 'buffers 0.1.1': 'MIT' };

/** Returns the folders of all packages of the modules. */
export function packageFolders(modules: readonly BundledModule[]): string[] {
  const files = modules.flatMap(filesOf).filter((file) => file.includes('/node_modules/'));
  return [...new Set(files.map(folderOf))].toSorted();
}

function filesOf({ nameForCondition, modules = [] }: BundledModule): string[] {
  return [...(typeof nameForCondition === 'string' ? [nameForCondition] : []), ...modules.flatMap(filesOf)];
}

/** Returns the folder below the innermost `node_modules`; a package.json further in only sets the module format. */
function folderOf(file: string): string {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? dirname(file);
}

/**
 * Returns the package in a folder, with its licence.
 * @throws Error if there is no licence, or not one of the accepted ones.
 */
export function packageIn(folder: string): BundledPackage {
  const { name, version, license, licenses, author } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as PackageFile;
  const stated = typeof license === 'string' ? license : (license ?? licenses?.[0])?.type;
  const licence = stated ?? STATED_ELSEWHERE[`${name} ${version}`];
  if (licence === undefined || !isAccepted(licence)) {
    throw new Error(`${name} ${version} would be bundled, and its licence is ${licence ?? 'not stated'}`);
  }
  return { name, version, licence, text: licenceText(folder) ?? shortText(licence, author) };
}

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type: string };
  readonly licenses?: readonly { readonly type: string }[];
  readonly author?: string | { readonly name: string };
}

/** Of several alternatives, one is enough. */
function isAccepted(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ACCEPTED.includes(licence)));
}

function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder)
    .toSorted()
    .find((name) => /^(?:licen[cs]e|copying)/i.test(name) && existsSync(join(folder, name)));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').trim();
}

/** Returns a text for packages that name a licence and contain no text of it. */
function shortText(licence: string, author: PackageFile['author']): string {
  const name = typeof author === 'object' ? author.name : author;
  return `${licence}${name === undefined ? '' : `, ${name}`}. The package has no text of its licence.`;
}

/** Returns licenses.txt: packages with the same text together, each text once. */
export function licencesText(packages: readonly BundledPackage[]): string {
  const byText = Map.groupBy(packages, ({ text }) => text);
  const chapters = [...byText].map(([text, those]) => {
    const names = new Set(those.map(({ name, version, licence }) => `${name} ${version} (${licence})`));
    return `${[...names].join('\n')}\n\n${text.replaceAll('\r\n', '\n')}\n`;
  });
  const rule = `\n${'-'.repeat(100)}\n\n`;
  return `Packages whose code is in the files of this folder, and their licences.\n${rule}${chapters.join(rule)}`;
}
