import type { FileChange, HostChanges, PlanDocument, StageDescription } from '../plan/document.ts';
import { shortenLine } from '../runner/masking/redaction.ts';

/** A diff is shown up to this length, because a job summary has a limit. */
const MOST_DIFF_LINES = 200;
const LONGEST_DIFF_LINE = 500;

/** What is done to a file. */
export const VERBS: Readonly<Record<FileChange['change'], string>> = {
  create: 'create',
  replace: 'replace',
  renew: 'renew',
  mode: 'set mode of',
  remove: 'remove',
};

/** What each change is called where it is counted. */
export const CHANGES: Readonly<Record<FileChange['change'], string>> = {
  create: 'created',
  replace: 'replaced',
  renew: 'renewed',
  mode: 'with another mode',
  remove: 'removed',
};

/** True when the hosts and the action's records stay as they are. */
export function changesNothing(document: PlanDocument): boolean {
  const { stages, afterVerify } = document;
  return stages.length + afterVerify.length === 0 && !everyHost(document).some(isTouched);
}

/** A host in a plan. */
export interface PlannedHost extends HostChanges {
  /** What it is where it is not a member: `control plane`. */
  readonly role?: string;
}

/** The members' hosts, then those of the control plane. */
export function everyHost({ hosts, controlPlane = [] }: PlanDocument): PlannedHost[] {
  return [...hosts, ...controlPlane.map((host) => ({ ...host, role: 'control plane' }))];
}

/** Whether anything changes on a host. */
export function isTouched({ files, restarts }: HostChanges): boolean {
  return files.length > 0 || restarts.length > 0;
}

/** How much changes: `2 of 3 hosts change`, `4 files`, `1 restart`. */
export function totals(document: PlanDocument): string[] {
  const hosts = everyHost(document);
  const touched = hosts.filter(isTouched).length;
  return [
    `${touched} of ${counted(hosts.length, 'host')} ${touched === 1 ? 'changes' : 'change'}`,
    counted(sum(hosts.map(({ files }) => files.length)), 'file'),
    counted(sum(hosts.map(({ restarts }) => restarts.length)), 'restart'),
  ];
}

/** `1 file`, `2 files`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A step of a stage, with all hosts on which it is the same. */
export interface StepOnHosts {
  readonly hosts: readonly string[];
  readonly step: string;
  readonly why: string;
}

/** In which order the steps of a stage are done, behind its title. */
export const ORDERS: Readonly<Record<StageDescription['order'], string>> = {
  together: '',
  'in-turn': ', one step after the other',
  'by-host': ', on each host one step after the other',
};

/** The steps of a stage; those that run at the same time and are the same on several hosts are told once. */
export function stepsOf({ steps, order }: StageDescription): StepOnHosts[] {
  if (order === 'in-turn') return steps.map(({ host, step, why }) => ({ hosts: [host], step, why }));
  const groups = Map.groupBy(steps, ({ step, why }) => JSON.stringify([step, why]));
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map(({ step, why }) => ({ hosts: group.map(({ host }) => host), step, why })),
  );
}

/**
 * The hunks of a unified diff, without the headers that name the file, cut with a count where they are too long.
 * Characters that cannot be seen, or that make a line look like another one, are written out.
 */
export function shownDiff(diff: string): string[] {
  const lines = diff.replace(/\n$/, '').split('\n').slice(2);
  const shown = lines.slice(0, MOST_DIFF_LINES).map((line) => shortenLine(visible(line), LONGEST_DIFF_LINE));
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `… (${counted(more, 'more line')})`] : shown;
}

/** Control and format characters (line ends within a line, text that runs backwards) as escapes; tabs are harmless. */
function visible(line: string): string {
  return line.replaceAll(
    /(?!\t)[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
