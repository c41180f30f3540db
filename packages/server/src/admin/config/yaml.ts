// A config as YAML: what `weir.yaml` would hold, without comments.
import { stringify } from 'yaml'

/** Reads back equal, also by readers of YAML 1.1, to whom `on` is no text. Long texts are not folded. */
export function writeYaml(config: object): string {
  return stringify(config, { aliasDuplicateObjects: false, compat: 'yaml-1.1', lineWidth: 0 })
}
