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

/** Files with checks whose code stands beside what they say. */
const CHECKS =
  /^src\/(?:operations\/preflight\/|checks\/(?:clock|disk|machine|network|places|releases)\.ts$)/;

/**
 * The facts of all findings in the source, and what the checks of a preflight say, as texts with … for what is different each time. A fact that is handed on from
 * elsewhere stands where it was made.
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
  if (ts.isVariableDeclaration(node) && isNamed(node.name))
    return node.initializer && { fact: node.initializer, code: codeBeside(node, node.name.text) };
  if (ts.isPropertyAssignment(node) && isNamed(node.name))
    return isPlainOk(node) ? undefined : { fact: node.initializer, code: codeIn(node.parent) };
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

/** Whether it belongs to `check('ok', { … })`, which has no code. */
function isPlainOk({ parent: words }: ts.Node): boolean {
  if (!ts.isObjectLiteralExpression(words) || !ts.isCallExpression(words.parent)) return false;
  const [status] = words.parent.arguments;
  return status !== undefined && ts.isStringLiteral(status) && status.text === 'ok';
}

/** The code in the one object of the same block that takes the variable over. */
function codeBeside(declaration: ts.VariableDeclaration, name: string): string | undefined {
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
  const [only, ...more] = found;
  return more.length === 0 ? only : undefined;
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
