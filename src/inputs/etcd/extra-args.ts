import { isMap, isScalar } from 'yaml';
import type { Finding } from '../../findings.ts';
import { keepsCorruptCheck, OWNED_ETCD_FLAGS } from '../../kubeadm/etcd-flags.ts';
import type { EtcdArgument } from '../../kubeadm/kubeadm-config.ts';
import { findInvisible, invisibleProblem } from '../../text/characters.ts';
import { quote } from '../../text/quote.ts';
import { parseYaml } from '../yaml-input.ts';

/**
 * Parses the user's extra etcd flags: a YAML mapping of names to values, or lines as on the command line. Does not
 * check whether a flag exists, because versions of etcd differ.
 * @returns the flags sorted by name.
 */
export function parseExtraArgs(text: string, findings: Finding[]): readonly EtcdArgument[] {
  const flags = looksLikeLines(text) ? flagsOfLines(text, findings) : flagsOfMapping(text, findings);
  findings.push(...flags.flatMap(checkFlag), ...flags.flatMap(checkTwice));
  return flags
    .map(({ name, value }) => ({ name, value }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function checkFlag({ name, value, at }: WrittenFlag): Finding[] {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    return [
      {
        code: 'flag-not-allowed',
        at,
        fact: `${quote(name)} is not the name of a flag.`,
        ...(/[A-Z_]/.test(name) && { cause: 'the name of the environment variable was written.' }),
        fix: 'write it as etcd --help has it, in lower-case letters, digits and dashes, for example snapshot-count.',
      },
    ];
  }
  const reason = OWNED_ETCD_FLAGS.get(name);
  if (reason !== undefined) {
    return [
      {
        code: 'flag-not-allowed',
        at,
        fact: `--${name} cannot be given: ${reason}.`,
        fix: 'leave the flag out.',
      },
    ];
  }
  const problem = valueProblem(name, value);
  return problem === undefined ? [] : [{ at, ...problem }];
}

function valueProblem(name: string, value: string): Omit<Finding, 'at'> | undefined {
  if (value === '') {
    return {
      code: 'extra-args-malformed',
      fact: `--${name} has no value.`,
      cause: 'an expression like ${{ vars.QUOTA }} that has no value.',
      fix: `give it one, for example --${name}=true where the flag is a switch, or leave the flag out.`,
    };
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) {
    return {
      code: 'extra-args-malformed',
      fact: `the value of --${name} holds a line break or another control character.`,
      cause: 'the value was written as a YAML block (| or >).',
      fix: `write it on one line behind the name, for example "${name}: value".`,
    };
  }
  const invisible = findInvisible(value);
  if (invisible !== undefined) return invisibleProblem(invisible.character);
  if (/\$[($]/.test(value)) {
    return {
      code: 'extra-args-malformed',
      fact: `the value of --${name} holds $( or $$, which the kubelet replaces.`,
      fix: 'write a value without them.',
    };
  }
  const remains = shellProblem(name, value);
  if (remains !== undefined) return remains;
  if (name === 'feature-gates' && !keepsCorruptCheck(value)) {
    return {
      code: 'flag-not-allowed',
      fact: `${quote(value)} would replace kubeadm's own --feature-gates=InitialCorruptCheck=true.`,
      cause:
        'only other gates are listed; with this one a member compares its data with the others before it serves.',
      fix: 'name it too, for example feature-gates: InitialCorruptCheck=true,CompactHashCheck=true.',
    };
  }
  return undefined;
}

/** Refuses a repeated flag: etcd uses the last one, kubeadm writes both, so the intended value is unclear. */
function checkTwice(flag: WrittenFlag, index: number, flags: readonly WrittenFlag[]): Finding[] {
  const first = flags.findIndex(({ name }) => name === flag.name);
  if (first === index) return [];
  return [
    {
      code: 'flag-not-allowed',
      at: flag.at,
      fact: `${quote(flag.name)} was given before, at ${flags[first]?.at ?? ''}.`,
      fix: 'keep one of the two.',
    },
  ];
}

const input = 'extra-args';
const example = 'for example "snapshot-count: 5000", or as on the command line, --snapshot-count=5000.';

/** A flag as the user wrote it. */
interface WrittenFlag {
  /** Without leading dashes. */
  readonly name: string;
  readonly value: string;
  /** Input and position. */
  readonly at: string;
}

/** Reports whether a text has command-line form: its first line is `--name=value`, `name=value` or begins with `etcd`. */
function looksLikeLines(text: string): boolean {
  const [first] = meaningful(text);
  return (
    first !== undefined &&
    /^(?:["']?--[A-Za-z0-9]|-?[A-Za-z][\w-]*\s*=|(?:[\w./-]*\/)?etcd(?:\s|$))/.test(first.line)
  );
}

/** Parses one flag per line; `#` at the start or after a space begins a comment. */
function flagsOfLines(text: string, findings: Finding[]): readonly WrittenFlag[] {
  return meaningful(text).flatMap(({ line, at }) => {
    const [, name, value] = /^(?:--)?([^=\s]+)\s*=\s*(.*)$/s.exec(line) ?? [];
    const problem = lineProblem(line, value);
    if (name !== undefined && value !== undefined && problem === undefined) return [{ name, value, at }];
    findings.push({ at, ...(problem ?? noFlag(line)) });
    return [];
  });
}

function meaningful(text: string): { readonly line: string; readonly at: string }[] {
  return text
    .split(/\r?\n|\r/)
    .map((line, index) => ({
      line: line.replace(/(?:^|\s)#.*$/, '').trim(),
      at: `${input}, line ${index + 1}`,
    }))
    .filter(({ line }) => line !== '');
}

function noFlag(line: string): Omit<Finding, 'at'> {
  if (/^(?:[\w./-]*\/)?etcd(?:\s|$)/.test(line)) {
    return {
      code: 'extra-args-malformed',
      fact: `${quote(line)} begins with the program; this input takes only its flags.`,
      cause: 'this is a whole command line.',
      fix: 'leave the program out, and write each flag on a line of its own, for example --snapshot-count=5000.',
    };
  }
  if (!/^--\S*=/.test(line) && line.includes('=')) {
    return {
      code: 'extra-args-malformed',
      fact: `${quote(line)} is not a flag with its value: there is white space before the =.`,
      fix: 'write each flag on a line of its own, for example --snapshot-count=5000.',
    };
  }
  return {
    code: 'extra-args-malformed',
    fact: `${quote(line)} is not a flag with its value: there is no = in it.`,
    fix: 'write each flag on a line of its own, all in one form, for example --snapshot-count=5000.',
  };
}

/** Reports characters that a shell would expand or remove; no shell runs here. */
function lineProblem(line: string, value: string | undefined): Omit<Finding, 'at'> | undefined {
  if (value === undefined) return undefined;
  if (/^["']/.test(line)) {
    return {
      code: 'extra-args-malformed',
      fact: `the flag in ${quote(line)} is in quotes, which etcd would read as part of it.`,
      cause: 'the flag was copied from a shell script or a list.',
      fix: 'write the flag without quotes, for example --log-level=debug.',
    };
  }
  if (/\s--[a-z]/.test(value)) {
    return {
      code: 'extra-args-malformed',
      fact: `there are several flags in ${quote(line)}.`,
      cause: 'the flags were copied from a command line.',
      fix: 'write each flag on a line of its own, for example --snapshot-count=5000.',
    };
  }
  if (/^(["']).*\1$/.test(value)) {
    return {
      code: 'extra-args-malformed',
      fact: `the value in ${quote(line)} is in quotes, which etcd would read as part of it.`,
      cause: 'the flag was copied from a shell script.',
      fix: 'write the value without quotes, for example --log-level=debug.',
    };
  }
  return undefined;
}

/** Parses a YAML mapping of names to scalars; each value is taken literally. */
function flagsOfMapping(text: string, findings: Finding[]): readonly WrittenFlag[] {
  const yaml = parseYaml(input, text, { schema: 'failsafe', uniqueKeys: false, example }, findings);
  const contents = yaml?.document.contents;
  if (yaml === undefined || contents === null || (isScalar(contents) && contents.value === '')) return [];
  if (!isMap(contents)) {
    findings.push({
      code: 'extra-args-malformed',
      at: input,
      fact: 'this is not a mapping of flags to values.',
      cause: 'the flags are a list, or a colon has no space after it.',
      fix: `write one flag per line without a dash before it, ${example}`,
    });
    return [];
  }
  return contents.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    const at = yaml.placeOf(isScalar(key) ? key.range?.[0] : undefined);
    if (!isScalar(value) || typeof value.value !== 'string') {
      findings.push(noSingleValue(name, at));
      return [];
    }
    const isNull = value.type === 'PLAIN' && /^(?:~|null|Null|NULL)$/.test(value.value);
    return [{ name, value: isNull ? '' : value.value, at }];
  });
}

function noSingleValue(name: string, at: string): Finding {
  return {
    code: 'extra-args-malformed',
    at,
    fact: `${quote(name)} has a list, a mapping or the like instead of one value.`,
    fix: `write one value as on etcd's command line, several of them with commas, ${example}`,
  };
}

/** Parts of a command line that a shell would remove, with the pattern that finds each in a value. */
const REMAINS: readonly { readonly pattern: RegExp; readonly what: string; readonly fix: string }[] = [
  {
    pattern: /\\$/,
    what: 'ends with a backslash, which continues the line only in a shell',
    fix: 'remove the backslashes at the ends of lines.',
  },
  {
    pattern: /,\s*-{0,2}[a-z][a-z0-9]*(?:-[a-z0-9]+)+\s*=|,\s*--[a-z]/,
    what: 'holds another flag after a comma',
    fix: 'write each flag on a line of its own, without commas between them.',
  },
  {
    pattern: /[,;]$/,
    what: 'ends with a character that separates flags or commands elsewhere',
    fix: 'end the line after the value.',
  },
  {
    pattern: /(?:^|\s)(?:&&?|\|\|?|;|>>?|<|2>&1)(?:\s|$)/,
    what: 'holds a character that joins or redirects commands in a shell',
    fix: 'write flags alone: no shell reads them.',
  },
  {
    pattern: /\$(?:\{|[A-Za-z_])/,
    what: 'holds the name of a variable ($), which no shell expands',
    fix: 'write the value itself, or an expression of the workflow such as ${{ vars.NAME }}.',
  },
  {
    pattern: /`/,
    what: 'holds a backquote, and no shell runs the command',
    fix: 'write the value itself.',
  },
];

/** Explains a value that was copied from a command line: etcd would receive it literally. */
function shellProblem(name: string, value: string): Omit<Finding, 'at'> | undefined {
  const found = REMAINS.find(({ pattern }) => pattern.test(value));
  return (
    found && {
      code: 'extra-args-malformed',
      fact: `the value of --${name}, ${quote(value)}, ${found.what}; etcd would get it as it is written.`,
      cause: 'the flags were copied from a shell script or from a list.',
      fix: found.fix,
    }
  );
}
