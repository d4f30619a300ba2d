/** An element of an XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads the part of XML 1.0 that a report uses, strictly.
 * @throws Error if it is not well-formed.
 */
export function parseXml(xml: string): Element {
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(xml))
    throw new Error('No XML character');
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!xml.startsWith(declaration)) throw new Error('No declaration');
  const document: Element = { name: '', attributes: {}, children: [], text: '' };
  const open: Element[] = [document];
  for (const part of xml.slice(declaration.length).split(/(<[^<>]*>)/)) {
    const [top] = open.slice(-1);
    if (top === undefined) throw new Error(`Nothing is open at ${part}`);
    if (!part.startsWith('<')) top.text += decoded(part);
    else if (part.startsWith('</')) {
      if (part !== `</${top.name}>` || open.length === 1) throw new Error(`${part} closes ${top.name}`);
      open.pop();
    } else {
      const element = elementOf(part);
      top.children.push(element);
      if (!part.endsWith('/>')) open.push(element);
    }
  }
  const [root, ...others] = document.children;
  if (open.length !== 1 || root === undefined || others.length > 0) throw new Error('Not one element');
  return root;
}

function elementOf(tag: string): Element {
  const [, name, list] = /^<([a-z-]+)((?: [A-Za-z0-9-]+="[^"<]*")*)\/?>$/.exec(tag) ?? [];
  if (name === undefined || list === undefined) throw new Error(`No tag: ${tag}`);
  const pairs = [...list.matchAll(/ ([A-Za-z0-9-]+)="([^"]*)"/g)].map(
    ([, key = '', value = '']): [string, string] => [key, decoded(value)],
  );
  const attributes = Object.fromEntries(pairs);
  if (Object.keys(attributes).length !== pairs.length) throw new Error(`An attribute twice: ${tag}`);
  return { name, attributes, children: [], text: '' };
}

function decoded(value: string): string {
  return value.replaceAll(/&([^;&]*;)?/g, (reference, body: string | undefined) => {
    const name = body?.slice(0, -1) ?? '';
    const character = /^#\d+$/.test(name) ? String.fromCodePoint(Number(name.slice(1))) : ENTITIES[name];
    if (character === undefined) throw new Error(`No reference: ${reference}`);
    return character;
  });
}
