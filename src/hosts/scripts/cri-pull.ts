import type { RegistryLogin } from '../../settings/settings.ts';

/** Path of the CRI's call (k8s.io/cri-api, runtime/v1/api.proto). */
export const PULL_IMAGE_CALL = '/runtime.v1.ImageService/PullImage';

/**
 * The body of a gRPC call of PullImage with credentials: one message, not compressed, as gRPC frames it over HTTP/2
 * (grpc/doc/PROTOCOL-HTTP2.md).
 */
export function pullImageBody(image: string, { username, password, server }: RegistryLogin): Buffer {
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
 * The only server that the runtime may show the credentials to (containerd: internal/cri/server/images, ParseAuth, compares
 * the host of the URL with the one that it asks, mirrors and redirections included).
 */
function addressOf(server: string): string {
  return `https://${server === 'docker.io' ? 'registry-1.docker.io' : server}`;
}

/** A length-delimited field of a protocol buffer. */
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
