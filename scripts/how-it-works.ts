/** Colours of the picture in README.md. */
interface Palette {
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly panel: string;
  readonly box: string;
  readonly accent: string;
  readonly onAccent: string;
}

const PALETTES = {
  light: {
    ink: '#1f2328',
    faint: '#59636e',
    line: '#d1d9e0',
    panel: '#f6f8fa',
    box: '#ffffff',
    accent: '#0969da',
    onAccent: '#ffffff',
  },
  dark: {
    ink: '#f0f6fc',
    faint: '#9198a1',
    line: '#3d444d',
    panel: '#151b23',
    box: '#0d1117',
    accent: '#4493f8',
    onAccent: '#0d1117',
  },
} satisfies Record<string, Palette>;

/** A colour scheme as browsers name them. */
export type Scheme = keyof typeof PALETTES;

export const SCHEMES = Object.keys(PALETTES) as Scheme[];

/** What the action is, as the picture in README.md: SVG that needs no font, script or file besides. */
export function howItWorks(scheme: Scheme): string {
  const colours: Palette = PALETTES[scheme];
  const hosts = ['infra0', 'infra1', 'infra2'];
  const parts = [
    runner(colours),
    ...hosts.flatMap((_, index) => connection(colours, index)),
    ...hosts.map((name, index) => host(colours, name, index)),
    peers(colours),
    controlPlane(colours),
  ];
  const description =
    'A workflow run observes three hosts over one SSH connection each, decides, acts and verifies. On each host kubelet runs ' +
    'etcd as a static pod; the members talk to each other, and API servers to the members.';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${description}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="14">
${parts.join('\n')}
</svg>
`;
}

const WIDTH = 880;
const HEIGHT = 330;
const HOST = { x: 452, width: 208, height: 88, gap: 21 };

function hostTop(index: number): number {
  return 12 + index * (HOST.height + HOST.gap);
}

function runner({ ink, faint, line, panel, accent, onAccent }: Palette): string {
  const stages = [
    ['observe', 'one read-only look at every host'],
    ['decide', 'a plan, or a refusal with all findings'],
    ['act', 'one member at a time'],
    ['verify', 'the whole cluster is healthy'],
  ];
  const chips = stages.map(([name = '', what = ''], index) => {
    const y = 78 + index * 46;
    return [
      `<rect x="32" y="${y}" width="76" height="28" rx="14" fill="${accent}"/>`,
      text(70, y + 19, name, { fill: onAccent, anchor: 'middle', bold: true }),
      text(120, y + 19, what, { fill: faint, size: 13 }),
      ...(index === 0
        ? []
        : [`<path d="M70 ${y - 18}v15m-4 -5l4 5l4 -5" fill="none" stroke="${accent}" stroke-width="1.5"/>`]),
    ].join('');
  });
  return [
    `<rect x="12" y="12" width="352" height="306" rx="10" fill="${panel}" stroke="${line}"/>`,
    text(32, 42, 'workflow run', { fill: ink, bold: true, size: 16 }),
    text(32, 62, 'org/etcd-ha-action@v1', { fill: faint, size: 13, code: true }),
    ...chips,
    `<path d="M32 270h312" stroke="${line}"/>`,
    text(32, 292, 'Certificates are made in memory.', { fill: faint, size: 13 }),
    text(32, 310, 'Out come outputs, a summary, a report.', { fill: faint, size: 13 }),
  ].join('');
}

function connection({ faint, accent }: Palette, index: number): string[] {
  const y = hostTop(index) + HOST.height / 2;
  const label = index === 0 ? [text(408, y - 10, 'SSH', { fill: faint, anchor: 'middle', size: 13 })] : [];
  return [
    ...label,
    `<path d="M364 ${y}h${HOST.x - 364 - 4}m-7 -4l7 4l-7 4" fill="none" stroke="${accent}" stroke-width="2"/>`,
  ];
}

function host({ ink, faint, line, panel, box }: Palette, name: string, index: number): string {
  const { x, width, height } = HOST;
  const y = hostTop(index);
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="${panel}" stroke="${line}"/>`,
    text(x + 16, y + 26, name, { fill: ink, bold: true }),
    text(x + 16, y + 52, 'kubelet', { fill: faint, size: 13 }),
    text(x + 16, y + 70, 'kubeadm', { fill: faint, size: 13 }),
    `<path d="M${x + 80} ${y + 48}h18m-6 -4l6 4l-6 4" fill="none" stroke="${faint}" stroke-width="1.5"/>`,
    `<rect x="${x + 104}" y="${y + 16}" width="88" height="56" rx="6" fill="${box}" stroke="${line}"/>`,
    text(x + 148, y + 40, 'etcd', { fill: ink, anchor: 'middle', bold: true }),
    text(x + 148, y + 59, 'static pod', { fill: faint, anchor: 'middle', size: 12 }),
  ].join('');
}

function peers({ faint }: Palette): string {
  const x = HOST.x + 148;
  const between = [0, 1].map(
    (index) =>
      `<path d="M${x} ${hostTop(index) + 72}V${hostTop(index + 1) + 16}" stroke="${faint}" stroke-width="1.5" stroke-dasharray="3 3"/>`,
  );
  return [...between, text(x + 10, hostTop(1) - 6, 'peers', { fill: faint, size: 12 })].join('');
}

function controlPlane({ ink, faint, line, panel }: Palette): string {
  const middle = hostTop(1) + HOST.height / 2;
  const lines = [0, 1, 2].map((index) => {
    const y = hostTop(index) + HOST.height / 2;
    return `<path d="M738 ${middle}C706 ${middle} 706 ${y} ${HOST.x + HOST.width + 4} ${y}m7 -4l-7 4l7 4" fill="none" stroke="${faint}" stroke-width="1.5"/>`;
  });
  return [
    ...lines,
    `<rect x="738" y="${middle - 44}" width="130" height="88" rx="10" fill="${panel}" stroke="${line}"/>`,
    text(803, middle - 12, 'control plane', { fill: ink, anchor: 'middle', bold: true }),
    text(803, middle + 8, 'API servers', { fill: faint, anchor: 'middle', size: 13 }),
    text(803, middle + 26, 'kubeadm init', { fill: faint, anchor: 'middle', size: 13, code: true }),
  ].join('');
}

interface TextStyle {
  readonly fill: string;
  readonly anchor?: 'middle';
  readonly bold?: boolean;
  readonly size?: number;
  readonly code?: boolean;
}

function text(x: number, y: number, words: string, { fill, anchor, bold, size, code }: TextStyle): string {
  const more = [
    ...(anchor === undefined ? [] : [`text-anchor="${anchor}"`]),
    ...(bold === true ? ['font-weight="600"'] : []),
    ...(size === undefined ? [] : [`font-size="${size}"`]),
    ...(code === true ? ['font-family="ui-monospace, monospace"'] : []),
  ];
  return `<text x="${x}" y="${y}" fill="${fill}"${more.map((attribute) => ` ${attribute}`).join('')}>${words}</text>`;
}
