import ts from 'typescript';
import { FINDING_CODES } from '../../src/finding-codes.ts';
import { filesBelow, read } from './repository.ts';

/** Stands for the variable parts of a message. */
const VARIABLE = '…';

/** A message of a finding, and where it stands. */
export interface CodeMessage {
  readonly place: string;
  /** Absent where the code comes from elsewhere, by a variable or a spread. */
  readonly code?: string;
  readonly text: string;
}

/** Files that make checks. */
const CHECKS = /^src\/(?:operations\/preflight|checks)\//;

/**
 * Returns the facts of all findings in the source, and what checks with a code measured, as texts with … for the variable parts. A
 * fact that is handed on from elsewhere stands where it was made.
 */
export function messagesOfCode(): CodeMessage[] {
  return filesBelow('src', '.ts').flatMap((path) => {
    const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
    const found: CodeMessage[] = [];
    const visit = (node: ts.Node): void => {
      const made = factOf(node, CHECKS.test(path) ? ['fact', 'measured'] : ['fact']);
      if (made !== undefined) {
        const { fact, code } = made;
        const place = `${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
        found.push(...textsOf(fact).map((text) => ({ place, text, ...(code !== undefined && { code }) })));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

interface Made {
  readonly fact: ts.Expression;
  readonly code?: string | undefined;
}

/** `fact: …` in an object, `const fact = …`, or a call that is given a code and the fact behind it. */
function factOf(node: ts.Node, names: readonly string[]): Made | undefined {
  const isNamed = (name: ts.Node): name is ts.Identifier =>
    ts.isIdentifier(name) && names.includes(name.text);
  if (ts.isVariableDeclaration(node) && isNamed(node.name)) {
    const [code, ...more] = codesBeside(node, node.name.text);
    if (node.initializer === undefined || (code === undefined && node.name.text === 'measured'))
      return undefined;
    return { fact: node.initializer, code: more.length === 0 ? code : undefined };
  }
  if (ts.isPropertyAssignment(node) && isNamed(node.name)) {
    const code = codeIn(node.parent);
    // the types see to it that only a check without a fault has none
    return code === undefined && node.name.text === 'measured' ? undefined : { fact: node.initializer, code };
  }
  if (ts.isCallExpression(node)) {
    const [code, fact] = node.arguments;
    if (code !== undefined && fact !== undefined && ts.isStringLiteral(code) && codes.has(code.text))
      return { fact, code: code.text };
  }
  return undefined;
}

const codes: ReadonlySet<string> = new Set(FINDING_CODES);

/** The code in an object. */
function codeIn(object: ts.ObjectLiteralExpression): string | undefined {
  const code = object.properties.find(
    (property) => ts.isPropertyAssignment(property) && property.name.getText() === 'code',
  );
  return code !== undefined && ts.isPropertyAssignment(code) && ts.isStringLiteral(code.initializer)
    ? code.initializer.text
    : undefined;
}

/** Returns the codes in the objects of the same block that take the variable over. */
function codesBeside(declaration: ts.VariableDeclaration, name: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    const takesOver =
      ts.isObjectLiteralExpression(node) &&
      node.properties.some((one) => ts.isShorthandPropertyAssignment(one) && one.name.text === name);
    const code = takesOver ? codeIn(node) : undefined;
    if (code !== undefined) found.add(code);
    ts.forEachChild(node, visit);
  };
  visit(declaration.parent.parent.parent);
  return found;
}

/** Returns the possible texts of an expression; none if they come from elsewhere. */
function textsOf(expression: ts.Expression): string[] {
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isParenthesizedExpression(expression)) return textsOf(expression.expression);
  if (ts.isConditionalExpression(expression))
    return [...textsOf(expression.whenTrue), ...textsOf(expression.whenFalse)];
  if (ts.isTemplateExpression(expression)) {
    const { head, templateSpans } = expression;
    return [[head.text, ...templateSpans.map(({ literal }) => literal.text)].join(VARIABLE)];
  }
  return [];
}

/** A phrase of a message as an entry quotes it: its pieces, in their order. */
export type Quote = readonly string[];

/** An entry of TROUBLESHOOTING.md: a code, and the phrases by which its messages are known. */
export interface Entry {
  readonly code: string;
  readonly quotes: readonly Quote[];
}

/** The entries of TROUBLESHOOTING.md, which are its headings of the third level. */
export function entriesOf(text: string): Entry[] {
  return text
    .split(/^### /m)
    .slice(1)
    .map((entry) => {
      const [, code = entry.split('\n', 1)[0] ?? '', messages = ''] =
        /^`([a-z0-9-]+)`\n\nMessages: (.*)\n/.exec(entry) ?? [];
      return { code, quotes: quotesOf(messages) };
    });
}

/** The phrases that a line quotes: in code, with … for what differs. */
export function quotesOf(line: string): Quote[] {
  return [...line.matchAll(/`([^`]+)`/g)].map(([, quoted = '']) =>
    quoted
      .split(VARIABLE)
      .map((piece) => piece.trim())
      .filter((piece) => piece !== ''),
  );
}

/** Reports whether a message contains the phrase. */
export function isQuotedBy(message: string, quote: Quote): boolean {
  let from = 0;
  return quote.every((piece) => {
    const at = message.indexOf(piece, from);
    from = at + piece.length;
    return at >= 0;
  });
}

/** Reports whether a message has two words of its own in a row: other messages consist of texts from elsewhere. */
export function hasWords(message: string): boolean {
  return message.split(VARIABLE).some((piece) => /\p{L}{2,}[,:]? (?:an? )?\p{L}{2,}/u.test(piece));
}
