import { quote } from '../shell.ts';
import type { Finding } from '../../findings.ts';
import type { RegistryLogin } from '../../settings/settings.ts';
import { lastWords } from '../last-words.ts';
import type { RemoteResult, RemoteScript } from '../transport.ts';
import { knownReason, type Reason } from './explain-unknown.ts';
import { PULL_IMAGE_CALL, pullImageBody } from './cri-pull.ts';
import { SYNC_IMAGES } from './sync-images.ts';

const WITHIN_SECONDS = 300;

/** Exit codes of a pull with credentials: the runtime could not be asked, or it said no. */
const NOT_ASKED = 3;
const REFUSED = 4;

/** Before the runtime's own words, which are percent-encoded as gRPC has it. */
const MARK = 'grpc-message: ';

/**
 * Pulls an image into the runtime's own store, so that the static pod starts without waiting for a registry.
 *
 * With credentials the CRI itself is asked, by curl over its socket, because crictl takes them as arguments only, which every
 * user of the host sees: they go from the script's input to the runtime's memory.
 */
export function pullImage(image: string, criEndpoint: string, login?: RegistryLogin): RemoteScript {
  const common = { title: `pull ${image}`, effect: 'changes', timeoutMs: WITHIN_SECONDS * 1000 } as const;
  const endpoint = quote(criEndpoint);
  return login === undefined
    ? {
        ...common,
        script: `crictl --runtime-endpoint ${endpoint} --image-endpoint ${endpoint} pull ${quote(image)} >&2
${SYNC_IMAGES}`,
      }
    : { ...common, script: askedByCurl(criEndpoint), input: pullImageBody(image, login) };
}

function askedByCurl(criEndpoint: string): string {
  const options = [
    '-q', // reads no .curlrc; has to be the first
    `--silent --show-error --noproxy '*' --max-time ${WITHIN_SECONDS - 10}`,
    `--http2-prior-knowledge --unix-socket ${quote(criEndpoint.replace(/^unix:\/\//, ''))}`,
    "--header 'content-type: application/grpc' --header 'te: trailers'",
    '--data-binary @- --dump-header - --output /dev/null',
  ];
  return `
said=$(curl ${options.join(' ')} http://localhost${PULL_IMAGE_CALL}) || exit ${NOT_ASKED}
status=$(sed -n 's/^grpc-status: *\\([0-9]*\\).*/\\1/p' <<< "$said")
if [ "$status" != 0 ]; then
  sed -n 's/^${MARK}/&/p' <<< "$said" | tr -d '\\r' >&2
  exit ${REFUSED}
fi
${SYNC_IMAGES}
`;
}

/** Why an image could not be had. */
export function explainPull(
  image: string,
  login?: Pick<RegistryLogin, 'server' | 'username'>,
): (result: RemoteResult) => Omit<Finding, 'host' | 'at'> {
  return (result) => {
    if (login !== undefined && result.code === NOT_ASKED) return notAsked(image, result);
    const said = result.code === REFUSED ? wordsOf(result.stderr) : lastWords(result.stderr, 1);
    return {
      fact: `${image} is not on the host and could not be pulled: ${said}`,
      ...whyRefused(said, login),
    };
  };
}

function whyRefused(
  said: string,
  login: Pick<RegistryLogin, 'server' | 'username'> | undefined,
): Omit<Finding, 'host' | 'at' | 'fact'> {
  if (/\.sock\b.*(?:connection refused|no such file|deadline exceeded)/i.test(said)) return RUNTIME_SILENT;
  if (/HTTP response to HTTPS client|x509:/.test(said)) {
    return {
      cause:
        'The registry speaks no TLS, or has a certificate of a CA that the container runtime does not know.',
      fix: 'Tell the runtime on the host of this registry and its CA (containerd: /etc/containerd/certs.d/REGISTRY/hosts.toml), or give `image-archive`.',
    };
  }
  if (/\b(?:401|403)\b|unauthori[sz]ed|authorization failed|(?<!permission )denied/i.test(said)) {
    return login === undefined
      ? {
          cause: 'The registry asks for a password, or has no such repository.',
          fix: 'Give `registry-username` and `registry-password`, or correct `image-repository`.',
        }
      : {
          cause: `${login.server} does not take registry-password for ${login.username}, or that name may not read this repository.`,
          fix: 'Try both with `docker login`, and renew the token if it has run out.',
        };
  }
  if (/not found|manifest unknown|name unknown/i.test(said)) {
    return {
      cause: 'The registry has no such repository or tag.',
      fix: 'Correct `image-repository` or `etcd-image-tag`, or bring the image to the registry.',
    };
  }
  const fix =
    'Open the way to the registry, set `image-repository` to one that the hosts reach (with `registry-username` and `registry-password` if it asks for them), or give `image-archive`.';
  if (
    /no such host|i\/o timeout|connection refused|unreachable|no route|deadline exceeded|dial tcp/i.test(said)
  ) {
    return { cause: 'The host has no way to the registry.', fix };
  }
  return knownReason(said) ?? { fix };
}

function notAsked(image: string, result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  return {
    fact: `the container runtime could not be asked to pull ${image}: ${lastWords(result.stderr, 1)}`,
    ...whyNotAsked(result),
  };
}

const RUNTIME_SILENT: Reason = {
  cause: 'The container runtime does not answer on its socket.',
  fix: 'Try `crictl info` on the host, start the runtime, and run again.',
};

function whyNotAsked({ stderr }: RemoteResult): Reason {
  if (/http2|does not support|unknown option|is unknown/i.test(stderr)) {
    return {
      cause: 'curl on this host was built without HTTP/2, or without sockets of Unix.',
      fix: 'See that `curl -V` lists HTTP2 and UnixSockets, or give `image-archive`, which needs no curl.',
    };
  }
  if (/Failed to connect|Couldn't connect|timed out/i.test(stderr)) {
    return RUNTIME_SILENT;
  }
  return { fix: 'Mend what curl says, or give `image-archive`, which needs no curl.' };
}

function wordsOf(stderr: string): string {
  const line = stderr.split('\n').find((each) => each.startsWith(MARK)) ?? '';
  const words = line.slice(MARK.length);
  try {
    return decodeURIComponent(words);
  } catch {
    return words; // what is encoded is bytes, and may be cut in the middle of a letter
  }
}
