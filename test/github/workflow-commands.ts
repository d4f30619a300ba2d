/**
 * Recognises workflow commands in a line of output, as actions/runner v2.336 does
 * (src/Runner.Common/ActionCommand.cs, src/Runner.Worker/ActionCommandManager.cs).
 */

/** One command, un-escaped. */
export interface WorkflowCommand {
  /** In lower case: the runner treats `::Error::` like `::error::`. */
  readonly name: string;
  /** Keys as written, e.g. `title`, `file`, `line`. */
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** The commands that the runner registers; a line that names any other is ordinary output. */
export const WORKFLOW_COMMANDS: readonly string[] = [
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
];

/** Separators and escapes of one of the two forms of a command; escapes are undone in this order, `%25` last. */
interface Syntax {
  readonly propertySeparator: string;
  readonly propertyEscapes: readonly (readonly [escaped: string, plain: string])[];
  readonly dataEscapes: readonly (readonly [escaped: string, plain: string])[];
}

const DOUBLE_COLON: Syntax = {
  propertySeparator: ',',
  propertyEscapes: [
    ['%0D', '\r'],
    ['%0A', '\n'],
    ['%3A', ':'],
    ['%2C', ','],
    ['%25', '%'],
  ],
  dataEscapes: [
    ['%0D', '\r'],
    ['%0A', '\n'],
    ['%25', '%'],
  ],
};

const HASH_BRACKET_ESCAPES: Syntax['dataEscapes'] = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
];

const HASH_BRACKET: Syntax = {
  propertySeparator: ';',
  propertyEscapes: HASH_BRACKET_ESCAPES,
  dataEscapes: HASH_BRACKET_ESCAPES,
};

function unescape(text: string, escapes: Syntax['dataEscapes']): string {
  return escapes.reduce((result, [escaped, plain]) => result.replaceAll(escaped, plain), text);
}

function parseProperties(text: string, syntax: Syntax): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const pair of text.split(syntax.propertySeparator)) {
    const [, key, value] = /^=*([^=]+)=+([^=].*)$/s.exec(pair) ?? [];
    if (key !== undefined && value !== undefined) {
      properties[key] = unescape(value, syntax.propertyEscapes);
    }
  }
  return properties;
}

function command(
  info: string,
  data: string,
  syntax: Syntax,
  isRegistered: (name: string) => boolean,
): WorkflowCommand | undefined {
  const space = info.indexOf(' ');
  const name = (space < 0 ? info : info.slice(0, space)).toLowerCase();
  if (!isRegistered(name)) return undefined;
  return {
    name,
    properties: space < 0 ? {} : parseProperties(info.slice(space + 1).trim(), syntax),
    data: unescape(data, syntax.dataEscapes),
  };
}

/** Parses `::name key=value,key=value::data`, at the beginning of the line after optional white space. */
function parseDoubleColon(
  line: string,
  isRegistered: (name: string) => boolean,
): WorkflowCommand | undefined {
  const text = line.trimStart();
  const end = text.indexOf('::', 2);
  if (!text.startsWith('::') || end < 0) return undefined;
  return command(text.slice(2, end), text.slice(end + 2), DOUBLE_COLON, isRegistered);
}

/** Parses the old form `##[name key=value;key=value]data`, which counts anywhere in a line. */
function parseHashBracket(
  line: string,
  isRegistered: (name: string) => boolean,
): WorkflowCommand | undefined {
  const start = line.indexOf('##[');
  const end = line.indexOf(']', start);
  if (start < 0 || end < 0) return undefined;
  return command(line.slice(start + 3, end), line.slice(end + 1), HASH_BRACKET, isRegistered);
}

/**
 * Returns the workflow command in a line, or undefined if the runner would print the line unchanged.
 * @param isRegistered reports whether a lower-case name is a command; see {@link WORKFLOW_COMMANDS}.
 */
export function parseWorkflowCommand(
  line: string,
  isRegistered: (name: string) => boolean = (name) => WORKFLOW_COMMANDS.includes(name),
): WorkflowCommand | undefined {
  return parseDoubleColon(line, isRegistered) ?? parseHashBracket(line, isRegistered);
}
