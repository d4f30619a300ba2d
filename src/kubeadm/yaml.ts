import type { CreateNodeOptions, DocumentOptions, ParseOptions, SchemaOptions, ToStringOptions } from 'yaml';

/**
 * How YAML is written for Kubernetes' programs. Their parser (sigs.k8s.io/yaml) follows YAML 1.1, where a bare `yes` is
 * a boolean: strings that only 1.2 takes for strings are quoted. Lines are not folded.
 */
export const YAML_FOR_GO: DocumentOptions &
  SchemaOptions &
  ParseOptions &
  CreateNodeOptions &
  ToStringOptions = {
  version: '1.1',
  lineWidth: 0,
};
