import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import { inputGroup } from '../group.ts';
import { imageInputs } from '../table/etcd.ts';

/**
 * Matches host (with port) and path of an image reference, without tag and digest (distribution/reference,
 * reference.go, `name`); each part of the path in lower case.
 */
const repository =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;

/** Matches a bare registry, such as kubeadm's default registry.k8s.io: it may have a port and capital letters. */
const registry = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;

/** Matches the tag of an image reference (distribution/reference, reference.go, `tag`). */
const tag = /^\w[\w.-]{0,127}$/;

const repositoryFix =
  'write registry and path without /etcd and tag, for example image-repository: registry.k8s.io.';
const tagFix = 'write the tag alone, for example etcd-image-tag: 3.6.5-0.';

/** Credentials for the image registry. */
export interface RegistryLogin {
  /** Host, and port if any, as image names contain it. No other registry receives the credentials. */
  readonly server: string;
  readonly username: string;
  /** Secret. */
  readonly password: string;
}

/** The image of the members and its source. */
export interface ImageSettings {
  /** Path on the runner of an archive with images; absent: the hosts pull the images. */
  readonly imageArchive?: string;
  /** Absent: kubeadm's default. */
  readonly imageRepository?: string;
  /** Absent: the registry needs no credentials, or the hosts have their own. */
  readonly registry?: RegistryLogin;
  /** Absent: the tag that the host's kubeadm requires. */
  readonly etcdImageTag?: string;
}

/** The image of the members and its source. */
export const imagesGroup = inputGroup({
  name: 'images',
  inputs: imageInputs,
  parse: ({ inputs, findings }) => parseImages(inputs, findings),
});

/** Parses all inputs about images. */
function parseImages(
  inputs: Readonly<Record<keyof typeof imageInputs, string>>,
  findings: Finding[],
): ImageSettings {
  const imageArchive = given(inputs['image-archive'], (value) => parseArchivePath(value, findings));
  const repository = inputs['image-repository'];
  const imageRepository = given(repository, (value) => parseImageRepository(value, findings));
  const registry = parseRegistry(
    inputs['registry-username'],
    inputs['registry-password'],
    repository,
    findings,
  );
  const etcdImageTag = given(inputs['etcd-image-tag'], (value) => parseImageTag(value, findings));
  return {
    ...(imageArchive !== undefined && { imageArchive }),
    ...(imageRepository !== undefined && { imageRepository }),
    ...(registry !== undefined && { registry }),
    ...(etcdImageTag !== undefined && { etcdImageTag }),
  };
}

function given<T>(value: string, parse: (value: string) => T | undefined): T | undefined {
  return value === '' ? undefined : parse(value);
}

/** Parses the path of an archive on the runner. Reading the archive later shows whether it exists and holds images. */
function parseArchivePath(value: string, findings: Finding[]): string | undefined {
  const path = value.trim();
  // eslint-disable-next-line no-control-regex -- a path of several lines is a list of files
  const isList = /[\u0000-\u001f]/.test(path);
  if (!isList && !path.includes('://')) return path;
  findings.push({
    code: 'image-archive-unusable',
    at: 'image-archive',
    fact: isList
      ? 'there are several lines, and the input takes one file.'
      : `${quote(path)} is a URL; the input takes a file on the runner.`,
    fix: isList
      ? 'put all images into one archive, for example `docker save IMAGE IMAGE -o images.tar` and image-archive: images.tar.'
      : 'download it in an earlier step and give its path, for example image-archive: images.tar.',
  });
  return undefined;
}

/** Parses registry and path before `/etcd:<tag>`, as kubeadm's etcd.local.imageRepository accepts it. */
function parseImageRepository(value: string, findings: Finding[]): string | undefined {
  const fact = repositoryProblem(value);
  if (fact === undefined) return value;
  findings.push({
    code: 'image-name-unusable',
    at: 'image-repository',
    fact: `${quote(value)} ${fact}`,
    fix: repositoryFix,
  });
  return undefined;
}

