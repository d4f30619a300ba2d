/**
 * Stands in for `gh` and the issues of a repository, in a file that GH_STAND_IN names: supports the few commands of the
 * examples, as documented by gh 2.23, and fails on any other.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

/** An issue of the repository. */
export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly labels: readonly string[];
  body: string;
  state: 'open' | 'closed';
  comments: string[];
}

/** The labels and issues of a repository. */
export interface Repository {
  labels: string[];
  issues: Issue[];
}

/** Reads the repository in that file; one without labels and issues if it is missing. */
export function repositoryIn(file: string): Repository {
  if (!existsSync(file)) return { labels: [], issues: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as Repository;
}

/** Returns the folder with the artifacts of a run, each in a folder of its name. */
export function artifactsOf(run: string): string {
  return join(dirname(process.env['GH_STAND_IN'] ?? ''), 'artifacts', run);
}

if (import.meta.main) {
  const { GH_STAND_IN: file = '', GH_TOKEN: token = '', GH_REPO: name = '' } = process.env;
  if (token === '' || name === '') throw new Error('gh: no GH_TOKEN, or no GH_REPO');
  const repository = repositoryIn(file);
  perform(repository, process.argv.slice(2));
  writeFileSync(file, JSON.stringify(repository));
}

function perform(repository: Repository, words: readonly string[]): void {
  const string = { type: 'string' } as const;
  const options = { label: string, state: string, limit: string, json: string, jq: string, title: string };
  const { positionals, values } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      ...options,
      'body-file': string,
      comment: string,
      description: string,
      color: string,
      force: { type: 'boolean' },
      name: string,
      dir: string,
    },
  });
  const [object, verb, operand = ''] = positionals;
  const issue = repository.issues.find(({ number }) => String(number) === operand);
  switch (`${object ?? ''} ${verb ?? ''}`) {
    case 'run download':
      // what the artifacts of a run hold lies beside the repository
      cpSync(join(artifactsOf(operand), values.name ?? ''), values.dir ?? '.', { recursive: true });
      return;
    case 'label create':
      if (repository.labels.includes(operand) && values.force !== true)
        throw new Error('gh: the label exists');
      repository.labels = [...new Set([...repository.labels, operand])];
      return;
    case 'issue list': {
      if (values.state !== 'open' || values.json !== 'number' || values.jq !== '.[].number') break;
      const found = repository.issues.filter(
        ({ state, labels }) => state === 'open' && labels.includes(values.label ?? ''),
      );
      for (const { number } of found.slice(0, Number(values.limit))) console.log(number);
      return;
    }
    case 'issue create':
      if (!repository.labels.includes(values.label ?? '')) throw new Error('gh: there is no such label');
      repository.issues.push({
        number: repository.issues.length + 1,
        title: values.title ?? '',
        labels: [values.label ?? ''],
        body: bodyFrom(values['body-file']),
        state: 'open',
        comments: [],
      });
      return;
    case 'issue edit':
      if (issue === undefined) break;
      issue.body = bodyFrom(values['body-file']);
      return;
    case 'issue close':
      if (issue === undefined) break;
      issue.comments.push(values.comment ?? '');
      issue.state = 'closed';
      return;
  }
  throw new Error(`gh: this stand-in does not know: ${words.join(' ')}`);
}

function bodyFrom(file: string | undefined): string {
  if (file !== '-') throw new Error('gh: this stand-in reads bodies from standard input only');
  return readFileSync(0, 'utf8');
}
