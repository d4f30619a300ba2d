import type { Finding } from '../findings.ts';
import { quote } from './quote.ts';

/** What of a command line a shell would have taken away, and how it is recognised in a value. */
const REMAINS: readonly { readonly pattern: RegExp; readonly what: string; readonly fix: string }[] = [
  {
    pattern: /\\$/,
    what: 'ends with a backslash, by which a shell goes on in the next line',
    fix: 'leave the backslashes at the ends of lines out.',
  },
  {
    pattern: /,\s*-{0,2}[a-z][a-z0-9]*(?:-[a-z0-9]+)+\s*=|,\s*--[a-z]/,
    what: 'holds another flag behind a comma',
    fix: 'write each flag on a line of its own, without commas between them.',
  },
  {
    pattern: /[,;]$/,
    what: 'ends with a sign that separates flags or commands elsewhere',
    fix: 'end the line behind the value.',
  },
  {
    pattern: /(?:^|\s)(?:&&?|\|\|?|;|>>?|<|2>&1)(?:\s|$)/,
    what: 'holds a sign by which a shell joins or redirects commands',
    fix: 'write flags alone: no shell reads them.',
  },
  {
    pattern: /\$(?:\{|[A-Za-z_])/,
    what: 'holds the name of a variable ($), in place of which no shell puts its value',
    fix: 'write the value itself, or an expression of the workflow such as ${{ vars.NAME }}.',
  },
  {
    pattern: /`/,
    what: 'holds a backquote, for which no shell runs a command',
    fix: 'write the value itself.',
  },
];

/** What is wrong with the value of a flag that was taken from a command line: etcd would get it as it is. */
export function shellProblem(name: string, value: string): Omit<Finding, 'at'> | undefined {
  const found = REMAINS.find(({ pattern }) => pattern.test(value));
  return (
    found && {
      fact: `the value of --${name}, ${quote(value)}, ${found.what}; etcd would get it as it is written.`,
      cause: 'the flags were copied from a shell script or from a list.',
      fix: found.fix,
    }
  );
}
