/** One line of a text in Prometheus' format. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Reads Prometheus text format 0.0.4 strictly: HELP and TYPE once before each metric, its series together, no
 * duplicates, a final end of line.
 * @throws Error if it is malformed.
 */
export function parseExposition(text: string): Series[] {
  if (!text.endsWith('\n') || /\r$/m.test(text)) throw new Error('Line ends');
  const series: Series[] = [];
  const metrics = new Set<string>();
  const keys = new Set<string>();
  let expected: 'HELP' | 'TYPE' | 'sample' = 'HELP';
  let metric = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) ([a-z][a-z0-9_]*) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP' && (expected === 'HELP' || series.at(-1)?.name === metric) && !metrics.has(name)) {
      if (/\\(?![\\n])/.test(rest)) throw new Error(line);
      metrics.add(name);
      metric = name;
      expected = 'TYPE';
    } else if (kind === 'TYPE' && expected === 'TYPE' && name === metric && rest === 'gauge') {
      expected = 'sample';
    } else if (kind === undefined && expected === 'sample') {
      const sample = sampleOf(line);
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted()]);
      if (sample.name !== metric || keys.has(key)) throw new Error(`Not here, or twice: ${line}`);
      keys.add(key);
      series.push(sample);
    } else throw new Error(`Not expected: ${line}`);
  }
  return series;
}

function sampleOf(line: string): Series {
  const label = String.raw`[a-z_]+="(?:[^"\\]|\\[\\"n])*"`;
  const [, name, list, value] =
    new RegExp(`^([a-z][a-z0-9_]*)\\{(${label}(?:,${label})*)\\} (-?[0-9.e+-]+)$`).exec(line) ?? [];
  if (name === undefined || list === undefined || !Number.isFinite(Number(value)))
    throw new Error(`No sample: ${line}`);
  const pairs = [...list.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(
    ([, key = '', text = '']): [string, string] => [
      key,
      text.replaceAll(/\\(.)/g, (_all, character: string) => (character === 'n' ? '\n' : character)),
    ],
  );
  const labels = Object.fromEntries(pairs);
  if (Object.keys(labels).length !== pairs.length) throw new Error(`A label twice: ${line}`);
  return { name, labels, value: Number(value) };
}
