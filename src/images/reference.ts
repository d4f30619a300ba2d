/** Default registry of names (distribution/reference, normalize.go). */
const DEFAULT_REGISTRY = 'docker.io';

/** A reference in its parts; what it does not name is absent. */
export interface ImageReference {
  /** With its registry, if one is named. */
  readonly path: string;
  readonly tag?: string;
  /** With its algorithm: `sha256:…`. */
  readonly digest?: string;
}

/** Takes a reference apart. A colon before the last slash belongs to a registry's port. */
export function parseReference(reference: string): ImageReference {
  const [named = '', digest] = reference.split('@');
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return {
    path: colon < 0 ? named : named.slice(0, colon),
    ...(colon >= 0 && { tag: named.slice(colon + 1) }),
    ...(digest !== undefined && { digest }),
  };
}

/**
 * Returns an image's name with registry and tag, as container runtimes keep it: `etcd` is
 * `docker.io/library/etcd:latest`. Drops a digest if there is a tag as well.
 */
export function normalName(reference: string): string {
  const { path, tag, digest } = parseReference(reference);
  const name = withRegistry(path);
  if (tag !== undefined) return `${name}:${tag}`;
  return digest === undefined ? `${name}:latest` : `${name}@${digest}`;
}

/** Adds the default registry unless the first part is a registry: it has a dot or a port, or is localhost. */
function withRegistry(path: string): string {
  const [first = '', ...rest] = path.split('/');
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) {
    return first === DEFAULT_REGISTRY && rest.length === 1
      ? `${DEFAULT_REGISTRY}/library/${rest[0] ?? ''}`
      : path;
  }
  return rest.length === 0 ? `${DEFAULT_REGISTRY}/library/${path}` : `${DEFAULT_REGISTRY}/${path}`;
}

/** Returns the tag of a name, if it has one. */
export function tagOf(reference: string): string | undefined {
  const [named = ''] = reference.split('@');
  return /:(\w[\w.-]{0,127})$/.exec(named.slice(named.lastIndexOf('/') + 1))?.[1];
}
