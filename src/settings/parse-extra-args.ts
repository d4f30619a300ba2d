import type { Finding } from '../findings.ts';
import { keepsCorruptCheck, OWNED_ETCD_FLAGS } from '../kubeadm/etcd-flags.ts';
import type { EtcdArgument } from '../kubeadm/kubeadm-config.ts';
import { flagsOfLines, flagsOfMapping, looksLikeLines, type WrittenFlag } from './flag-forms.ts';
import { findUnseen, unseenProblem } from './characters.ts';
import { quote } from './quote.ts';
import { shellProblem } from './shell-remains.ts';

/**
 * Reads the flags of etcd that the user adds: a YAML mapping of names to values, or lines as on the command line.
 * Which flags there are is left to etcd, whose versions differ.
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
        at,
        fact: `${quote(name)} is not the name of a flag.`,
        ...(/[A-Z_]/.test(name) && { cause: 'the name of the environment variable was written.' }),
        fix: 'write it as etcd --help has it, in lower-case letters, digits and dashes, for example snapshot-count.',
      },
    ];
  }
  const reason = OWNED_ETCD_FLAGS.get(name);
  if (reason !== undefined) {
    return [{ at, fact: `--${name} cannot be given: ${reason}.`, fix: 'leave the flag out.' }];
  }
  const problem = valueProblem(name, value);
  return problem === undefined ? [] : [{ at, ...problem }];
}

function valueProblem(name: string, value: string): Omit<Finding, 'at'> | undefined {
  if (value === '') {
    return {
      fact: `--${name} has no value.`,
      cause: 'an expression like ${{ vars.QUOTA }} that has no value.',
      fix: `give it one, for example --${name}=true where the flag is a switch, or leave the flag out.`,
    };
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) {
    return {
      fact: `the value of --${name} holds a line break or another control character.`,
      cause: 'the value was written as a YAML block (| or >).',
      fix: `write it on one line behind the name, for example "${name}: value".`,
    };
  }
  const unseen = findUnseen(value);
  if (unseen !== undefined) return unseenProblem(unseen.character);
  if (/\$[($]/.test(value)) {
    return {
      fact: `the value of --${name} holds $( or $$, in place of which the kubelet puts something else.`,
      fix: 'write a value without them.',
    };
  }
  const remains = shellProblem(name, value);
  if (remains !== undefined) return remains;
  if (name === 'feature-gates' && !keepsCorruptCheck(value)) {
    return {
      fact: `${quote(value)} would take the place of kubeadm's own --feature-gates=InitialCorruptCheck=true.`,
      cause:
        'only the other gates were named; by this one a member compares its data with the others before it serves.',
      fix: 'name it too, for example feature-gates: InitialCorruptCheck=true,CompactHashCheck=true.',
    };
  }
  return undefined;
}

/** etcd takes the last of two, kubeadm writes both: nobody would know which one was meant. */
function checkTwice(flag: WrittenFlag, index: number, flags: readonly WrittenFlag[]): Finding[] {
  const first = flags.findIndex(({ name }) => name === flag.name);
  if (first === index) return [];
  return [
    {
      at: flag.at,
      fact: `${quote(flag.name)} was given before, at ${flags[first]?.at ?? ''}.`,
      fix: 'keep one of the two.',
    },
  ];
}
