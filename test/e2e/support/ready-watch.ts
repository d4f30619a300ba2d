import type { Lab } from '../../../lab/client.ts';

/** Prints every 100 ms whether etcd's /readyz answers 200, until it is stopped; forks only `sleep`. */
const WATCH = `
rm -f /run/ready-watch.stop
while [ ! -e /run/ready-watch.stop ]; do
  line=
  if { exec 3<> /dev/tcp/127.0.0.1/2381; } 2> /dev/null; then
    printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3
    read -r -t 1 line <&3 || true
    exec 3>&-
  fi
  case $line in *' 200 '*) state=up ;; *) state=down ;; esac
  echo "\${EPOCHREALTIME/./} $state"
  sleep 0.1
done
rm -f /run/ready-watch.stop
`;

/** Measures the downtime of each host's member. */
export class ReadyWatch {
  readonly #lab: Lab;
  readonly #watching: Promise<string[]>;

  /** Starts to watch at once. */
  constructor(lab: Lab) {
    this.#lab = lab;
    this.#watching = Promise.all(lab.hosts.map(({ name }) => lab.sh(name, WATCH)));
    // Avoid an unhandled rejection before stop() awaits it.
    this.#watching.catch(() => undefined);
  }

  /** Ends the watch and returns the longest downtime of each host's member, in milliseconds. */
  async stop(): Promise<Record<string, number>> {
    const outputs = await this.#end();
    return Object.fromEntries(
      this.#lab.hosts.map(({ name }, index) => [name, longestAwayMs(outputs[index] ?? '')]),
    );
  }

  /** Ends the watch and returns the largest number of members that were down at the same time. */
  async mostAway(): Promise<number> {
    return mostAwayAtOnce(await this.#end());
  }

  async #end(): Promise<string[]> {
    await Promise.all(this.#lab.hosts.map(({ name }) => this.#lab.sh(name, 'touch /run/ready-watch.stop')));
    return this.#watching;
  }
}

/** A member is down from its first missed answer to its last; only observations count. */
function mostAwayAtOnce(outputs: readonly string[]): number {
  const stretches = outputs.flatMap(stretchesAway);
  return Math.max(
    0,
    ...stretches.map(
      ({ from }) => stretches.filter((other) => other.from <= from && from <= other.to).length,
    ),
  );
}

function stretchesAway(output: string): { readonly from: number; readonly to: number }[] {
  const stretches: { from: number; to: number }[] = [];
  let away: { from: number; to: number } | undefined;
  for (const line of output.trim().split('\n')) {
    const [microseconds = '', state] = line.split(' ');
    const at = Number(microseconds);
    if (state === 'up') away = undefined;
    else if (away === undefined) stretches.push((away = { from: at, to: at }));
    else away.to = at;
  }
  return stretches;
}

/** Counts from the last answer before a stretch without any to the first after it. */
function longestAwayMs(output: string): number {
  let longest = 0;
  let lastUp: number | undefined;
  let away = false;
  let last = 0;
  for (const line of output.trim().split('\n')) {
    const [microseconds = '', state] = line.split(' ');
    last = Number(microseconds) / 1000;
    if (state === 'up') {
      if (away && lastUp !== undefined) longest = Math.max(longest, last - lastUp);
      lastUp = last;
    }
    away = state !== 'up';
  }
  return away && lastUp !== undefined ? Math.max(longest, last - lastUp) : longest;
}
