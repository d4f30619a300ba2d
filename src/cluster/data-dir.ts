import type { DataDirFact } from './host-facts.ts';

/** Whether nothing of etcd's lies where its data and its log are to be. */
export function hasNoData({ empty, walDir }: DataDirFact): boolean {
  return empty && (walDir?.empty ?? true);
}
