import type { Finding } from '../findings.ts';
import { quote } from './quote.ts';
import type { RegistryLogin } from './settings.ts';

/**
 * Reads the credentials for the registry of `image-repository`: both, or neither. They go to that registry alone, so it has
 * to be named.
 */
export function parseRegistry(
  username: string,
  password: string,
  imageRepository: string,
  findings: Finding[],
): RegistryLogin | undefined {
  // one line break at the end is that of its file
  const secret = password.replace(/\r?\n$/, '');
  if (username === '' && secret === '') return undefined;
  if (username === '' || secret === '') {
    findings.push(username === '' ? withoutName : withoutPassword);
    return undefined;
  }
  const server = registryOf(imageRepository);
  if (server === undefined) {
    findings.push({
      at: 'image-repository',
      fact:
        imageRepository === ''
          ? 'registry-username and registry-password are given without the registry that they are for.'
          : `${quote(imageRepository)} names no registry, and credentials are given for one.`,
      cause: 'they would go to another registry than they are meant for.',
      fix: 'name it with its host, for example image-repository: registry.example.com/k8s.',
    });
    return undefined;
  }
  // RFC 7617: the first colon ends the name. A password may have lines: keys of service accounts are JSON.
  if (/[:\p{Cc}]/u.test(username)) {
    findings.push({
      at: 'registry-username',
      fact: `${quote(username)} holds a colon or a control character, which no registry takes there.`,
      cause: 'name and password were pasted together.',
      fix: 'give the name alone as registry-username and the password or token as registry-password.',
    });
    return undefined;
  }
  return { username, password: secret, server };
}

const withoutName: Finding = {
  at: 'registry-username',
  fact: 'registry-password is given without registry-username.',
  cause: 'the variable does not exist or is empty.',
  fix: 'pass the name too; for tokens it is what the registry says, for example registry-username: oauth2accesstoken.',
};

const withoutPassword: Finding = {
  at: 'registry-password',
  fact: 'registry-username is given without registry-password.',
  cause:
    'the secret does not exist, or the workflow was started from a fork or by Dependabot and gets no secrets.',
  fix: 'pass it from a secret, registry-password: ${{ secrets.REGISTRY_PASSWORD }}.',
};

/** The registry that an image's repository names; the first part is one if it can be nothing else. */
function registryOf(imageRepository: string): string | undefined {
  const [first = ''] = imageRepository.split('/');
  return /[.:]/.test(first) || first === 'localhost' ? first : undefined;
}
