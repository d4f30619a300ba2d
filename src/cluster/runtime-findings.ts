import type { Finding } from '../findings.ts';
import { printable } from '../text/printable.ts';
import { knownReason, type Reason } from '../hosts/explain-unknown.ts';
import type { DisabledPlugins, HostFacts, PluginsOff } from '../facts/host.ts';

type RuntimeFinding = Omit<Finding, 'host' | 'at'>;

/** The longest entry of containerd's configuration that a message quotes in full. */
const MOST_ENTRY = 300;

/**
 * Reports why a host has no usable container runtime: none, several, one in /etc/crictl.yaml that does not exist, or
 * one that did not report its cgroup driver; the last with its words, and if containerd runs without its CRI, with the
 * setting that disables it. At most one finding.
 * @param words the runtime's words, if its discovery has none.
 */
export function unusableRuntime(
  { runtime: { runtime, sockets, absent, asked, problem = '', pluginsOff }, crictlPath }: HostFacts,
  words: string | undefined,
): RuntimeFinding[] {
  if (runtime !== undefined || crictlPath === undefined) return [];
  if (absent !== undefined) return [notThere(absent, sockets)];
  const endpoint = asked ?? sockets[0];
  if (endpoint === undefined) {
    return [
      {
        code: 'container-runtime-unclear',
        fact: 'no container runtime answers: none of the CRI sockets of containerd, CRI-O and cri-dockerd exists.',
        cause: 'The runtime is not installed or not running.',
        fix: 'Install and start one, for example `systemctl enable --now containerd`.',
      },
    ];
  }
  if (asked === undefined && sockets.length > 1) {
    return [
      {
        code: 'container-runtime-unclear',
        fact: `there are several container runtimes: ${sockets.join(', ')}.`,
        cause: 'More than one is installed, and no configuration says which one kubelet must use.',
        fix: 'Name it in /etc/crictl.yaml: `runtime-endpoint: unix:///run/containerd/containerd.sock`.',
      },
    ];
  }
  const said = problem === '' ? (words ?? '') : problem;
  if (/unknown service/.test(said)) return [withoutCri(endpoint, said, pluginsOff)];
  return [
    {
      code: 'cgroup-driver-unknown',
      fact: `the container runtime at ${endpoint} did not report its cgroup driver to crictl (${said === '' ? 'no answer' : said}).`,
      ...whySilent(said),
    },
  ];
}

function notThere(endpoint: string, sockets: readonly string[]): RuntimeFinding {
  const others = sockets.length === 0 ? 'No other runtime has one either' : `There is ${sockets.join(', ')}`;
  return {
    code: 'container-runtime-unclear',
    fact: `/etc/crictl.yaml names ${endpoint} as the container runtime, but there is no such socket. ${others}.`,
    cause: 'That runtime is stopped, or the file is left over from a replaced runtime.',
    fix: 'Start that runtime (`systemctl enable --now crio`, or containerd), or name the runtime of kubelet in /etc/crictl.yaml, and run again.',
  };
}

/** The socket answers, and it does not serve the CRI. */
function withoutCri(endpoint: string, said: string, off: PluginsOff | undefined): RuntimeFinding {
  const [config, unreadable] = [off?.config ?? '/etc/containerd/config.toml', off?.unreadable ?? []];
  const entries = (off?.entries ?? []).filter(({ plugins }) => plugins.some(isOfCri));
  if (entries.length > 0) {
    const isOne = entries.length === 1 && entries.every(({ firstLine, lastLine }) => firstLine === lastLine);
    return {
      code: 'cri-plugin-disabled',
      fact: `containerd runs without its CRI plugin, which kubelet needs: ${entries.map(placeOf).join(' and ')} ${isOne ? 'disables' : 'disable'} it.`,
      cause: "Docker's package of containerd (containerd.io) disables it, because Docker does not need it.",
      fix: `${entries.map(changeOf).join(' ')} Then run \`systemctl restart containerd\` on the host, and run again: \`crictl info\` shows whether it answers.`,
    };
  }
  const fact = `the container runtime at ${endpoint} runs without the CRI, which kubelet needs (${said}).`;
  if (unreadable.length > 0) {
    return {
      code: 'cri-plugin-disabled',
      fact,
      cause: `Usually containerd's configuration disables the plugin, and ${unreadable.map((path) => printable(path, 200)).join(', ')} could not be read.`,
      fix: 'Look for `disabled_plugins` there, remove `"cri"` from it, run `systemctl restart containerd` on the host, and run again.',
    };
  }
  return {
    code: 'cri-plugin-disabled',
    fact,
    cause: `Nothing in ${printable(config, 200)} disables the plugin: it did not load, or containerd is older than 1.6.`,
    fix: 'Run `ctr plugins ls | grep cri` and `journalctl -b -u containerd | grep cri` on the host, fix the error, run `systemctl restart containerd`, and run again.',
  };
}

/**
 * Matches the name in containerd's first configuration version, or a plugin's whole id: `io.containerd.grpc.v1.cri`.
 */
function isOfCri(plugin: string): boolean {
  return /(?:^|\.)cri(?:\.|$)/.test(plugin);
}

function placeOf({ path, firstLine, lastLine }: DisabledPlugins): string {
  const lines = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`;
  return `${lines} of ${printable(path, 200)}`;
}

function changeOf(entry: DisabledPlugins): string {
  const others = entry.plugins.filter((plugin) => !isOfCri(plugin)).map((plugin) => `"${printable(plugin)}"`);
  const text = `disabled_plugins = [${others.join(', ')}]`;
  return text.length > MOST_ENTRY
    ? `Remove every plugin with "cri" in its name from ${placeOf(entry)}.`
    : `Make ${placeOf(entry)} \`${text}\`.`;
}

function whySilent(said: string): Reason {
  if (/\bUnimplemented\b|unknown method/.test(said)) {
    return {
      cause: 'The release does not report it (CRI-O before 1.28).',
      fix: 'Install a newer release of the runtime, and run again.',
    };
  }
  if (/connection refused|connect: no such file/.test(said)) {
    return {
      cause: 'The socket exists, but the runtime does not listen on it: it is stopped or restarting.',
      fix: 'Start it (`systemctl enable --now containerd`, or crio), try `crictl info`, and run again.',
    };
  }
  if (/DeadlineExceeded|deadline exceeded|did not end within/.test(said)) {
    return {
      cause: 'The runtime is overloaded or hangs.',
      fix: 'Try `crictl info` on the host, look at `journalctl -u containerd` (or crio), and run again once it answers.',
    };
  }
  return knownReason(said) ?? { fix: 'Run `crictl info` on the host as root and fix the error.' };
}
