import { parse } from 'yaml';

/** The parts of a workflow file that tests use. */
export interface Workflow {
  readonly name?: string;
  readonly on?: unknown;
  readonly permissions?: Permissions;
  readonly concurrency?: Concurrency;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Scopes of the repository's token and the access to them. */
export type Permissions = Readonly<Record<string, string>>;

interface Concurrency {
  readonly 'cancel-in-progress'?: boolean | string;
}

export interface Job {
  readonly if?: string;
  readonly permissions?: Permissions;
  readonly concurrency?: Concurrency;
  readonly environment?: string | { readonly name: string };
  readonly 'timeout-minutes'?: number;
  /** A workflow that is called instead of steps. */
  readonly uses?: string;
  readonly steps?: readonly Step[];
}

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Parses a workflow.
 * @throws Error if it is not YAML.
 */
export function parseWorkflow(text: string): Workflow {
  return parse(text) as Workflow;
}

/** Returns the steps of all jobs in order. */
export function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap(({ steps }) => steps ?? []);
}
