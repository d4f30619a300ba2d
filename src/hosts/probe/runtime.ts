import type { Observed } from '../../etcd/health/observation.ts';
import type {
  ContainerFact,
  DisabledPlugins,
  HostFacts,
  PluginsOff,
  RuntimeDiscovery,
  MissingFact,
} from '../../facts/host.ts';
import { type Fields, fieldsIn, fieldsOf, numberIn, textIn, textsIn } from '../../text/json-fields.ts';
import { printable } from '../../text/printable.ts';
import { programAnswer, type ProgramAnswer, type Sections, withErrors } from './sections.ts';

/** containerd's default, if its unit names no other. */
const DEFAULT_CONFIG = '/etc/containerd/config.toml';

/** Precedes the path of each file that was read. */
const FILE_PREFIX = 'file ';
/** Replaces an entry if the file exists and root cannot read it. */
const UNREADABLE = 'unreadable';

/**
 * `plugins_off` prints the settings that disable plugins of containerd: the configuration file that its unit passes,
 * and from that file and those it imports each entry `disabled_plugins`, as the number of its last line and its
 * lines. An entry stands before the first table of its file.
 */
const PLUGINS_OFF = `
plugins_off() {
  local config=${DEFAULT_CONFIG} unit file files=()
  unit=$(systemctl show containerd -p ExecStart --value)
  if [[ $unit =~ [[:space:]]--?c(onfig)?[=[:space:]]([^[:space:]\\;]+) ]]; then config=\${BASH_REMATCH[2]}; fi
  mapfile -t files < <(containerd --config "$config" config dump | sed -n '/^imports *=/{s/[^"'\\'']*["'\\'']\\([^"'\\'']*\\)["'\\''][^"'\\'']*/\\1\\n/g;s/\\n$//p}')
  for file in "$config" "\${files[@]}"; do
    printf '${FILE_PREFIX}%s\\n' "$file"
    if [ ! -f "$file" ] || [ ! -r "$file" ]; then
      if [ -e "$file" ]; then echo ${UNREADABLE}; fi
      continue
    fi
    sed -n '/^[[:space:]]*\\[/q; /^[[:space:]]*disabled_plugins[[:space:]]*=/{:more;s/#.*$//;/\\]/!{N;b more};=;p;q}' "$file"
  done | head -c 16384
}
`;

