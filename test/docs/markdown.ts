/** Returns the verbs of `npm start`, `npm test` and `npm run VERB` in a text. */
export function npmVerbs(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
    ([, script, verb]) => script ?? verb ?? '',
  );
}

/** Folders of this repository; a path in code that begins with another one is a path on a host. */
const FOLDERS = /^(?:\.ci|bench|deploy|dist|docs|health|lab|preflight|scripts|src|test|workflows-examples)\//;

/** Returns paths of this repository that a text contains in code, without a closing slash. */
export function repositoryPaths(text: string): string[] {
  return [...text.matchAll(/`([^`\s]+)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => FOLDERS.test(code))
    .map((code) => code.replace(/\/$/, ''));
}

/** A link to another file of the repository, or to a heading. */
export interface LocalLink {
  /** Relative to the file that holds the link; empty: that file itself. */
  readonly path: string;
  /** Without `#`; empty if the link is to the whole file. */
  readonly anchor: string;
}

/** Returns the links and pictures of a text within the repository. */
export function localLinks(text: string): LocalLink[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g)]
    .map(([, link, image]) => link ?? image ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { path, anchor };
    });
}

/** Returns the headings of a text without their marks, ignoring code blocks. */
export function headings(text: string): string[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, '');
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
}

/** Returns GitHub's anchor of a heading: lower case, blanks as dashes, no other punctuation. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** Returns the blocks of code in one language. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```/gm)]
    .filter(([, found]) => found === language)
    .map(([, , content = '']) => content);
}
