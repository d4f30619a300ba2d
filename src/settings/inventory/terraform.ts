import { isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import { fieldsOf, type Field, type Reader } from './fields.ts';

/** Which output counts where `terraform output -json` shows several. */
const OUTPUT = 'etcd_hosts';

/** What `terraform output -json` writes of an output (internal/command/views/output.go; the same in OpenTofu). */
const OUTPUT_KEYS: readonly string[] = ['sensitive', 'type', 'value'];

/**
 * Takes the wrapping of Terraform off: `{"value": …}` of one output, or all outputs by their names. Other nodes come back
 * as they are; nothing comes back, with a finding, where it is not clear which output is meant.
 */
export function withoutWrapping(node: Node | null, reader: Reader): Node | null | undefined {
  if (!isMap(node)) return node;
  const single = valueOf(node, reader);
  if (single !== undefined) return single.value;
  const outputs = fieldsOf(node, reader).map((field) => ({ ...field, output: outputIn(field, reader) }));
  if (outputs.length === 0 || outputs.some(({ output }) => output === undefined)) return node;
  const sensitive = outputs.filter(({ key, value }) => key !== OUTPUT && isMap(value) && isSensitive(value));
  if (sensitive.length > 0) {
    reader.findings.push({
      at: sensitive[0]?.at ?? '',
      fact: `Terraform marks ${sensitive.map(({ key }) => key).join(', ')} as sensitive, and an inventory is not kept secret: the log shows it.`,
      cause: 'all outputs were passed in place of the one with the hosts.',
      fix: `pass one output alone, terraform output -json ${OUTPUT}, and replace what was shown.`,
    });
    return undefined;
  }
  const [chosen = outputs.length === 1 ? outputs[0] : undefined] = outputs.filter(
    ({ key }) => key === OUTPUT,
  );
  if (chosen !== undefined) return chosen.output?.value ?? null;
  reader.findings.push({
    at: outputs[0]?.at ?? '',
    fact: `these are ${outputs.length} outputs of Terraform (${outputs.map(({ key }) => key).join(', ')}), and none is called ${OUTPUT}.`,
    fix: `pass the one with the hosts alone, terraform output -json NAME, or call it ${OUTPUT}.`,
  });
  return undefined;
}

/** The field `value` of an output; nothing where the mapping is no output. */
function valueOf(map: YAMLMap, reader: Reader): Field | undefined {
  const fields = fieldsOf(map, reader);
  if (!fields.every(({ key }) => OUTPUT_KEYS.includes(key))) return undefined;
  return fields.find(({ key }) => key === 'value');
}

function outputIn({ value }: Field, reader: Reader): Field | undefined {
  return isMap(value) ? valueOf(value, reader) : undefined;
}

function isSensitive(output: YAMLMap): boolean {
  const sensitive = output.get('sensitive', true);
  return isScalar(sensitive) && sensitive.value === true;
}
