import { type InputName, inputNames } from './table/table.ts';

/** Other SSH actions' names for the same inputs. */
const habits: ReadonlyMap<string, InputName> = new Map([
  ['host', 'hosts'],
  ['addresses', 'hosts'],
  ['ips', 'hosts'],
  ['user', 'ssh-user'],
  ['username', 'ssh-user'],
  ['port', 'ssh-port'],
  ['key', 'ssh-private-key'],
  ['ssh-key', 'ssh-private-key'],
  ['private-key', 'ssh-private-key'],
  ['passphrase', 'ssh-key-passphrase'],
  ['connect-timeout', 'ssh-connect-timeout'],
  ['ssh-timeout', 'ssh-connect-timeout'],
  ['become-password', 'sudo-password'],
  ['sudo-pass', 'sudo-password'],
  ['password', 'sudo-password'],
  ['ssh-passphrase', 'ssh-key-passphrase'],
  ['fingerprint', 'ssh-host-fingerprints'],
  ['host-fingerprint', 'ssh-host-fingerprints'],
  ['known-hosts', 'ssh-known-hosts'],
  ['strict-host-key-checking', 'host-key-policy'],
  ['proxy-host', 'ssh-bastion'],
  ['proxy-jump', 'ssh-bastion'],
  ['jump-host', 'ssh-bastion'],
  ['bastion-host', 'ssh-bastion'],
  ['proxy-key', 'ssh-bastion-private-key'],
  ['ca-cert', 'ca-certificate'],
]);

/** Returns the input that the user most likely meant by `name`; undefined if none is similar. */
export function nearestInput(name: string): InputName | undefined {
  const written = name.toLowerCase().replaceAll('_', '-');
  return habits.get(written) ?? nearest(written, inputNames) ?? nearHabit(written);
}

/** Finds a similar habit: its plural, or from five letters on one with one typing error; shorter words resemble too many. */
function nearHabit(written: string): InputName | undefined {
  const singular = habits.get(written.replace(/s$/, ''));
  if (singular !== undefined || written.length < 5) return singular;
  const [near] = [...habits.keys()].filter((habit) => editDistance(written, habit) === 1);
  return near === undefined ? undefined : habits.get(near);
}

/**
 * Returns the candidate with the fewest edits from `word`; undefined if even the best needs more edits than a third of
 * the shorter one's letters, which is no longer a typing error.
 */
export function nearest<T extends string>(word: string, candidates: readonly T[]): T | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= Math.ceil(Math.min(word.length, best.candidate.length) / 3)
    ? best.candidate
    : undefined;
}

/** Returns Levenshtein's distance: the least number of letters to insert, remove or replace. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(from).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
