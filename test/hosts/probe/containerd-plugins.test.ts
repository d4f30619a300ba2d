import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PluginsOff } from '../../../src/facts/host.ts';
import { ScratchHost } from './scratch-host.ts';

/*
 * The answer of a containerd without its CRI, and its configuration as read by the probe. containerd itself resolves
 * the imports: the output of `config dump` is of containerd 2.2.9 and 1.7.24.
 */
const NO_CRI = `echo 'time="2026-11-30T06:40:00Z" level=fatal msg="validate service connection: validate CRI v1 runtime API for endpoint \\"unix:///run/containerd/containerd.sock\\": rpc error: code = Unimplemented desc = unknown service runtime.v1.RuntimeService"' >&2; exit 1`;
const CONFIG = '/etc/containerd/config.toml';

let host: ScratchHost;
beforeEach(async () => {
  host = await ScratchHost.start();
  host.program('crictl', NO_CRI);
});
afterEach(() => host.end());

/** Simulates a containerd that has read these files; its own settings are not read. */
function dumps(...files: string[]): void {
  const list = files.map((file) => `'${host.path(file)}'`).join(', ');
  host.program(
    'containerd',
    `echo 'level=warning msg="deprecated"' >&2\ncat << 'END'\nversion = 3\ndisabled_plugins = ['cri']\nimports = [${list}]\nEND`,
  );
}

function pluginsOff(): PluginsOff | undefined {
  const { runtime } = host.look();
  expect(runtime).toMatchObject({
    asked: 'unix:///run/containerd/containerd.sock',
    problem: expect.stringContaining('unknown service runtime.v1.RuntimeService'),
  });
  return runtime.pluginsOff;
}

const DOCKER = `#   Copyright 2018-2022 Docker Inc.\n\ndisabled_plugins = ["cri"]\n\n#root = "/var/lib/containerd"\n`;

describe('an entry', () => {
  test.each<[string, string, { first: number; last: number; plugins: string[] }]>([
    ['as the package of Docker has it', DOCKER, { first: 3, last: 3, plugins: ['cri'] }],
    [
      'with single quotes, and no space',
      "version = 3\ndisabled_plugins=['io.containerd.cri.v1.runtime']\n",
      { first: 2, last: 2, plugins: ['io.containerd.cri.v1.runtime'] },
    ],
    [
      'over several lines, with comments',
      'version = 2\n  disabled_plugins = [\n  "cri", # ["no" need]\n  "btrfs",\n]\n[plugins]\n',
      { first: 2, last: 5, plugins: ['cri', 'btrfs'] },
    ],
    ['of nothing', 'disabled_plugins = []\n', { first: 1, last: 1, plugins: [] }],
  ])('%s', (_, text, { first, last, plugins }) => {
    host.file(CONFIG, text);
    dumps(CONFIG);
    expect(pluginsOff()).toEqual({
      config: CONFIG,
      unreadable: [],
      entries: [{ path: CONFIG, firstLine: first, lastLine: last, plugins }],
    });
  });

  test.each([
    ['commented out', '#disabled_plugins = ["cri"]\n'],
    ['of a table of its own', '[proxy_plugins.x]\n  disabled_plugins = ["cri"]\n'],
    ['that has no end', 'disabled_plugins = ["cri",\n'],
  ])('%s is none', (_, text) => {
    host.file(CONFIG, text);
    dumps(CONFIG);
    expect(pluginsOff()).toEqual({ config: CONFIG, unreadable: [], entries: [] });
  });
});

test('the file that the unit names, and those that it imports', () => {
  const [own, imported] = ['/etc/kubernetes/containerd.toml', '/etc/containerd/conf.d/off.toml'];
  host.program(
    'systemctl',
    `echo "{ path=/usr/bin/containerd ; argv[]=/usr/bin/containerd --config ${host.path(own)} ; ignore_errors=no ; }"`,
  );
  host.file(own, 'imports = ["/etc/containerd/conf.d/*.toml"]\n');
  host.file(imported, 'disabled_plugins = ["cri"]\n');
  dumps(own, imported);
  expect(pluginsOff()).toEqual({
    config: own,
    unreadable: [],
    entries: [{ path: imported, firstLine: 1, lastLine: 1, plugins: ['cri'] }],
  });
});

test('a file that cannot be read is reported, and one that is not there is none', () => {
  host.program('containerd', 'exit 1');
  expect(pluginsOff()).toEqual({ config: CONFIG, unreadable: [], entries: [] });
  host.file(`${CONFIG}/of-a-folder`);
  expect(pluginsOff()).toEqual({ config: CONFIG, unreadable: [CONFIG], entries: [] });
});

test('of a runtime that answers nothing of this is asked', () => {
  host.program(
    'crictl',
    `case " $* " in *' runtime-config '*) exit 1 ;; *' info '*) echo '"systemdCgroup": true' ;; esac`,
  );
  host.file(CONFIG, DOCKER);
  expect(host.look().runtime).toEqual({
    sockets: ['/run/containerd/containerd.sock'],
    runtime: { endpoint: 'unix:///run/containerd/containerd.sock', cgroupDriver: 'systemd' },
  });
});
