import type { Finding } from '../findings.ts';
import type { InputName } from '../inputs/table.ts';

/** The inputs whose value may be the path of a file in the workspace, in place of its text. */
export const fileInputs = ['inventory'] as const satisfies readonly InputName[];

/** The inputs whose value may be the path of a folder in the workspace, in place of what its files hold. */
export const folderInputs = ['patches'] as const satisfies readonly InputName[];

/** Why what an input names could not be read. */
export interface Unread {
  readonly path: string;
  readonly problem: Omit<Finding, 'at'>;
}

/** A file that an input names. */
export type InputFile = { readonly path: string; readonly text: string } | Unread;

/** A folder that an input names: the texts of its files by their names. */
export type InputFolder = { readonly path: string; readonly files: ReadonlyMap<string, string> } | Unread;

/** The files and folders that inputs name, by input. */
export type InputFiles = Readonly<
  Partial<Record<(typeof fileInputs)[number], InputFile> & Record<(typeof folderInputs)[number], InputFolder>>
>;

/** The path that an input's value is: one line that ends as a file of YAML or JSON does. Anything else is text. */
export function pathIn(value: string): string | undefined {
  const path = value.trim();
  return /^[^\r\n{[]*\.(?:ya?ml|json)$/i.test(path) ? path : undefined;
}

/** The path of a folder that an input's value is: one line without a colon or a bracket. Anything else is text. */
export function folderPathIn(value: string): string | undefined {
  const path = value.trim();
  return /^[^\r\n{}[\]:]+$/.test(path) ? path : undefined;
}

/** What the files that could be read hold, in place of their paths. */
export function textsOf(files: InputFiles): Readonly<Partial<Record<InputName, string>>> {
  const { inventory, patches } = files;
  return {
    ...(inventory !== undefined && 'text' in inventory && { inventory: inventory.text }),
    ...(patches !== undefined && 'files' in patches && { patches: JSON.stringify([...patches.files]) }),
  };
}
