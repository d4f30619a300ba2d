import type { ClusterFacts } from '../../src/cluster/gates.ts';
import type { RunContext } from '../../src/engine/context.ts';
import type { RemoteResult, RemoteScript, Transport } from '../../src/hosts/transport.ts';
import type { ObservedHost } from '../../src/run/host.ts';
import type { HostFacts } from '../../src/facts/host.ts';
import type { ClusterClients } from '../../src/run/cluster-clients.ts';
import { Timeline } from '../../src/run/timeline.ts';
import { RunRecord } from '../../src/report/run-report.ts';
import type { Log } from '../../src/runner/log.ts';
import { NOW } from '../cluster/example.ts';

/** Collects log lines, those of a host after its name. */
export class Lines implements Log {
  readonly lines: string[];
  readonly #prefix: string;

  constructor(lines: string[] = [], prefix = '') {
    this.lines = lines;
    this.#prefix = prefix;
  }

  info(message: string): void {
    this.lines.push(`${this.#prefix}${message}`);
  }

  warning(message: string): void {
    this.lines.push(`${this.#prefix}warning: ${message}`);
  }

  debug(): void {
    // not looked at
  }

  host(name: string): Log {
    return new Lines(this.lines, `${name}: `);
  }
}

/** The behaviour of a stand-in host when it runs a script. */
export type Behaviour = (
  script: RemoteScript,
  host: string,
) => Promise<Partial<RemoteResult>> | Partial<RemoteResult>;

/** A host that runs nothing; `happened` receives the requests as `host: title`. */
export function standInTransport(
  name: string,
  happened: string[],
  behave: Behaviour = () => ({}),
): Transport {
  return {
    name,
    run: async (script) => {
      happened.push(`${name}: ${script.title}`);
      return { code: 0, stdout: Buffer.alloc(0), stderr: '', ...(await behave(script, name)) };
    },
    openTcp: () => Promise.reject(new Error('the stand-in has no ports')),
    statistics: () => ({ connections: 1, channels: 1, bytesSent: 0, bytesReceived: 0 }),
    close: () => Promise.resolve(),
  };
}

/** A member's host as it was observed, called by its hostname. */
export function observedHost(facts: HostFacts, transport: Transport, answer = ''): ObservedHost {
  const { hostname: name, address } = facts;
  const settings = { address, transport: 'local' } as ObservedHost['settings'];
  const timing = { sentMs: 0, receivedMs: 0 };
  return { role: 'member', name, address, settings, transport, facts, answer, timing };
}

/**
 * Clients of a cluster that gives one answer after the other, and the last one forever.
 * @param asked called on each request.
 */
export function standInClients(
  told: readonly ClusterFacts[],
  asked: () => void = () => undefined,
): ClusterClients {
  let next = 0;
  const clients: Pick<ClusterClients, 'observe' | 'close'> = {
    observe: () => {
      asked();
      const facts = told[Math.min(next++, told.length - 1)];
      return facts === undefined ? Promise.reject(new Error('nothing is told')) : Promise.resolve(facts);
    },
    close: () => undefined,
  };
  return clients as ClusterClients;
}

/** A run, and what happened in it. */
export interface World {
  readonly context: RunContext;
  /** What was run on the hosts, and which connections were closed: `host: title`. */
  readonly happened: string[];
  /** Of the log. */
  readonly lines: readonly string[];
}

/** A run on hosts that answer so, by their addresses; others cannot be connected to. */
export function world(
  answers: Readonly<Record<string, Behaviour>>,
  signal = new AbortController().signal,
): World {
  const happened: string[] = [];
  const log = new Lines();
  const context: RunContext = {
    connect: ({ address }) => {
      const behave = answers[address];
      if (behave === undefined) return Promise.reject(new Error('no route to host'));
      const transport = standInTransport(address, happened, behave);
      return Promise.resolve({
        ...transport,
        close: () => {
          happened.push(`${address}: close`);
          return Promise.resolve();
        },
      });
    },
    log,
    timeline: new Timeline(() => performance.now()),
    record: new RunRecord(),
    startedAt: NOW,
    newToken: 'etcd-0',
    now: () => NOW,
    random: () => 0,
    maskSecret: () => undefined,
    uploadBackup: () => Promise.resolve(undefined),
    beforeLock: () => happened.push('before the lock'),
    signal,
  };
  return { context, happened, lines: log.lines };
}
