import ts from 'typescript';
import { filesBelow, read } from './repository.ts';

/** What is different in each message that is printed. */
const VARIABLE = '…';

/** A message of the code, and where it stands. */
export interface CodeMessage {
  readonly place: string;
  readonly text: string;
}

/**
 * The facts of all findings in the source, as texts with … for what is different each time. A fact that is handed on from
 * elsewhere stands where it was made.
 */
export function messagesOfCode(): CodeMessage[] {
  return filesBelow('src', '.ts').flatMap((path) => {
    const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
    const found: CodeMessage[] = [];
    const visit = (node: ts.Node): void => {
      const made = factOf(node);
      if (made !== undefined) {
        const place = `${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
        found.push(...textsOf(made).map((text) => ({ place, text })));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

/** `fact: …` in an object, or `const fact = …`. */
function factOf(node: ts.Node): ts.Expression | undefined {
  const isMade = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node);
  return isMade && ts.isIdentifier(node.name) && node.name.text === 'fact' ? node.initializer : undefined;
}

/** The texts that an expression may give; none where it gives that of something else. */
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

/** A phrase of a message as a heading quotes it: its pieces, in their order. */
export type Quote = readonly string[];

/** The phrases that a heading quotes: in code, with … for what differs. */
export function quotesOf(heading: string): Quote[] {
  return [...heading.matchAll(/`([^`]+)`/g)].map(([, quoted = '']) =>
    quoted
      .split(VARIABLE)
      .map((piece) => piece.trim())
      .filter((piece) => piece !== ''),
  );
}

/** Whether a message has the phrase in it. */
export function isQuotedBy(message: string, quote: Quote): boolean {
  let from = 0;
  return quote.every((piece) => {
    const at = message.indexOf(piece, from);
    from = at + piece.length;
    return at >= 0;
  });
}

/** Whether a message has words of its own, two in a row: others are put together of what is told elsewhere. */
export function hasWords(message: string): boolean {
  return message.split(VARIABLE).some((piece) => /\p{L}{2,}[,:]? (?:an? )?\p{L}{2,}/u.test(piece));
}
