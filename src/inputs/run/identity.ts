/** Identity of a run, for locks and records. Not secret, but from outside: it is only displayed. */
export interface RunIdentity {
  /** Unique to this run and attempt: letters, digits and dashes. */
  readonly id: string;
  /** URL of the attempt; empty outside of GitHub Actions. */
  readonly url: string;
  /** The user who started this attempt; empty if unknown, as are the others. */
  readonly actor: string;
  /** Commit that the workflow runs on. */
  readonly commit: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Name of the workflow. */
  readonly workflow: string;
}

/** The parts of a run that do not come from inputs; passed in, so that parsing is deterministic. */
export interface RunContext {
  /** Number of the attempt of this workflow run, from 1. */
  readonly attempt: number;
  /** Eight random hex digits. */
  readonly nonce: string;
  /** Start of the run. */
  readonly now: Date;
  readonly identity: RunIdentity;
  /** The runner's folder for temporary files, which it empties after the job. */
  readonly temporary: string;
  /** Folder with the files of the workflow, `GITHUB_WORKSPACE`; the working directory outside of GitHub Actions. */
  readonly workspace: string;
  /** Path of the ssh-agent's socket, if the environment names one. */
  readonly agentSocket?: string;
}

/** No name, address or commit of GitHub is longer; another kind of runner may report anything. */
const mostCharacters = 200;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the identity of the run from the runner's variables (docs.github.com, "Variables reference"). If a run is
 * started again, GITHUB_ACTOR remains the user who started it first.
 */
export function readRunIdentity(
  environment: Environment,
  { attempt, nonce }: { readonly attempt: number; readonly nonce: string },
): RunIdentity {
  const read = (name: string): string => printable(environment[name] ?? '');
  const run = /^\d{1,20}$/.exec(environment['GITHUB_RUN_ID'] ?? '')?.[0] ?? '';
  const repository = read('GITHUB_REPOSITORY');
  return {
    id: `${run === '' ? 'local' : run}-${attempt}-${nonce}`,
    url: printable(pageOf(environment['GITHUB_SERVER_URL'] ?? '', repository, run, attempt)),
    actor: read('GITHUB_TRIGGERING_ACTOR') || read('GITHUB_ACTOR'),
    commit: read('GITHUB_SHA'),
    repository,
    workflow: read('GITHUB_WORKFLOW'),
  };
}

function pageOf(server: string, repository: string, run: string, attempt: number): string {
  if (!/^https?:$/.test(URL.parse(server)?.protocol ?? '') || repository === '' || run === '') return '';
  return `${server.replace(/\/+$/, '')}/${repository}/actions/runs/${run}/attempts/${attempt}`;
}

/** Removes control characters, line separators and the like, and shortens the text. */
function printable(text: string): string {
  return Array.from(text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ''))
    .slice(0, mostCharacters)
    .join('');
}
