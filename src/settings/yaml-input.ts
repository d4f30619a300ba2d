import { LineCounter, parseDocument, type Document, type YAMLError } from 'yaml';
import type { Finding } from '../findings.ts';

/** An input that is one YAML document. */
export interface YamlInput {
  readonly document: Document;
  /** Where something stands, for example `kubelet-config, line 2, column 1`; without an offset the input. */
  readonly placeOf: (offset: number | undefined) => string;
}

/** How an input is read. */
export interface YamlForm {
  /** `core`: values of all kinds; `failsafe`: every value is the text that was written. */
  readonly schema: 'core' | 'failsafe';
  /** Whether a key that stands twice is an error of the YAML. */
  readonly uniqueKeys: boolean;
  /** Ends the fix of a finding, for example `for example "a: 1".` */
  readonly example: string;
}

/**
 * Reads an input as YAML; without a value there was an error, which is a finding.
 * @param input its name, with the file that it names if there is one: for the places.
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
    schema: form.schema,
    uniqueKeys: form.uniqueKeys,
  });
  const placeOf = (offset: number | undefined): string => {
    if (offset === undefined) return input;
    const { line, col } = lines.linePos(offset);
    return `${input}, line ${line}, column ${col}`;
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem === undefined) return { document, placeOf };
  findings.push(syntaxFinding(problem, placeOf(problem.pos[0]), form.example));
  return undefined;
}

function syntaxFinding(problem: YAMLError, at: string, example: string): Finding {
  if (problem.code === 'MULTIPLE_DOCS') {
    return {
      at,
      fact: 'a second YAML document begins here.',
      fix: `write one mapping without ---, ${example}`,
    };
  }
  if (problem.code === 'RESOURCE_EXHAUSTION') {
    return { at, fact: 'the YAML is nested too deeply.', fix: `write plain values, ${example}` };
  }
  return {
    at,
    fact: `this is not YAML: ${problem.message}.`,
    cause: 'the block is not indented evenly, or a value needs quotes.',
    fix: `write one field per line, all beginning in the same column, ${example}`,
  };
}
