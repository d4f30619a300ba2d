import type { DisabledPlugins, PluginsOff } from '../../cluster/host-facts.ts';
import type { Sections } from './sections.ts';

/** containerd's own default, where its unit names no other. */
const CONFIG = '/etc/containerd/config.toml';

/** Before the path of each file that was looked at. */
const FILE = 'file ';
/** In place of an entry, where the file is there and root cannot read it. */
const UNREADABLE = 'unreadable';

/**
 * `plugins_off` prints what switches plugins of containerd off: the file that its unit starts it with, and of that file and those
 * that it imports each entry `disabled_plugins`, as the number of its last line and its lines. An entry stands before the first table
 * of its file.
 */
export const PLUGINS_OFF = `
plugins_off() {
  local config=${CONFIG} unit file files=()
  unit=$(systemctl show containerd -p ExecStart --value)
  if [[ $unit =~ [[:space:]]--?c(onfig)?[=[:space:]]([^[:space:]\\;]+) ]]; then config=\${BASH_REMATCH[2]}; fi
  mapfile -t files < <(containerd --config "$config" config dump | sed -n '/^imports *=/{s/[^"'\\'']*["'\\'']\\([^"'\\'']*\\)["'\\''][^"'\\'']*/\\1\\n/g;s/\\n$//p}')
  for file in "$config" "\${files[@]}"; do
    printf '${FILE}%s\\n' "$file"
    if [ ! -f "$file" ] || [ ! -r "$file" ]; then
      if [ -e "$file" ]; then echo ${UNREADABLE}; fi
      continue
    fi
    sed -n '/^[[:space:]]*\\[/q; /^[[:space:]]*disabled_plugins[[:space:]]*=/{:more;s/#.*$//;/\\]/!{N;b more};=;p;q}' "$file"
  done | head -c 16384
}
`;

/** What {@link PLUGINS_OFF} has printed; undefined where it was not asked. */
export function parsePluginsOff(sections: Sections, name: string): PluginsOff | undefined {
  const text = sections.get(name);
  if (text === undefined) return undefined;
  const [, ...files] = `\n${text}`.split(`\n${FILE}`);
  const [config = CONFIG] = files.map((file) => file.split('\n', 1)[0] ?? '');
  const unreadable = files.flatMap((file) => {
    const [path = '', ...lines] = file.split('\n');
    return lines.includes(UNREADABLE) ? [path] : [];
  });
  const entries = new Map(files.flatMap(entryIn).map((entry) => [entry.path, entry] as const));
  return { config, unreadable: [...new Set(unreadable)], entries: [...entries.values()] };
}

function entryIn(file: string): DisabledPlugins[] {
  const found = /^(.*)\n(\d+)\n([^]*)$/.exec(file.trimEnd());
  if (found === null) return [];
  const [, path = '', end = '', text = ''] = found;
  const lines = text.split('\n');
  const lastLine = Number(end);
  const plugins = [...text.matchAll(/"([^"]*)"|'([^']*)'/g)];
  return [
    {
      path,
      firstLine: lastLine - lines.length + 1,
      lastLine,
      plugins: plugins.map(([, double, single]) => double ?? single ?? ''),
    },
  ];
}
