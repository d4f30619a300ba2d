import type { Finding } from '../findings.ts';
import type { InputName } from './input-definitions.ts';

/** The inputs whose value may be the path of a file in the workspace, in place of its text. */
export const fileInputs = ['inventory'] as const satisfies readonly InputName[];

/** A file that an input names: its text, or why it could not be read. */
export type InputFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly problem: Omit<Finding, 'at'> };

/** The files that inputs name, by input. */
export type InputFiles = Readonly<Partial<Record<(typeof fileInputs)[number], InputFile>>>;

/** The path that an input's value is: one line that ends as a file of YAML or JSON does. Anything else is text. */
export function pathIn(value: string): string | undefined {
  const path = value.trim();
  return /^[^\r\n{[]*\.(?:ya?ml|json)$/i.test(path) ? path : undefined;
}

/** What the files that could be read hold, in place of their paths. */
export function textsOf(files: InputFiles): Readonly<Partial<Record<InputName, string>>> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([input, file]) => ('text' in file ? [[input, file.text]] : [])),
  );
}
