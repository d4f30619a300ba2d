import type { Collected } from './collected.ts';
import type { InputFiles } from './input-files.ts';
import type { RunContext } from './run/identity.ts';
import type { InputDefinition } from './table/input.ts';
import type { InputName } from './table/table.ts';

/** The input of a group's parser, and the receivers of its findings and warnings. */
export interface ParseContext<Name extends InputName = InputName> extends Collected {
  /** The values of the inputs; an absent or empty one has its default. */
  readonly inputs: Readonly<Record<Name, string>>;
  /** The files and folders that inputs name. */
  readonly files: InputFiles;
  readonly run: RunContext;
  /** Names of all operations. */
  readonly operations: readonly string[];
  /** Returns the settings of another group; undefined if its inputs are invalid, which that group reports itself. */
  readonly settingsOf: <Settings extends object>(group: InputGroup<string, Settings>) => Settings | undefined;
}

/** Inputs that are parsed together. An operation uses either all inputs of a group, with those it also reads, or none. */
export interface InputGroup<Name extends string = string, Settings extends object = object> {
  readonly name: Name;
  readonly inputs: readonly InputName[];
  /** Inputs of other groups that its parser reads too. */
  readonly alsoReads: readonly InputName[];
  /**
   * Parses the inputs; returns undefined, with findings, if they are invalid. It may return settings along with
   * findings, so that other groups can be checked against them; the run is refused anyway.
   */
  readonly parse: (context: ParseContext) => Settings | undefined;
  /** Checks the inputs, present or absent, for an operation that uses them. Absent: `parse` checks everything. */
  readonly checkUsed?: (context: ParseContext) => void;
  /**
   * Checks the inputs for an operation that does not use them. Absent: they are ignored, unless the operation checks the
   * group.
   */
  readonly checkUnused?: (context: ParseContext, operation: string) => void;
}

/**
 * Defines a group of inputs of the table.
 * @param definition `alsoReads`: inputs of other groups that `parse` reads. The compiler rejects all others.
 */
export function inputGroup<
  const Name extends string,
  Inputs extends Readonly<Partial<Record<InputName, InputDefinition>>>,
  Settings extends object,
  const Read extends InputName = never,
>(definition: {
  readonly name: Name;
  readonly inputs: Inputs;
  readonly alsoReads?: readonly Read[];
  readonly parse: (context: ParseContext<(keyof Inputs & InputName) | Read>) => Settings | undefined;
  readonly checkUsed?: InputGroup['checkUsed'];
  readonly checkUnused?: InputGroup['checkUnused'];
}): InputGroup<Name, Settings> {
  const { name, inputs, alsoReads = [], parse, checkUsed, checkUnused } = definition;
  return {
    name,
    inputs: Object.keys(inputs) as InputName[],
    alsoReads,
    parse,
    ...(checkUsed !== undefined && { checkUsed }),
    ...(checkUnused !== undefined && { checkUnused }),
  };
}
