import { isSecret } from '../../platform/common/secrets';
import { CREDENTIALS_IN_TEXT } from '../filter-sight';
import type { FilterNode } from '../filter-tree';
import type { FilterSqlOptions } from './filter-sql-options';

/** What a caller may find out who does not see the secrets of all agents, as conditions of SQL. */
export class SecretGuard {
  constructor(
    private readonly options: FilterSqlOptions,
    /** Of the element that a macro looks at. */
    private readonly isLocalGuarded: (local: string) => boolean,
  ) {}

  /** Whether the caller sees a member only of agents whose secrets they see, or only if it is a number. */
  isHiddenKey(of: FilterNode, key: string): boolean {
    return this.isGuarded(of) && isSecret(key, 'x');
  }

  /** When the caller sees such a member. */
  visibility(key: string, member: string): string {
    const { seesSecrets } = this.options;
    if (isSecret(key, 0)) return seesSecrets!;
    return `(${seesSecrets} OR jsonb_typeof(${member}) IN ('number', 'boolean')
             OR (jsonb_typeof(${member}) = 'string' AND (${member} #>> '{}') ~ '^(-?[0-9]{1,15}(\\.[0-9]{1,15})?|true|false)$'))`;
  }

  /** Whether the value may hold what the caller must not see. */
  isGuarded(node: FilterNode): boolean {
    if (this.options.seesSecrets === undefined) return false;
    switch (node.kind) {
      case 'name':
        return node.name.hasSecrets === true;
      case 'local':
        return this.isLocalGuarded(node.local);
      case 'member':
      case 'element':
        return this.isGuarded(node.of);
      case 'conditional':
        return this.isGuarded(node.ifTrue) || this.isGuarded(node.ifFalse);
      case 'list':
        return node.items.some((item) => this.isGuarded(item));
      default:
        return false;
    }
  }

  /** Whether everybody may compare a JSON value with another one. */
  isOpen(json: string): string {
    const credentials = this.options.parameter(CREDENTIALS_IN_TEXT, 'text');
    return `(CASE jsonb_typeof(${json}) WHEN 'object' THEN false WHEN 'array' THEN false
                  WHEN 'string' THEN (${json} #>> '{}') !~* ${credentials} ELSE true END)`;
  }

  /** Whether a JSON value, that of the node, is of a kind and may be looked into. */
  isOfKind(json: string, kind: string, node: FilterNode): string {
    const isKind = `jsonb_typeof(${json}) = '${kind}'`;
    if (kind !== 'string' || !this.isGuarded(node)) return isKind;
    const credentials = this.options.parameter(CREDENTIALS_IN_TEXT, 'text');
    return `(${isKind} AND (${this.options.seesSecrets} OR (${json} #>> '{}') !~* ${credentials}))`;
  }
}