/** Parses the output of {@link PLUGINS_OFF}; undefined if it did not run. */
function parsePluginsOff(sections: Sections, name: string): PluginsOff | undefined {
  const text = sections.get(name);
  if (text === undefined) return undefined;
  const [, ...files] = `\n${text}`.split(`\n${FILE_PREFIX}`);
  const [config = DEFAULT_CONFIG] = files.map((file) => file.split('\n', 1)[0] ?? '');
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

/** Seconds after which a hung crictl is killed; its own time limit does not cover all that it does. */
export const CRI_SECONDS = 12;
/** Seconds for the two calls that the cgroup driver may take. */
const RUNTIME_SECONDS = 18;

/**
 * `cri ARGUMENT…` queries the runtime at `endpoint`; crictl's own time limit applies to each of its calls
 * (pkg/remote_runtime.go in k8s.io/cri-client). Its standard error is never part of its answer: since 1.31 crictl
 * prints a warning there in every call if /etc/crictl.yaml is missing, as its package leaves it. Sets `sockets` to
 * the existing ones, `configured` to the endpoint in /etc/crictl.yaml (CRI-O's package brings one), and `endpoint` to
 * the one to query. Only the configured endpoint is used if there is one: another may belong to a runtime that
 * kubelet does not use.
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

/** Starts the query for the containers of etcd's static pod. */
export const START_CONTAINERS = `begin_program cri.containers ${CRI_SECONDS} cri ps -a -o json --name '^etcd$'`;

/** Starts the queries for the parts that no run changes: the runtime's configuration, and its images. */
export const START_RUNTIME = `${PLUGINS_OFF}
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
# The CRI does not report it; the daemons' own configuration does (containerd 1 and 2, CRI-O).
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

/**
 * Parses the cgroup driver from the CRI's RuntimeConfig (KEP-4033). containerd before 2.0 does not implement it, but
 * prints its configuration. Without a runtime to query, nothing counts as missing.
 */
export function parseRuntime(sections: Sections): { runtime: RuntimeDiscovery; unseen: MissingFact[] } {
  const get = (name: string): string => sections.get(name)?.trim() ?? '';
  const sockets = get('cri.sockets')
    .split('\n')
    .filter((line) => line !== '');
  const endpoint = get('cri.endpoint');
  if (endpoint === '') {
    const absent = get('cri.configured');
    return { runtime: absent === '' ? { sockets } : { sockets, absent: printable(absent) }, unseen: [] };
  }
  const { text, errors, failure } = programAnswer(sections, 'cri.runtime-config');
  const answered = /"?cgroup[_ ]?driver"?: *"?(SYSTEMD|CGROUPFS)/i.exec(text)?.[1]?.toLowerCase();
  const configured = /"systemdCgroup": *(true|false)/i.exec(get('cri.info'))?.[1];
  const driver =
    answered ?? (configured === undefined ? undefined : configured === 'true' ? 'systemd' : 'cgroupfs');
  if (driver === 'systemd' || driver === 'cgroupfs') {
    return { runtime: { sockets, runtime: { endpoint, cgroupDriver: driver } }, unseen: [] };
  }
  const said = printable(text);
  const problem = withErrors(failure ?? withErrors('it named no cgroup driver', errors), said);
  const pluginsOff = parsePluginsOff(sections, 'cri.plugins-off');
  return {
    runtime: { sockets, asked: endpoint, problem, ...(pluginsOff === undefined ? {} : { pluginsOff }) },
    unseen: [{ what: 'runtime', program: 'crictl runtime-config', words: problem }],
  };
}

/**
 * Parses `crictl images -o json`: `{"images":[{"id":"sha256:…","repoTags":[…],"repoDigests":[…]}]}`. CRI-O's ids have
 * no prefix.
 */
export function parseImageList(
  sections: Sections,
): Observed<Pick<HostFacts, 'images' | 'imageIds'>, MissingFact> {
  const answer = programAnswer(sections, 'cri.images');
  const listed = jsonList(answer, 'images');
  const imageIds = listed?.flatMap((image) => {
    const { id, repoTags, repoDigests } = image;
    if (textIn(id) === '') return [undefined];
    return [...textsIn(repoTags), ...textsIn(repoDigests)].map(
      (reference) => [reference, `sha256:${textIn(id).replace(/^sha256:/, '')}`] as const,
    );
  });
  const known = withoutGaps(imageIds);
  if (known === undefined) return { failure: unreadable(answer, 'images', 'crictl images') };
  return { seen: { images: [...new Map(known).keys()], imageIds: new Map(known) } };
}

/** Parses `crictl ps -a -o json`, the newest first. @param name the section that holds it. */
export function parseContainers(
  sections: Sections,
  name: string,
): Observed<readonly ContainerFact[], MissingFact> {
  const answer = programAnswer(sections, name);
  const listed = jsonList(answer, 'containers');
  const containers = withoutGaps(listed?.map(containerIn));
  if (containers === undefined) return { failure: unreadable(answer, 'containers', 'crictl ps') };
  const lost = listed?.find(({ state }) => state === 'CONTAINER_UNKNOWN');
  // A running container is enough; without one, the runtime itself may have lost track of it.
  if (lost !== undefined && !containers.some(({ running }) => running)) {
    const words = `the runtime does not know the state of the container ${printable(textIn(lost['id']), 64)}`;
    return { failure: { what: 'containers', program: 'crictl ps', words } };
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

/**
 * Returns the list under this field of a program's JSON; undefined if the program failed or there is no such list.
 */
function jsonList({ text, failure }: ProgramAnswer, field: string): Fields[] | undefined {
  const list = failure === undefined ? fieldsOf(text)?.[field] : undefined;
  return Array.isArray(list) ? list.map(fieldsIn) : undefined;
}

/** Returns the list if it has no gaps; undefined if an entry could not be read. */
function withoutGaps<T>(list: readonly (T | undefined)[] | undefined): T[] | undefined {
  const known = list?.filter((entry) => entry !== undefined);
  return known?.length === list?.length ? known : undefined;
}

function unreadable(
  { text, errors, failure }: ProgramAnswer,
  what: MissingFact['what'],
  program: string,
): MissingFact {
  const problem = withErrors('its answer is not JSON', errors);
  const said = failure === undefined ? printable(text, 100) : '';
  return { what, program, words: failure ?? withErrors(problem, said) };
}
