import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import type { Finding } from '../findings.ts';
import { readAsKubernetes } from '../kubeadm/yaml.ts';
import { findUnseen, unseenProblem } from '../text/characters.ts';

/** An input that is one YAML document. */
export interface YamlInput {
  readonly document: Document;
  /** Where something stands, for example `kubelet-config, line 2, column 1`; without an offset the input. */
  readonly placeOf: (offset: number | undefined) => string;
}

/** How an input is read. */
export interface YamlForm {
  /**
   * `core`: values of all kinds; `kubernetes`: as Kubernetes' programs read them; `failsafe`: every value is the text that was
   * written.
   */
  readonly schema: 'core' | 'kubernetes' | 'failsafe';
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
    schema: form.schema === 'failsafe' ? 'failsafe' : 'core',
    uniqueKeys: form.uniqueKeys,
  });
  const placeOf = (offset: number | undefined): string => {
    if (offset === undefined) return input;
    const { line, col } = lines.linePos(offset);
    return `${input}, line ${line}, column ${col}`;
  };
  const unseen = unseenIn(text);
  if (unseen !== undefined) {
    findings.push({ at: placeOf(unseen.index), ...unseenProblem(unseen.character) });
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

/** The first character outside of comments that is not seen; a byte order mark at the beginning is none. */
function unseenIn(text: string): ReturnType<typeof findUnseen> {
  let start = 0;
  for (const line of text.split('\n')) {
    const comment = /(?:^|[ \t])#/.exec(line)?.index ?? line.length;
    const skipped = start === 0 && line.startsWith('\uFEFF') ? 1 : 0;
    const found = findUnseen(line.slice(skipped, comment));
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
