import { ENTRIES } from '../findings.ts';

/**
 * Reads where the entries of finding codes are on GitHub, for the very release that runs, from the runner's variables
 * (docs.github.com, "Variables reference").
 * @returns the address of TROUBLESHOOTING.md; undefined for an action from the workspace, and for runners that name no action.
 */
export function readEntryPage(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const server = environment['GITHUB_SERVER_URL'] ?? '';
  const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? '';
  const ref = environment['GITHUB_ACTION_REF'] ?? '';
  const isUsual =
    /^https?:\/\/[\w.:-]+\/?$/.test(server) &&
    /^[\w.-]+\/[\w.-]+$/.test(repository) &&
    /^[\w.+@/-]+$/.test(ref);
  return isUsual ? `${server.replace(/\/$/, '')}/${repository}/blob/${ref}/${ENTRIES}` : undefined;
}
