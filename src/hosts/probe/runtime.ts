import type {
  ContainerFact,
  DisabledPlugins,
  HostFacts,
  PluginsOff,
  RuntimeDiscovery,
  Unseen,
} from '../../facts/host.ts';
import { type Fields, fieldsIn, fieldsOf, numberIn, textIn, textsIn } from '../../text/json-fields.ts';
import { printable } from '../../text/printable.ts';
import { programAnswer, type ProgramAnswer, type Sections, withWords } from './sections.ts';

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
const PLUGINS_OFF = `
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
function parsePluginsOff(sections: Sections, name: string): PluginsOff | undefined {
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

/** CRI sockets in the order of kubeadm's own list (cmd/kubeadm/app/constants/constants_unix.go). */
const CRI_SOCKETS = ['/run/containerd/containerd.sock', '/run/crio/crio.sock', '/run/cri-dockerd.sock'];

/** Seconds until a crictl that hangs is killed; its own time limit does not hold for everything that it does. */
export const CRI_SECONDS = 12;
/** Seconds for the two calls that the cgroup driver may take. */
const RUNTIME_SECONDS = 18;

/**
 * `cri ARGUMENT…` asks the runtime at `endpoint`; crictl's own time limit holds for each of its calls
 * (pkg/remote_runtime.go in k8s.io/cri-client). Its standard error is never part of its answer: since 1.31 crictl warns there
 * in every call where /etc/crictl.yaml is missing, as its package leaves it. Sets `sockets` to those that are there, `configured` to
 * the endpoint that /etc/crictl.yaml names (CRI-O's package brings one), and `endpoint` to the one to ask: another than the
 * configured one is not asked, for it may be of a runtime that kubelet does not use.
 */
export const FIND_RUNTIME = `
find_endpoint() {
  local line pattern='^ *"?runtime-endpoint"?: *["'\\'']?([^"'\\'' #]+)'
  for socket in ${CRI_SOCKETS.map((path) => `'${path}'`).join(' ')}; do
    if [ -S "$socket" ]; then sockets+=("$socket"); fi
  done
  if [ -r /etc/crictl.yaml ]; then
    while [ -z "$configured" ] && IFS= read -r line; do
      if [[ $line =~ $pattern ]]; then configured=\${BASH_REMATCH[1]}; fi
    done < /etc/crictl.yaml
  fi
  if [ -n "$configured" ]; then
    configured=unix://\${configured#unix://}
    if [ -S "\${configured#unix://}" ]; then endpoint=$configured; fi
  elif [ "\${#sockets[@]}" = 1 ]; then endpoint=unix://\${sockets[0]}
  fi
}
cri() {
  if [ -z "$endpoint" ]; then
    if [ -n "$configured" ]; then echo "there is no socket at $configured, which /etc/crictl.yaml names"
    elif [ "\${#sockets[@]}" = 0 ]; then echo 'there is no CRI socket to ask'
    else echo 'there are several CRI sockets, and nothing says which one to ask'
    fi >&2
    return 1
  fi
  crictl --timeout 10s --runtime-endpoint "$endpoint" --image-endpoint "$endpoint" "$@"
}
endpoint= configured= sockets=()
find_endpoint
`;

/** Begins to ask for the containers of etcd's static pod. */
export const BEGIN_CONTAINERS = `begin_program cri.containers ${CRI_SECONDS} cri ps -a -o json --name '^etcd$'`;

/** Begins to ask for what no run changes: the runtime's configuration, and its images. */
export const BEGIN_RUNTIME = `${PLUGINS_OFF}
runtime_says() {
  local answer code
  answer=$(cri runtime-config | head -c 65536; exit "\${PIPESTATUS[0]}")
  code=$?
  printf '%s\\n' "$answer"
  case $answer in
    *river*SYSTEMD* | *river*CGROUPFS*) ;;
    *) # containerd before 2.0 shows it there
      section cri.info
      if cri info; then return "$code"; fi
      case $endpoint in *containerd*) section cri.plugins-off; plugins_off 2> /dev/null ;; esac ;;
  esac
  return "$code"
}
# The CRI does not tell it; the daemons' own configuration does (containerd 1 and 2, CRI-O).
sandbox_image() {
  case $endpoint in
    *containerd*) containerd config dump | sed -n 's/^ *sandbox\\(_image\\)\\{0,1\\} *= *.\\(.*\\).$/\\2/p' ;;
    *crio*) crio config | sed -n 's/^#\\{0,1\\} *pause_image *= *"\\([^"]*\\)".*/\\1/p' ;;
  esac | head -n 1
}
begin_program cri.images ${CRI_SECONDS} cri images -o json
begin_program cri.runtime-config ${RUNTIME_SECONDS} runtime_says
if [ "$ask_sandbox" = yes ]; then begin_program cri.sandbox 10 sandbox_image; fi
`;

/** A part of the facts, or why it could not be seen. */
export type Seen<T> = { readonly seen: T } | { readonly unseen: Unseen };

/**
 * The cgroup driver from the CRI's RuntimeConfig (KEP-4033); containerd before 2.0 does not answer that, but shows
 * its configuration. Where no runtime is to be asked, that is seen.
 */
export function parseRuntime(sections: Sections): { runtime: RuntimeDiscovery; unseen: Unseen[] } {
  const get = (name: string): string => sections.get(name)?.trim() ?? '';
  const sockets = get('cri.sockets')
    .split('\n')
    .filter((line) => line !== '');
  const endpoint = get('cri.endpoint');
  if (endpoint === '') {
    const absent = get('cri.configured');
    return { runtime: absent === '' ? { sockets } : { sockets, absent: printable(absent) }, unseen: [] };
  }
  const { text, words, failure } = programAnswer(sections, 'cri.runtime-config');
  const answered = /"?cgroup[_ ]?driver"?: *"?(SYSTEMD|CGROUPFS)/i.exec(text)?.[1]?.toLowerCase();
  const configured = /"systemdCgroup": *(true|false)/i.exec(get('cri.info'))?.[1];
  const driver =
    answered ?? (configured === undefined ? undefined : configured === 'true' ? 'systemd' : 'cgroupfs');
  if (driver === 'systemd' || driver === 'cgroupfs') {
    return { runtime: { sockets, runtime: { endpoint, cgroupDriver: driver } }, unseen: [] };
  }
  const said = printable(text);
  const problem = withWords(failure ?? withWords('it named no cgroup driver', words), said);
  const pluginsOff = parsePluginsOff(sections, 'cri.plugins-off');
  return {
    runtime: { sockets, asked: endpoint, problem, ...(pluginsOff === undefined ? {} : { pluginsOff }) },
    unseen: [{ what: 'runtime', program: 'crictl runtime-config', words: problem }],
  };
}

/** `crictl images -o json`: `{"images":[{"id":"sha256:…","repoTags":[…],"repoDigests":[…]}]}`; CRI-O's ids are bare. */
export function parseImages(sections: Sections): Seen<Pick<HostFacts, 'images' | 'imageIds'>> {
  const answer = programAnswer(sections, 'cri.images');
  const listed = listIn(answer, 'images');
  const imageIds = listed?.flatMap((image) => {
    const { id, repoTags, repoDigests } = image;
    if (textIn(id) === '') return [undefined];
    return [...textsIn(repoTags), ...textsIn(repoDigests)].map(
      (reference) => [reference, `sha256:${textIn(id).replace(/^sha256:/, '')}`] as const,
    );
  });
  const known = wholly(imageIds);
  if (known === undefined) return { unseen: unreadable(answer, 'images', 'crictl images') };
  return { seen: { images: [...new Map(known).keys()], imageIds: new Map(known) } };
}

/** `crictl ps -a -o json`, the newest first. @param name of the section that holds it. */
export function parseContainers(sections: Sections, name: string): Seen<readonly ContainerFact[]> {
  const answer = programAnswer(sections, name);
  const listed = listIn(answer, 'containers');
  const containers = wholly(listed?.map(containerIn));
  if (containers === undefined) return { unseen: unreadable(answer, 'containers', 'crictl ps') };
  const lost = listed?.find(({ state }) => state === 'CONTAINER_UNKNOWN');
  // one that runs is enough to know; without any, the runtime itself may have lost sight of the one that does
  if (lost !== undefined && !containers.some(({ running }) => running)) {
    const words = `the runtime does not know the state of the container ${printable(textIn(lost['id']), 64)}`;
    return { unseen: { what: 'containers', program: 'crictl ps', words } };
  }
  return { seen: containers };
}

function containerIn({ id, state, image, metadata }: Fields): ContainerFact | undefined {
  const { userSpecifiedImage, image: resolved } = fieldsIn(image);
  if (textIn(id) === '' || !/^CONTAINER_[A-Z]+$/.test(textIn(state))) return undefined;
  return {
    id: textIn(id),
    running: state === 'CONTAINER_RUNNING',
    image: textIn(userSpecifiedImage) || textIn(resolved),
    attempt: numberIn(fieldsIn(metadata)['attempt']) ?? 0,
  };
}

/** The list of that name in a program's JSON; undefined where the program failed or its answer has no such list. */
function listIn({ text, failure }: ProgramAnswer, field: string): Fields[] | undefined {
  const list = failure === undefined ? fieldsOf(text)?.[field] : undefined;
  return Array.isArray(list) ? list.map(fieldsIn) : undefined;
}

/** The list without gaps; undefined where an entry of it could not be read. */
function wholly<T>(list: readonly (T | undefined)[] | undefined): T[] | undefined {
  const known = list?.filter((entry) => entry !== undefined);
  return known?.length === list?.length ? known : undefined;
}

function unreadable({ text, words, failure }: ProgramAnswer, what: Unseen['what'], program: string): Unseen {
  const problem = withWords('its answer is not the JSON that was asked for', words);
  const said = failure === undefined ? printable(text, 100) : '';
  return { what, program, words: failure ?? withWords(problem, said) };
}
