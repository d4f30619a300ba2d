import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { Finding } from '../findings.ts';
import { readAsKubernetes } from '../kubeadm/yaml.ts';
import { findInvisible, invisibleProblem } from '../text/characters.ts';

/** An input that is one YAML document. */
export interface YamlInput {
  readonly document: Document;
  /** Returns a position, for example `kubelet-config, line 2, column 1`; without an offset, the input. */
  readonly placeOf: (offset: number | undefined) => string;
}

/** The rules for an input. */
export interface YamlForm {
  /**
   * `core`: values of all kinds; `kubernetes`: as Kubernetes' programs read them; `failsafe`: every value is its literal
   * text.
   */
  readonly schema: 'core' | 'kubernetes' | 'failsafe';
  /** Refuse duplicate keys. */
  readonly uniqueKeys: boolean;
  /** Ends the fix of a finding, for example `for example "a: 1".` */
  readonly example: string;
}

/**
 * Parses an input as YAML; a missing value means an error, which is a finding.
 * @param input its name, and the file that it names, for the positions.
 */
export function parseYaml(
  input: string,
  text: string,
  form: YamlForm,
  findings: Finding[],
): YamlInput | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'error',
    schema: form.schema === 'failsafe' ? 'failsafe' : 'core',
    uniqueKeys: form.uniqueKeys,
  });
  const placeOf = (offset: number | undefined): string => {
    if (offset === undefined) return input;
    const { line, col } = lines.linePos(offset);
    return `${input}, line ${line}, column ${col}`;
  };
  const invisible = invisibleIn(text);
  if (invisible !== undefined) {
    findings.push({ at: placeOf(invisible.index), ...invisibleProblem(invisible.character) });
    return undefined;
  }
  const [problem] = [...document.errors, ...document.warnings];
  if (problem === undefined) {
    if (form.schema === 'kubernetes') readAsKubernetes(document);
    return { document, placeOf };
  }
  findings.push(syntaxFinding(problem, placeOf(problem.pos[0]), form.example));
  return undefined;
}

/** Finds the first invisible character outside of comments; a byte order mark at the beginning does not count. */
function invisibleIn(text: string): ReturnType<typeof findInvisible> {
  let start = 0;
  for (const line of text.split('\n')) {
    const comment = /(?:^|[ \t])#/.exec(line)?.index ?? line.length;
    const skipped = start === 0 && line.startsWith('\uFEFF') ? 1 : 0;
    const found = findInvisible(line.slice(skipped, comment));
    if (found !== undefined) return { ...found, index: start + skipped + found.index };
    start += line.length + 1;
  }
  return undefined;
}

function syntaxFinding(problem: YAMLError, at: string, example: string): Finding {
  if (problem.code === 'MULTIPLE_DOCS') {
    return {
      code: 'yaml-malformed',
      at,
      fact: 'a second YAML document begins here.',
      fix: `write one mapping without ---, ${example}`,
    };
  }
  if (problem.code === 'RESOURCE_EXHAUSTION') {
    return {
      code: 'yaml-malformed',
      at,
      fact: 'the YAML is nested too deeply.',
      fix: `write plain values, ${example}`,
    };
  }
  return {
    code: 'yaml-malformed',
    at,
    fact: `this is not YAML: ${problem.message}.`,
    cause: 'the block is not indented evenly, or a value needs quotes.',
    fix: `write one field per line, all beginning in the same column, ${example}`,
  };
}
