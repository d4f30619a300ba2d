import type { ContainerFact, HostFacts, RuntimeDiscovery, Unseen } from '../../cluster/host-facts.ts';
import { fieldsIn, fieldsOf, numberIn, textIn, textsIn, type Fields } from '../../json-fields.ts';
import { printable } from '../printable.ts';
import { parsePluginsOff } from './containerd-plugins.ts';
import { programAnswer, withWords, type ProgramAnswer, type Sections } from './sections.ts';

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
