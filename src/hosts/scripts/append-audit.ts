import { dirname } from 'node:path';

import { ACTION_DIR, AUDIT_LOG } from '../../kubeadm/paths.ts';
import { quote } from '../shell.ts';
import type { RemoteScript } from '../transport.ts';

/** What a host keeps: the last runs, and never more than this. */
export const MOST_RECORDS = 50;
export const MOST_BYTES = 256 * 1024;

/**
 * Appends to the record of what runs have done to this host, and drops the oldest of it. Written aside, fsynced and
 * renamed, so that a run that is killed or a host that loses power loses no older record. To be run under the lock:
 * of two at once, one would be lost.
 * @param lines JSON objects without line ends, see `formatAuditLine`.
 */
export function appendAudit(lines: readonly string[]): RemoteScript {
  const added = lines.slice(-MOST_RECORDS);
  const input = Buffer.from(added.map((line) => `${line}\n`).join(''));
  const aside = quote(`${ACTION_DIR}/.audit.jsonl.etcd-ha-action`);
  const shorter = quote(`${ACTION_DIR}/.audit.jsonl.shorter.etcd-ha-action`);
  const log = quote(AUDIT_LOG);
  const folder = quote(ACTION_DIR);
  const script = `
if ! [ -d ${folder} ]; then
  ( umask 022; mkdir -p -- ${quote(dirname(ACTION_DIR))} )
  mkdir -m 0700 -- ${folder}
fi
IFS= read -r -N ${input.length} added
{
  if [ -f ${log} ]; then
    tail -n ${MOST_RECORDS - added.length} -- ${log}
    if [ -n "$(tail -c 1 -- ${log})" ]; then echo; fi # as an editor may leave it
  fi
  printf %s "$added"
} > ${aside}
if [ "$(stat -c %s -- ${aside})" -gt ${MOST_BYTES} ]; then
  # One byte more than is kept: the first line, which is dropped, is one that was cut, or the end of the one before. Not behind a
  # pipe, where tail of uutils gives more than it was asked for.
  tail -c ${MOST_BYTES + 1} -- ${aside} | tail -n +2 > ${shorter}
  mv -fT -- ${shorter} ${aside}
fi
sync -- ${aside}
mv -fT -- ${aside} ${log}
sync -- ${folder} ${quote(dirname(ACTION_DIR))}
`;
  return {
    title: 'write the audit record',
    effect: 'changes',
    script,
    input,
    timeoutMs: 30_000,
  };
}
