/** The name of a figure in the results, and the format of its values. */
export interface Figure {
  readonly title: string;
  readonly format: (value: number) => string;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;
const count = (value: number): string => value.toFixed(0);
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const mebibytes = (kibibytes: number): string => `${(kibibytes / 1024).toFixed(0)} MiB`;

/** Figures that depend on the round trip, in the order of the results. */
export const roundTripFigures = {
  floor: { title: 'Floor', format: seconds },
  floorCpu: { title: 'Floor: processor time of the machine', format: seconds },
  deploy: { title: 'Our deploy', format: seconds },
  deployCpu: { title: 'Our deploy: processor time of the machine, post step included', format: seconds },
  rerun: { title: 'Our re-run without change', format: seconds },
  health: { title: 'Our health check', format: seconds },
  guide: { title: "The guide's own shell", format: seconds },
  ansible: { title: 'Ansible', format: seconds },
  ansibleRerun: { title: "Ansible's re-run without change", format: seconds },
  connections: { title: 'Our deploy: connections opened', format: count },
  channels: { title: 'Our deploy: SSH channels, all hosts', format: count },
  bytesSent: { title: 'Our deploy: sent', format: kilobytes },
  bytesReceived: { title: 'Our deploy: received', format: kilobytes },
  peakMemory: { title: 'Our deploy: peak memory of the runner process', format: mebibytes },
  healthConnections: { title: 'Our health check: connections opened', format: count },
} as const satisfies Record<string, Figure>;

/** Figures that depend on the size of the cluster. */
export const memberFigures = {
  floor: roundTripFigures.floor,
  deploy: roundTripFigures.deploy,
  deployCpu: roundTripFigures.deployCpu,
  peakMemory: roundTripFigures.peakMemory,
} as const satisfies Record<string, Figure>;

/** Figures of the bundle alone, with no host. */
export const startUpFigures = {
  firstInputRead: { title: 'Process start to first input read', format: milliseconds },
  refusal: { title: 'Process start to exit, refusing that there are no inputs', format: milliseconds },
  post: { title: 'Post step after a run that ended well, process start to exit', format: milliseconds },
  emptyNode: { title: '`node -e 0`, process start to exit', format: milliseconds },
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof roundTripFigures | keyof typeof startUpFigures;

/** The figures of one run. Times in milliseconds, memory in KiB. */
export type Measured = Readonly<Partial<Record<FigureName, number>>>;

/** The median of several values, and their range. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** All values of one circumstance (a round trip, a size of the cluster, or none), by figure. */
export class Samples {
  readonly #values = new Map<FigureName, number[]>();

  add(measured: Measured): void {
    for (const [name, value] of Object.entries(measured) as [FigureName, number][]) {
      this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
    }
  }

  /** Returns undefined for a figure that was not measured. */
  spread(name: FigureName): Spread | undefined {
    const sorted = (this.#values.get(name) ?? []).toSorted((one, other) => one - other);
    const [min, max] = [sorted[0], sorted.at(-1)];
    if (min === undefined || max === undefined) return undefined;
    const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? min;
    const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? max;
    return { median: (low + high) / 2, min, max };
  }

  /** Returns the median of one divided by that of the other; undefined if one was not measured. */
  ratio(of: FigureName, over: FigureName): number | undefined {
    const [dividend, divisor] = [this.spread(of), this.spread(over)];
    return dividend && divisor && dividend.median / divisor.median;
  }
}
