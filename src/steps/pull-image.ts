import type { Finding } from '../findings.ts';
import { quoteBash, SYNC_IMAGES } from '../hosts/bash.ts';
import { knownReason, type Reason } from '../hosts/explain-unknown.ts';
import { lastWords } from '../hosts/host-error.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import type { RegistryLogin } from '../inputs/settings.ts';
import type { ScriptedKind, StepOnHost } from './step-kind.ts';

/** Pulls etcd's image through the CRI. */
export interface PullImage extends StepOnHost {
  readonly kind: 'pull-image';
  readonly image: string;
  readonly criEndpoint: string;
}

const title = 'pull image';

/** The kind of {@link PullImage}. */
export const pullImageStep: ScriptedKind<PullImage> = {
  title,
  // The image may arrive on the host by another way meanwhile, or be removed.
  outsideDigest: true,
  describe({ image }) {
    return `${title} ${image}`;
  },
  // Credentials take all of standard input.
  isAlone(_step, { registry }) {
    return registry !== undefined;
  },
  /** The credentials are for one registry; an image of another one is pulled without. */
  script({ image, criEndpoint }, { registry }) {
    const login = image.startsWith(`${registry?.server ?? ''}/`) ? registry : undefined;
    return { script: pullImage(image, criEndpoint, login), explain: explainPull(image, login) };
  },
};

const WITHIN_SECONDS = 300;

/** Exit codes of a pull with credentials: the runtime could not be called, or it refused. */
const NOT_ASKED = 3;
const REFUSED = 4;

/** Precedes the runtime's own message, which is percent-encoded as in gRPC. */
const MESSAGE_PREFIX = 'grpc-message: ';

/**
 * Returns a script that pulls an image into the runtime's own store, so that the static pod starts without waiting
 * for a registry.
 *
 * With credentials it calls the CRI itself, by curl over its socket, because crictl takes them only as arguments,
 * which every user of the host sees: they go from the script's input to the runtime's memory.
 */
export function pullImage(image: string, criEndpoint: string, login?: RegistryLogin): RemoteScript {
  const common = { title: `pull ${image}`, effect: 'changes', timeoutMs: WITHIN_SECONDS * 1000 } as const;
  const endpoint = quoteBash(criEndpoint);
  return login === undefined
    ? {
        ...common,
        script: `crictl --runtime-endpoint ${endpoint} --image-endpoint ${endpoint} pull ${quoteBash(image)} >&2
${SYNC_IMAGES}`,
      }
    : { ...common, script: pullByCurl(criEndpoint), input: pullImageBody(image, login) };
}

function pullByCurl(criEndpoint: string): string {
  const options = [
    '-q', // reads no .curlrc; has to be the first
    `--silent --show-error --noproxy '*' --max-time ${WITHIN_SECONDS - 10}`,
    `--http2-prior-knowledge --unix-socket ${quoteBash(criEndpoint.replace(/^unix:\/\//, ''))}`,
    "--header 'content-type: application/grpc' --header 'te: trailers'",
    '--data-binary @- --dump-header - --output /dev/null',
  ];
  return `
said=$(curl ${options.join(' ')} http://localhost${PULL_IMAGE_CALL}) || exit ${NOT_ASKED}
status=$(sed -n 's/^grpc-status: *\\([0-9]*\\).*/\\1/p' <<< "$said")
if [ "$status" != 0 ]; then
  sed -n 's/^${MESSAGE_PREFIX}/&/p' <<< "$said" | tr -d '\\r' >&2
  exit ${REFUSED}
fi
${SYNC_IMAGES}
`;
}

/** Explains why an image could not be pulled. */
export function explainPull(
  image: string,
  login?: Pick<RegistryLogin, 'server' | 'username'>,
): (result: RemoteResult) => Omit<Finding, 'host' | 'at'> {
  return (result) => {
    if (login !== undefined && result.code === NOT_ASKED) return requestFailed(image, result);
    const said = result.code === REFUSED ? runtimeMessage(result.stderr) : lastWords(result.stderr, 1);
    return {
      code: 'image-pull-failed',
      fact: `${image} is not on the host and could not be pulled: ${said}`,
      ...whyRefused(said, login),
    };
  };
}

