import { Document, visit, type SchemaOptions, type ToStringOptions } from 'yaml';
import { resolvePlain } from './yaml-scalars.ts';

/** Lines are not folded: each value stays on the line of its name. */
const ON_ONE_LINE: ToStringOptions = { lineWidth: 0 };

/**
 * Has the bare words of a document stand for what Kubernetes' programs take them for. Keys stay what was written.
 * @param document read by the core schema or by YAML 1.1; it is changed.
 */
export function readAsKubernetes(document: Document | Document.Parsed): void {
  visit(document, {
    Scalar: (position, node) => {
      if (position === 'key' || node.type !== 'PLAIN' || node.tag !== undefined) return;
      const value = resolvePlain(node.source ?? '');
      node.value = typeof value === 'symbol' ? '<<' : value;
    },
  });
}

/** Without the tag that writes a string `<<` bare, as if it were to merge. */
const WITHOUT_MERGE: SchemaOptions = {
  customTags: (tags) =>
    tags.filter((tag) => (typeof tag === 'string' ? tag !== 'merge' : tag.tag !== 'tag:yaml.org,2002:merge')),
};

/**
 * Writes YAML for Kubernetes' programs. Their parser (sigs.k8s.io/yaml on go-yaml v2) reads bare words by rules of its own:
 * a string that it would take for something else, such as `yes` or `0o17`, is quoted.
 * @param value plain data.
 */
export function toKubernetesYaml(value: unknown): string {
  const document = new Document(value, { version: '1.1', ...WITHOUT_MERGE });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value !== 'string' || node.value.includes('\n')) return;
      if (typeof resolvePlain(node.value) !== 'string') node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString(ON_ONE_LINE);
}
