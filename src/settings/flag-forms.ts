import { isMap, isScalar } from 'yaml';
import type { Finding } from '../findings.ts';
import { quote } from './quote.ts';
import { parseYaml } from './yaml-input.ts';

const input = 'extra-args';
const example = 'for example "snapshot-count: 5000", or as on the command line, --snapshot-count=5000.';

/** A flag as it was written. */
export interface WrittenFlag {
  /** Without dashes before it. */
  readonly name: string;
  readonly value: string;
  /** Input and place. */
  readonly at: string;
}

/** True for a text that is written as on a command line: its first line is `--name=value`, `name=value` or begins with `etcd`. */
export function looksLikeLines(text: string): boolean {
  const [first] = meaningful(text);
  return (
    first !== undefined &&
    /^(?:["']?--[A-Za-z0-9]|-?[A-Za-z][\w-]*\s*=|(?:[\w./-]*\/)?etcd(?:\s|$))/.test(first.line)
  );
}

/** Reads one flag per line; `#` at the beginning or behind a space begins a comment. */
export function flagsOfLines(text: string, findings: Finding[]): readonly WrittenFlag[] {
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
      fact: `${quote(line)} begins with the program; its flags alone are given here.`,
      cause: 'a whole command line was copied.',
      fix: 'leave the program out, and write each flag on a line of its own, for example --snapshot-count=5000.',
    };
  }
  if (!/^--\S*=/.test(line) && line.includes('=')) {
    return {
      fact: `${quote(line)} is not a flag with its value: there is white space before the =.`,
      fix: 'write each flag on a line of its own, for example --snapshot-count=5000.',
    };
  }
  return {
    fact: `${quote(line)} is not a flag with its value: there is no = in it.`,
    fix: 'write each flag on a line of its own, all in one form, for example --snapshot-count=5000.',
  };
}

/** What a shell would have taken apart or off, and nobody does here. */
function lineProblem(line: string, value: string | undefined): Omit<Finding, 'at'> | undefined {
  if (value === undefined) return undefined;
  if (/^["']/.test(line)) {
    return {
      fact: `the flag in ${quote(line)} is in quotes, which etcd would take for part of it.`,
      cause: 'the flag was copied from a shell script or a list.',
      fix: 'write the flag without quotes, for example --log-level=debug.',
    };
  }
  if (/\s--[a-z]/.test(value)) {
    return {
      fact: `there are several flags in ${quote(line)}.`,
      cause: 'the flags were copied from a command line.',
      fix: 'write each flag on a line of its own, for example --snapshot-count=5000.',
    };
  }
  if (/^(["']).*\1$/.test(value)) {
    return {
      fact: `the value in ${quote(line)} is in quotes, which etcd would take for part of it.`,
      cause: 'the flag was copied from a shell script.',
      fix: 'write the value without quotes, for example --log-level=debug.',
    };
  }
  return undefined;
}

/** Reads a YAML mapping of names to single values, each taken as it is written. */
export function flagsOfMapping(text: string, findings: Finding[]): readonly WrittenFlag[] {
  const yaml = parseYaml(input, text, { schema: 'failsafe', uniqueKeys: false, example }, findings);
  const contents = yaml?.document.contents;
  if (yaml === undefined || contents === null || (isScalar(contents) && contents.value === '')) return [];
  if (!isMap(contents)) {
    findings.push({
      at: input,
      fact: 'this is not a mapping of flags to values.',
      cause: 'the flags were written as a list, or there is no space behind a colon.',
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
    at,
    fact: `${quote(name)} has a list, a mapping or the like in place of one value.`,
    fix: `write one value as on etcd's command line, several of them with commas, ${example}`,
  };
}
