import type { Finding } from '../findings.ts';
import { parseBoolean, parseInteger } from './parse-scalars.ts';
import { quote } from './quote.ts';
import type { ArtifactSettings } from './settings.ts';

/** What GitHub allows at most; a repository may allow less, and then the client takes that. */
const longestRetention = 400;

/** Longer names are cut in GitHub's pages. */
const longestName = 128;

/**
 * Reads what is uploaded.
 * @param defaultName for a run that names none: unique, because GitHub refuses a second artifact of the same name.
 */
export function parseArtifacts(
  values: { readonly upload: string; readonly name: string; readonly retentionDays: string },
  defaultName: string,
  findings: Finding[],
): ArtifactSettings | undefined {
  const upload = parseBoolean('upload-artifacts', values.upload, findings);
  const name = values.name === '' ? defaultName : parseName(values.name, findings);
  const retentionDays =
    values.retentionDays === ''
      ? undefined
      : parseInteger(
          'artifact-retention-days',
          values.retentionDays,
          { least: 1, greatest: longestRetention, example: 30 },
          findings,
        );
  if (upload === undefined || name === undefined) return undefined;
  return { upload, name, ...(retentionDays !== undefined && { retentionDays }) };
}

/** The characters that the artifact service refuses (@actions/artifact, path-and-artifact-name-validation.ts). */
function parseName(value: string, findings: Finding[]): string | undefined {
  const [refused] = /["':<>|*?\\/\p{Cc}]/u.exec(value) ?? [];
  if (refused === undefined && value.length <= longestName) return value;
  findings.push({
    at: 'artifact-name',
    fact:
      refused === undefined
        ? `the name has ${value.length} characters, more than ${longestName}.`
        : `${quote(value)} holds ${JSON.stringify(refused)}, which the artifact service refuses.`,
    fix: 'use letters, digits, dashes, dots and underscores, for example artifact-name: etcd-report-${{ github.run_attempt }}.',
  });
  return undefined;
}
