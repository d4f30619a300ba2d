import { parse } from 'yaml';
import type { EtcdArgument } from './kubeadm-config.ts';

/** What the action reads in a static pod manifest for etcd. */
export interface EtcdManifest {
  readonly image: string;
  /** Flags without dashes, each with its value; a flag given twice keeps its last value, as etcd does. */
  readonly arguments: ReadonlyMap<string, string>;
}

/**
 * Reads kubeadm's etcd manifest (cmd/kubeadm/app/phases/etcd/local.go). `undefined` when the text is no pod that
 * runs etcd.
 */
export function parseEtcdManifest(text: string): EtcdManifest | undefined {
  let pod: unknown;
  try {
    pod = parse(text);
  } catch {
    return undefined;
  }
  const container = at(pod, 'spec', 'containers', 0);
  const image = at(container, 'image');
  const command = at(container, 'command');
  if (typeof image !== 'string' || !Array.isArray(command) || command[0] !== 'etcd') return undefined;
  const flags = command.slice(1).filter((part): part is string => typeof part === 'string');
  return { image, arguments: new Map(flags.map(splitFlag)) };
}

function splitFlag(flag: string): [string, string] {
  const [, name = flag, value = ''] = /^--([^=]+)(?:=(.*))?$/s.exec(flag) ?? [];
  return [name, value];
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}

/** Flags of the manifest that are not as wanted, one line each; empty when all are. */
export function argumentDifferences(manifest: EtcdManifest, wanted: readonly EtcdArgument[]): string[] {
  return wanted.flatMap(({ name, value }) => {
    const found = manifest.arguments.get(name);
    return found === value
      ? []
      : [`--${name} is ${found === undefined ? 'absent' : `"${found}"`}, wanted "${value}"`];
  });
}
