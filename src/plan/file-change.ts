import { createHash } from 'node:crypto';
import type { FileFact, HostFacts } from '../cluster/host-facts.ts';
import { authorityChange, leafChange, type CertificateContext } from './certificate-change.ts';
import type { FileChange } from './document.ts';
import { manifestChange } from './manifest-change.ts';
import { attributeNotes, changeOf, modeChange } from './outcome.ts';
import type { TouchedFile } from '../steps/planned-file.ts';
import { unifiedDiff } from './unified-diff.ts';

/** What is known of the host, and of the CA. */
export interface FileContext extends CertificateContext {
  /** What was seen on the host. */
  readonly seen: Pick<HostFacts, 'files' | 'state'>;
}

/** What becomes of one file; `undefined` when it is as planned already. */
export function fileChange(file: TouchedFile, context: FileContext): FileChange | undefined {
  const { content } = file;
  const present = context.seen.files.get(file.path);
  switch (content?.from) {
    case undefined:
      return modeChange(file, present);
    case 'text':
      return textChange(file, present, content.text);
    case 'state':
      return changeOf(file, present, { notes: ["the action's own record"] });
    case 'kubeadm':
      return manifestChange(file, context.seen, content.step);
    case 'nothing':
      return removal(present);
    case 'authority':
      return authorityChange(file, present, content.part, context);
    case 'leaf':
      return leafChange(file, present, content, context);
  }
}

function removal(present: FileFact | undefined): FileChange | undefined {
  if (present === undefined) return undefined;
  const note = 'the key of the CA, which the inputs bring from now on; only if it is that one';
  return { path: present.path, change: 'remove', mode: present.mode, note };
}

function textChange(file: TouchedFile, present: FileFact | undefined, text: string): FileChange | undefined {
  if (present !== undefined && holds(present, text)) return modeChange(file, present);
  const unread =
    present !== undefined && present.text === undefined
      ? [`what lies there now was not read (SHA-256 ${present.sha256 ?? 'unknown'})`]
      : [];
  const diff = unifiedDiff(file.path, present?.text, text);
  return changeOf(file, present, { diff, notes: [...unread, ...attributeNotes(file, present)] });
}

function holds(present: FileFact, text: string): boolean {
  if (present.text !== undefined) return present.text === text;
  return present.sha256 === createHash('sha256').update(text).digest('hex');
}
