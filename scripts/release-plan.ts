/** Facts about a release before it is made. */
export interface ReleaseFacts {
  /** As requested: `1.2.3` or `v1.2.3`. */
  readonly version: string;
  /** `version` of package.json. */
  readonly packageVersion: string;
  /** Text of CHANGELOG.md. */
  readonly changelog: string;
  /** All tags of the repository, each with its commit. */
  readonly tags: ReadonlyMap<string, string>;
  /** The commit to release: the checkout's. */
  readonly commit: string;
}

/** The parts of a release. */
export interface ReleasePlan {
  /** The permanent tag: `v1.2.3`. */
  readonly tag: string;
  /** The moving tag: `v1`. */
  readonly major: string;
  /** True if `major` moves here: not for a patch of an older line, which would take its users back. */
  readonly movesMajor: boolean;
  /** True if no version is newer; GitHub then shows it as the latest. */
  readonly newest: boolean;
  /** The version's chapter of the changelog, without its heading. */
  readonly notes: string;
}

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * Decides what to release.
 * @throws Error with all obstacles, one line each.
 */
export function planRelease({ version, packageVersion, changelog, tags, commit }: ReleaseFacts): ReleasePlan {
  const name = version.replace(/^v/, '');
  const wanted = parseVersion(name);
  if (wanted === undefined) throw new Error(`"${version}" is not a version such as 1.2.3`);
  const notes = chapterOf(changelog, name);
  const tag = `v${name}`;
  const tagged = tags.get(tag) ?? commit;
  const problems = [
    ...(packageVersion === name ? [] : [`package.json says ${packageVersion}, not ${name}`]),
    ...(notes === '' ? [`CHANGELOG.md has no chapter "## [${name}] - YYYY-MM-DD" with something in it`] : []),
    ...(tagged === commit
      ? []
      : [
          `${tag} is the tag of ${tagged}, and this is ${commit}: raise the version, a release does not change`,
        ]),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const released = [...tags.keys()].flatMap((other) => parseVersion(other.replace(/^v/, '')) ?? []);
  const newer = released.filter((other) => isNewer(other, wanted));
  return {
    tag,
    major: `v${wanted.major}`,
    movesMajor: newer.every(({ major }) => major !== wanted.major),
    newest: newer.length === 0,
    notes,
  };
}

function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
  if (major === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

function isNewer(one: Version, other: Version): boolean {
  const difference = one.major - other.major || one.minor - other.minor || one.patch - other.patch;
  return difference > 0;
}

/** Returns the text below the heading of a version with a date, up to the next heading of that level. */
function chapterOf(changelog: string, version: string): string {
  const [, ...chapters] = changelog.split(/^## /m);
  const chapter = chapters.find((text) => text.startsWith(`[${version}] - `)) ?? '';
  const [heading = '', ...lines] = chapter.split('\n');
  return /\d{4}-\d{2}-\d{2}$/.test(heading) ? lines.join('\n').trim() : '';
}

/** Format of `git for-each-ref` for parseTags: name, object, and the commit of an annotated tag. */
export const TAG_FORMAT = '%(refname:strip=2) %(objectname) %(*objectname)';

/**
 * Returns the commit of each tag.
 * @param text output of `git for-each-ref --format=TAG_FORMAT refs/tags`.
 */
export function parseTags(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [name = '', object = '', peeled = ''] = line.split(' ');
      return name === '' ? [] : [[name, peeled === '' ? object : peeled] as const];
    }),
  );
}