function repositoryProblem(value: string): string | undefined {
  if (value.includes('://')) return 'is a URL; an image has no scheme.';
  if (value.includes('@') || /:[^/]*\/?$/.test(value.replace(registry, ''))) return 'holds a tag or digest.';
  if (value.endsWith('/')) return 'ends with a slash.';
  if (value.endsWith('/etcd')) return 'ends with /etcd, which kubeadm adds.';
  return repository.test(value) || registry.test(value)
    ? undefined
    : 'is not the registry and path of an image.';
}

/** The oldest external etcd that every supported kubeadm (from 1.31.0) accepts: MinExternalEtcdVersion. Later ones require 3.5.24. */
const oldest = [3, 5, 11] as const;

/** Parses the tag of the etcd image. It must contain the version: kubeadm chooses etcd's flags by it. */
function parseImageTag(value: string, findings: Finding[]): string | undefined {
  const fact = tagProblem(value);
  if (fact === undefined) return value;
  findings.push({
    code: 'image-name-unusable',
    at: 'etcd-image-tag',
    fact: `${quote(value)} ${fact}`,
    fix: tagFix,
  });
  return undefined;
}

function tagProblem(value: string): string | undefined {
  if (/[:/@]/.test(value)) return 'holds more than a tag; registry and path belong in image-repository.';
  if (!tag.test(value)) return 'is not the tag of an image.';
  const version = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:[-+_.].*)?$/.exec(value)?.slice(1).map(Number);
  if (version === undefined)
    return "does not begin with etcd's version, by which kubeadm chooses etcd's flags.";
  return isOlder(version, oldest)
    ? `is older than ${oldest.join('.')}, the oldest etcd that any kubeadm since 1.31 accepts for a control plane.`
    : undefined;
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const index = version.findIndex((part, place) => part !== than[place]);
  return index >= 0 && (version[index] ?? 0) < (than[index] ?? 0);
}

/**
 * Parses the credentials for the registry of `image-repository`: both, or neither. Only that registry receives them, so
 * it has to be named.
 */
function parseRegistry(
  username: string,
  password: string,
  imageRepository: string,
  findings: Finding[],
): RegistryLogin | undefined {
  // A file adds one line break at the end.
  const secret = password.replace(/\r?\n$/, '');
  if (username === '' && secret === '') return undefined;
  if (username === '' || secret === '') {
    findings.push(username === '' ? withoutName : withoutPassword);
    return undefined;
  }
  const server = registryOf(imageRepository);
  if (server === undefined) {
    findings.push({
      code: 'registry-credentials-unusable',
      at: 'image-repository',
      fact:
        imageRepository === ''
          ? 'registry-username and registry-password are given without the registry that they are for.'
          : `${quote(imageRepository)} names no registry, and the credentials are for one.`,
      cause: 'the credentials would go to the wrong registry.',
      fix: 'name it with its host, for example image-repository: registry.example.com/k8s.',
    });
    return undefined;
  }
  // RFC 7617: the first colon ends the name. A password may have several lines: keys of service accounts are JSON.
  if (/[:\p{Cc}]/u.test(username)) {
    findings.push({
      code: 'registry-credentials-unusable',
      at: 'registry-username',
      fact: `${quote(username)} holds a colon or a control character, which no registry accepts in a name.`,
      cause: 'name and password were pasted together.',
      fix: 'give the name alone as registry-username and the password or token as registry-password.',
    });
    return undefined;
  }
  return { username, password: secret, server };
}

const withoutName: Finding = {
  code: 'registry-credentials-unusable',
  at: 'registry-username',
  fact: 'registry-password is given without registry-username.',
  cause: 'the variable does not exist or is empty.',
  fix: 'pass the name too; the registry documents the name for tokens, for example registry-username: oauth2accesstoken.',
};

const withoutPassword: Finding = {
  code: 'registry-credentials-unusable',
  at: 'registry-password',
  fact: 'registry-username is given without registry-password.',
  cause:
    'the secret does not exist, or the workflow was started from a fork or by Dependabot and gets no secrets.',
  fix: 'pass it from a secret, registry-password: ${{ secrets.REGISTRY_PASSWORD }}.',
};

/** Returns the registry that an image's repository names; its first part counts as one only if it can be nothing else. */
function registryOf(imageRepository: string): string | undefined {
  const [first = ''] = imageRepository.split('/');
  return /[.:]/.test(first) || first === 'localhost' ? first : undefined;
}
