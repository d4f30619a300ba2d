import { readFileSync } from 'node:fs';

/** One answer of a real member, byte for byte. */
export interface RecordedAnswer {
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly status: number;
  readonly body: string;
}

/**
 * Answers recorded from three real members with mutual TLS on loopback, one file per release: etcd 3.4 is the last
 * with its own wordings, 3.5 the last with grpc-gateway 1, 3.6 and 3.7 have grpc-gateway 2.
 */
export const RECORDED_VERSIONS = ['3.4.23', '3.5.24', '3.6.5', '3.7.1'] as const;

export function recorded(version: string, name: string): RecordedAnswer {
  const url = new URL(`recorded/etcd-${version}.json`, import.meta.url);
  const answers = JSON.parse(readFileSync(url, 'utf8')) as Record<string, RecordedAnswer>;
  const answer = answers[name];
  if (answer === undefined) throw new Error(`nothing recorded as ${name} of ${version}`);
  return answer;
}