function whyRefused(said: string, login: Pick<RegistryLogin, 'server' | 'username'> | undefined): Reason {
  if (/\.sock\b.*(?:connection refused|no such file|deadline exceeded)/i.test(said)) return RUNTIME_SILENT;
  if (/HTTP response to HTTPS client|x509:/.test(said)) {
    return {
      cause:
        'The registry does not speak TLS, or its certificate is from a CA that the container runtime does not trust.',
      fix: 'Configure this registry and its CA for the runtime on the host (containerd: /etc/containerd/certs.d/REGISTRY/hosts.toml), or give `image-archive`.',
    };
  }
  if (/\b(?:401|403)\b|unauthori[sz]ed|authorization failed|(?<!permission )denied/i.test(said)) {
    return login === undefined
      ? {
          cause: 'The registry requires a password, or has no such repository.',
          fix: 'Give `registry-username` and `registry-password`, or correct `image-repository`.',
        }
      : {
          cause: `${login.server} does not accept registry-password for ${login.username}, or that name may not read this repository.`,
          fix: 'Try both with `docker login`, and renew the token if it has expired.',
        };
  }
  if (/not found|manifest unknown|name unknown/i.test(said)) {
    return {
      cause: 'The registry has no such repository or tag.',
      fix: 'Correct `image-repository` or `etcd-image-tag`, or push the image to the registry.',
    };
  }
  const fix =
    'Let the host reach the registry, set `image-repository` to one that the hosts can reach (with `registry-username` and `registry-password` if it requires them), or give `image-archive`.';
  if (
    /no such host|i\/o timeout|connection refused|unreachable|no route|deadline exceeded|dial tcp/i.test(said)
  ) {
    return { cause: 'The host cannot reach the registry.', fix };
  }
  return knownReason(said) ?? { fix };
}

function requestFailed(image: string, result: RemoteResult): Omit<Finding, 'host' | 'at'> {
  return {
    code: 'image-pull-failed',
    fact: `the request to the container runtime to pull ${image} failed: ${lastWords(result.stderr, 1)}`,
    ...whyRequestFailed(result),
  };
}

const RUNTIME_SILENT: Reason = {
  cause: 'The container runtime does not answer on its socket.',
  fix: 'Try `crictl info` on the host, start the runtime, and run again.',
};

function whyRequestFailed({ stderr }: RemoteResult): Reason {
  if (/http2|does not support|unknown option|is unknown/i.test(stderr)) {
    return {
      cause: 'curl on this host was built without HTTP/2, or without Unix sockets.',
      fix: 'Make sure that `curl -V` lists HTTP2 and UnixSockets, or give `image-archive`, which needs no curl.',
    };
  }
  if (/Failed to connect|Couldn't connect|timed out/i.test(stderr)) {
    return RUNTIME_SILENT;
  }
  return { fix: 'Fix the error of curl, or give `image-archive`, which needs no curl.' };
}

function runtimeMessage(stderr: string): string {
  const line = stderr.split('\n').find((each) => each.startsWith(MESSAGE_PREFIX)) ?? '';
  const words = line.slice(MESSAGE_PREFIX.length);
  try {
    return decodeURIComponent(words);
  } catch {
    return words; // The decoded bytes may be truncated in the middle of a character.
  }
}

/** Path of the CRI's call (k8s.io/cri-api, runtime/v1/api.proto). */
const PULL_IMAGE_CALL = '/runtime.v1.ImageService/PullImage';

/**
 * Encodes a gRPC call of PullImage with credentials: one message, not compressed, as gRPC frames it over HTTP/2
 * (grpc/doc/PROTOCOL-HTTP2.md).
 */
function pullImageBody(image: string, { username, password, server }: RegistryLogin): Buffer {
  // PullImageRequest: image = 1 (ImageSpec: image = 1), auth = 2 (AuthConfig: username = 1, password = 2, server_address = 4)
  const message = Buffer.concat([
    field(1, field(1, Buffer.from(image))),
    field(
      2,
      Buffer.concat([
        field(1, Buffer.from(username)),
        field(2, Buffer.from(password)),
        field(4, Buffer.from(addressOf(server))),
      ]),
    ),
  ]);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}

/**
 * Returns the only server to which the runtime may send the credentials (containerd: internal/cri/server/images,
 * ParseAuth, compares the host of the URL with the server that it contacts, mirrors and redirections included).
 */
function addressOf(server: string): string {
  return `https://${server === 'docker.io' ? 'registry-1.docker.io' : server}`;
}

/** Encodes a length-delimited field of a protocol buffer. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
