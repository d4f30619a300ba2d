import type { Collected } from './collected.ts';
import type { InputFiles } from './input-files.ts';
import type { RunContext } from './run/identity.ts';
import type { InputDefinition } from './table/input.ts';
import type { InputName } from './table/table.ts';

/** What a group is parsed from, and where its findings and warnings go. */
export interface ParseContext<Name extends InputName = InputName> extends Collected {
  /** The texts of inputs; one that is absent or empty has its default. */
  readonly inputs: Readonly<Record<Name, string>>;
  /** The files and folders that inputs name. */
  readonly files: InputFiles;
  readonly run: RunContext;
  /** Names of the operations that there are. */
  readonly operations: readonly string[];
  /** Gives the settings of another group; undefined if its inputs cannot be used, of which it has findings of its own. */
  readonly settingsOf: <Settings extends object>(group: InputGroup<string, Settings>) => Settings | undefined;
}

/** Inputs that are parsed together. An operation uses all inputs of a group, with those that it also reads, or none. */
export interface InputGroup<Name extends string = string, Settings extends object = object> {
  readonly name: Name;
  readonly inputs: readonly InputName[];
  /** Inputs of other groups that it reads as well. */
  readonly alsoReads: readonly InputName[];
  /**
   * Gives the settings that the inputs stand for; undefined, with findings, if they cannot be used. Settings may come with
   * findings too, for other groups to be checked against: the run is refused all the same.
   */
  readonly parse: (context: ParseContext) => Settings | undefined;
  /** Judges what is given, or left out, of these inputs with an operation that uses them. Absent: `parse` has said it all. */
  readonly checkUsed?: (context: ParseContext) => void;
  /**
   * Judges what is given of these inputs with an operation that does not use them. Absent: it is ignored, unless the operation
   * checks the group.
   */
  readonly checkUnused?: (context: ParseContext, operation: string) => void;
}

/**
 * Makes a group of inputs in the table.
 * @param definition `alsoReads`: inputs of other groups whose texts `parse` takes. The compiler refuses any others.
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
