/** Reads the action.yml of a JavaScript action as the runner does (src/Runner.Worker/ActionManifestManager.cs). */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** The condition of a post step; the runner accepts any expression, this stand-in the four status functions. */
export type PostCondition = 'always()' | 'success()' | 'failure()' | 'cancelled()';

/** One input that the action declares. */
export interface ActionInput {
  /** Empty if action.yml has none: the runner does not enforce `required`. */
  readonly default: string;
  /** The text of the runner's warning about the input's use. */
  readonly deprecationMessage?: string;
}

/** The properties of a JavaScript action that the runner uses. */
export interface ActionMetadata {
  readonly name: string;
  readonly inputs: ReadonlyMap<string, ActionInput>;
  readonly outputs: readonly string[];
  /** The Node major version of `runs.using`, e.g. 24. */
  readonly nodeMajor: number;
  /** Absolute path of the bundle. */
  readonly main: string;
  /** Absolute path of the bundle of the post step, if there is one. */
  readonly post?: string;
  readonly postIf: PostCondition;
}

const POST_CONDITIONS: readonly PostCondition[] = ['always()', 'success()', 'failure()', 'cancelled()'];

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown, where: string): Fields {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${where} is not a mapping`);
  return value as Fields;
}

function text(value: unknown, where: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new Error(`${where} is not a scalar`);
  return value;
}

function parseInput(name: string, value: unknown, file: string): ActionInput {
  const input = fields(value, `${file}: inputs.${name}`);
  const given = text(input['default'], `${file}: inputs.${name}.default`);
  if (given.includes('${{')) {
    throw new Error(
      `${file}: inputs.${name}.default is an expression, which this stand-in does not evaluate`,
    );
  }
  return {
    default: given,
    ...(typeof input['deprecationMessage'] === 'string' && {
      deprecationMessage: input['deprecationMessage'],
    }),
  };
}

function parsePostIf(value: unknown, file: string): PostCondition {
  const condition = text(value, `${file}: runs.post-if`) || 'always()';
  const known = POST_CONDITIONS.find((candidate) => candidate === condition);
  if (known === undefined) {
    throw new Error(
      `${file}: runs.post-if is '${condition}'; this stand-in knows ${POST_CONDITIONS.join(', ')}`,
    );
  }
  return known;
}

/**
 * Reads `action.yml` in a folder. Paths of bundles are relative to that folder and may leave it (`../dist/index.js`),
 * as in a sub-action.
 * @throws Error if the file is missing, is no JavaScript action, or uses a feature that this stand-in lacks.
 */
export function readActionMetadata(folder: string): ActionMetadata {
  const file = join(resolve(folder), 'action.yml');
  // With the failsafe schema every scalar stays text: `default: 2379` is "2379".
  const document = fields(parse(readFileSync(file, 'utf8'), { schema: 'failsafe' }), file);
  const runs = fields(document['runs'], `${file}: runs`);
  const using = text(runs['using'], `${file}: runs.using`);
  const [, nodeMajor] = /^node(\d+)$/.exec(using) ?? [];
  if (nodeMajor === undefined)
    throw new Error(`${file}: runs.using is '${using}', not a JavaScript action's nodeNN`);
  if (runs['pre'] !== undefined) {
    throw new Error(`${file}: runs.pre is not run by this stand-in, nor by the runner for a local action`);
  }
  const main = text(runs['main'], `${file}: runs.main`);
  if (main === '') throw new Error(`${file}: runs.main is missing`);
  const post = text(runs['post'], `${file}: runs.post`);
  return {
    name: text(document['name'], `${file}: name`),
    inputs: new Map(
      Object.entries(fields(document['inputs'], `${file}: inputs`)).map(([name, value]) => [
        name,
        parseInput(name, value, file),
      ]),
    ),
    outputs: Object.keys(fields(document['outputs'], `${file}: outputs`)),
    nodeMajor: Number(nodeMajor),
    main: resolve(folder, main),
    ...(post !== '' && { post: resolve(folder, post) }),
    postIf: parsePostIf(runs['post-if'], file),
  };
}
