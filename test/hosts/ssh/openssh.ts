/** Test support for connections by the machine's own ssh. */
import { connectOpenssh, type MasterOptions } from '../../../src/hosts/openssh/connector.ts';
import { SshClient } from '../../../src/hosts/openssh/ssh-client.ts';
import type { LinkedTransportOptions } from '../../../src/hosts/linked-transport.ts';
import type { KnownHost } from '../../../src/ssh-keys/known-hosts.ts';
import type { UsableKey } from '../../../src/ssh-keys/private-key.ts';
import { PrivateFolder } from '../../../src/runner/private-folder.ts';
import type { Transport } from '../../../src/hosts/transport.ts';
import { KeptLog } from './client.ts';
import type { TemporaryFolder } from './tools.ts';

type Options = MasterOptions & LinkedTransportOptions;

/** One run's ssh, with a private folder in that of the tests. */
export class OpensshRun {
  readonly folder: PrivateFolder;
  readonly client: SshClient;

  constructor(
    temporary: Pick<TemporaryFolder, 'path'>,
    knownHosts: readonly KnownHost[] = [],
    environment: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    this.folder = new PrivateFolder(temporary.path);
    this.client = new SshClient(this.folder, knownHosts, environment);
  }

  /** Connects to 127.0.0.1 as `ubuntu`, with pauses short enough for tests. */
  connect(
    port: number,
    { key, ...options }: Pick<Options, 'pins'> & Partial<Options> & { readonly key?: UsableKey },
  ): Promise<Transport> {
    const login = options.login ?? (key && { with: key });
    if (login === undefined) throw new Error('nothing to log in with');
    return connectOpenssh({
      name: 'infra0',
      address: '127.0.0.1',
      port,
      user: 'ubuntu',
      log: new KeptLog(),
      retryPausesMs: [20, 20],
      client: this.client,
      ...options,
      login,
    });
  }

  async end(): Promise<void> {
    await this.client.end();
    this.folder.remove();
  }
}
