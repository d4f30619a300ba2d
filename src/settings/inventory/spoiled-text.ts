import type { Finding } from '../../findings.ts';
import { holdsPrivateKey, quote } from '../quote.ts';

type Problem = Omit<Finding, 'at'>;

/**
 * What was spoiled on its way here, line by line: as YAML it would mean something else, or nothing.
 * @param label input, with the file that it names if there is one: for the places.
 */
export function spoiledText(text: string, label: string): Finding[] {
  if (holdsPrivateKey(text)) {
    return [
      {
        at: label,
        fact: 'it holds a private key, which an inventory is not made for.',
        fix: 'take the key out of the file and its history, replace it, and pass keys through ssh-private-key and ca-key only.',
      },
    ];
  }
  const lines = text.split(/\r?\n|\r/);
  const place = (index: number): string => `${label}, line ${index + 1}`;
  // one word for all of its lines
  const foreign = lines.findIndex((line) => programsLine(line) !== undefined);
  const problem = programsLine(lines[foreign] ?? '');
  if (problem !== undefined) return [{ at: place(foreign), ...problem }];
  return lines.flatMap((line, index) => {
    const spoiled = dashProblem(line);
    return spoiled === undefined ? [] : [{ at: place(index), ...spoiled }];
  });
}

const GIVE_JSON = 'pass the output as JSON, terraform output -json etcd_hosts, and nothing else with it.';

/** `name = [`, `"address" = "10.0.0.6"`, `tolist([`: Terraform's own language (internal/repl/format.go). */
const HCL =
  /^\s*(?:"[^"]*"|[\w-]+) = (?:[[{"]|to(?:list|set|map)\(|<|-?\d|null|true|false)|^[\s[{]*to(?:list|set|map)\(/;

/** What a program has written beside or instead of the data. */
function programsLine(line: string): Problem | undefined {
  if (/^\[command\]\//.test(line)) {
    return {
      fact: 'the line is what a wrapper of Terraform writes before the output.',
      cause:
        'hashicorp/setup-terraform puts a wrapper in place of terraform, whose words go into the same file.',
      fix: 'write terraform_wrapper: false with that action, or pass its output stdout.',
    };
  }
  if (/^\s*::[a-z][a-z-]*(?: [^:]*)?::/.test(line)) {
    return {
      fact: `the line ${quote(line.trim())} is a command to the runner, which a program has written beside its output.`,
      cause:
        'hashicorp/setup-terraform puts a wrapper in place of terraform, whose words go into the same file.',
      fix: `write terraform_wrapper: false with that action, and ${GIVE_JSON}`,
    };
  }
  if (/^\s*[\u2577\u2502\u2575]|^(?:Warning|Error): /.test(line)) {
    return {
      fact: `the line ${quote(line.trim())} is a warning or an error, not a part of the hosts.`,
      cause: 'what terraform says of itself went into the same file.',
      fix: `correct what it says, and ${GIVE_JSON}`,
    };
  }
  return HCL.test(line)
    ? {
        fact: `the line ${quote(line.trim())} is of Terraform's own language, and neither YAML nor JSON.`,
        cause: 'it is what terraform output prints without -json.',
        fix: GIVE_JSON,
      }
    : undefined;
}

function dashProblem(line: string): Problem | undefined {
  const [, dash] = /^\s*([\u2010-\u2015\u2212•])\s*\S/u.exec(line) ?? [];
  if (dash !== undefined) {
    return {
      fact: `the line begins with ${quote(dash)}, which is no dash of YAML.`,
      cause: 'the text went through a word processor or a chat.',
      fix: 'begin it with a hyphen and a space, for example "- 10.0.0.6".',
    };
  }
  return /^\s*-[^\s-]/.test(line)
    ? {
        fact: 'there is no space behind the dash, so that YAML takes the line for text.',
        fix: 'write "- ", for example "- 10.0.0.6".',
      }
    : undefined;
}
