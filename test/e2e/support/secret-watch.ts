import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../lab/client.ts';

const FOLDER = '/run/secret-watch';

/**
 * Checks, as often as possible, whether a command line or an environment of any process of a host contains a secret.
 */
export class SecretWatch {
  readonly #lab: Lab;
  readonly #host: string;
  readonly #seen: Promise<string>;

  private constructor(lab: Lab, host: string) {
    this.#lab = lab;
    this.#host = host;
    // Its own processes know the file with the secret, not the secret.
    this.#seen = lab.sh(
      host,
      `while [ ! -e ${FOLDER}/stop ]; do
         grep -lsaF -f ${FOLDER}/secret /proc/[0-9]*/cmdline /proc/[0-9]*/environ || true
       done | sed 's#^/proc/[0-9]*/##' | sort | uniq -c`,
    );
  }

  static async start(lab: Lab, host: string, secret: string): Promise<SecretWatch> {
    const written = await lab.exec(
      host,
      `rm -rf ${FOLDER}; mkdir -m 0700 ${FOLDER}; cat > ${FOLDER}/secret`,
      {
        stdin: secret,
      },
    );
    if (written.code !== 0) throw new Error(written.stderr);
    return new SecretWatch(lab, host);
  }

  /** Returns how often each of the two contained it; empty: never. */
  async stop(): Promise<string> {
    await sleep(200);
    await this.#lab.sh(this.#host, `touch ${FOLDER}/stop`);
    return (await this.#seen).trim();
  }

  /** Returns files of the host and lines of its journal that contain the secret. */
  async placesOf(): Promise<string> {
    const places = '/etc /home /root /run /tmp /var/lib /var/log /var/tmp';
    return this.#lab.sh(
      this.#host,
      `{ grep -rlsaF -f ${FOLDER}/secret ${places} | grep -v '^${FOLDER}'; journalctl --no-pager -o cat | grep -F -f ${FOLDER}/secret; } || true`,
    );
  }
}
