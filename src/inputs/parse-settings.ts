import { type Finding, RunError } from '../findings.ts';
import { holdsPrivateKey } from '../text/quote.ts';
import type { Collected } from './collected.ts';
import type { InputGroup, ParseContext } from './group.ts';
import { inputGroups, type OperationInputs } from './groups.ts';
import { digestOfInputs, type InputFiles, textsOf } from './input-files.ts';
import { nearestInput } from './nearest.ts';
import type { RunContext } from './run/identity.ts';
import { operationGroup } from './run/intent.ts';
import type { Settings, SettingsOf } from './settings.ts';
import { definitionOf, type InputName, inputNames, isInputName, type RawInputs } from './table/table.ts';

/**
 * Parses all inputs.
 * @param raw inputs by name; an absent or empty one has its default.
 * @param operations the groups of each operation, by name.
 * @param files those that inputs name, from `readInputFiles`.
 * @returns frozen settings.
 * @throws RunError with all findings of all groups, each with its position, what was expected and an example.
 */
export function parseSettings(
  raw: RawInputs,
  run: RunContext,
  operations: OperationInputs,
  files: InputFiles = {},
): Settings {
  const misplaced = inputNames.filter(
    (name) => !definitionOf(name).secret && holdsPrivateKey(raw[name] ?? ''),
  );
  const emptied = Object.fromEntries(misplaced.map((name) => [name, '']));
  const inputs = withDefaults({ ...raw, ...emptied });
  const collected: Collected = { findings: [], warnings: [] };
  const settings = parseGroups(
    { inputs, files, run, operations: Object.keys(operations), ...collected },
    operations,
  );
  // Without an inventory, missing hosts are a finding.
  const emptyInputs = misplaced.includes('inventory') ? [...misplaced, 'hosts'] : misplaced;
  const unknown = Object.keys(raw).filter((name) => !isInputName(name));
  collected.warnings.push(...unknown.flatMap(unrelatedVariable));
  const findings = [
    ...unknown.flatMap(misspeltInput),
    ...misplaced.map(misplacedKey),
    ...collected.findings.filter(
      ({ at }) => !emptyInputs.some((name) => at === name || at.startsWith(`${name},`)),
    ),
  ];
  if (settings === undefined || findings.length > 0)
    throw new RunError('The inputs cannot be used', findings);
  return deepFreeze({
    ...settings,
    run: run.identity,
    inputDigest: digestOfInputs({ ...inputs, ...textsOf(files) }),
    warnings: collected.warnings,
  });
}

type Inputs = Readonly<Record<InputName, string>>;

/**
 * Parses every group: those that the operation uses with the given inputs, the others as if none of their inputs were
 * given. Without an operation, parses all with the given inputs.
 * @returns the settings of all groups; undefined if one of them is invalid.
 */
function parseGroups(
  given: Omit<ParseContext, 'settingsOf'>,
  operations: OperationInputs,
): SettingsOf<typeof inputGroups> | undefined {
  const parsed = new Map<InputGroup, object | undefined>();
  const settingsOf = <Own extends object>(group: InputGroup<string, Own>): Own | undefined => {
    if (!parsed.has(group)) parsed.set(group, group.parse(isUsed(group) ? context : leftOut(context, group)));
    return parsed.get(group) as Own | undefined;
  };
  const context: ParseContext = { ...given, settingsOf };
  const operation = operationGroup.parse(context)?.operation;
  parsed.set(operationGroup, operation === undefined ? undefined : { operation });
  const groups = operation === undefined ? undefined : operations[operation];
  const isUsed = ({ name }: InputGroup): boolean => groups?.uses.some((used) => used === name) ?? true;
  const isChecked = ({ name }: InputGroup): boolean =>
    groups?.checks?.some((checked) => checked === name) === true;
  const all = inputGroups.map((group: InputGroup) => {
    if (operation !== undefined && isUsed(group)) group.checkUsed?.(context);
    if (operation !== undefined && !isUsed(group)) {
      if (group.checkUnused !== undefined) group.checkUnused(context, operation);
      // Parsed only for its findings.
      else if (isChecked(group)) group.parse({ ...context, warnings: [] });
    }
    return settingsOf(group);
  });
  return all.includes(undefined) ? undefined : (Object.assign({}, ...all) as SettingsOf<typeof inputGroups>);
}

/** Returns the same context without the inputs of a group. */
function leftOut(context: ParseContext, { inputs: own, alsoReads }: InputGroup): ParseContext {
  const names = [...own, ...alsoReads];
  const inputs = Object.fromEntries(names.map((name) => [name, defaultOf(name)]));
  const files = Object.entries(context.files).filter(([name]) => !names.some((one) => one === name));
  return { ...context, inputs: { ...context.inputs, ...inputs }, files: Object.fromEntries(files) };
}

/**
 * Refuses an unknown input with a similar name: the runner only warns about an input that action.yml does not declare
 * and passes it on, so a misspelt optional input would go unnoticed.
 */
function misspeltInput(name: string): Finding[] {
  const meant = nearestInput(name);
  if (meant === undefined) return [];
  return [
    {
      code: 'input-unknown',
      at: name,
      fact: 'there is no input of this name.',
      cause: `a typing error, or a variable ${variableOf(name)} in the workflow's env.`,
      fix: `did you mean ${meant}?`,
    },
  ];
}

/** Warns about a variable that resembles no input: it may be an environment variable unrelated to this action. */
function unrelatedVariable(name: string): Finding[] {
  if (nearestInput(name) !== undefined) return [];
  return [
    {
      code: 'input-unknown',
      at: variableOf(name),
      fact: 'the variable looks like an input of this action, which has none of this name; it is ignored.',
      cause: "it is set in the workflow's env, or act passes it on from a composite action around this one.",
      fix: 'if it was meant for this action, look for the name in the list of inputs (README.md); if not, rename the variable.',
    },
  ];
}

/** Returns the variable that the runner sets for an input (Handler.cs). */
function variableOf(name: string): string {
  return `INPUT_${name.toUpperCase()}`;
}

/** Refuses a private key in an input that is not secret, without parsing it, so that no part of it is quoted. */
function misplacedKey(name: InputName): Finding {
  return {
    code: 'private-key-misplaced',
    at: name,
    fact: 'the value holds a private key, and this input does not take one.',
    cause: 'values were swapped in the workflow, or a key and its certificate were pasted together.',
    fix: 'pass keys only in ssh-private-key and ca-key; if this value is stored in a variable, replace the key.',
  };
}

function withDefaults(raw: RawInputs): Inputs {
  const entries = inputNames.map((name) => {
    const value = raw[name] ?? '';
    return [name, value.trim() === '' ? defaultOf(name) : value];
  });
  return Object.fromEntries(entries) as Inputs;
}

function defaultOf(name: InputName): string {
  return definitionOf(name).default ?? '';
}

/** Freezes plain objects and lists; keys and bytes in them stay as they are. */
function deepFreeze<T>(value: T): T {
  if (Array.isArray(value) || isPlainObject(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
