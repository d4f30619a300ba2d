/** Default registry of names (distribution/reference, normalize.go). */
const DEFAULT_REGISTRY = 'docker.io';

/**
 * Returns an image's name with registry and tag, as container runtimes keep it: `etcd` is
 * `docker.io/library/etcd:latest`. Drops a digest if there is a tag as well.
 */
export function normalName(reference: string): string {
  const [named = '', digest] = reference.split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const path = withRegistry(colon < 0 ? named : named.slice(0, colon));
  if (colon >= 0) return `${path}:${named.slice(colon + 1)}`;
  return digest === undefined ? `${path}:latest` : `${path}@${digest}`;
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
