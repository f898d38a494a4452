import type { FieldError } from './domain-error';

/** Containers inside containers that any request may hold; fields have tighter limits of their own. */
export const MAX_DEPTH = 32;

/** `parent.key`, `parent[3]`, or `parent["odd key"]`. */
export function fieldPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  if (!/^[\w$-]+$/.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent ? `${parent}.${key}` : key;
}

/** What keeps a string out of PostgreSQL, or nothing. */
export function unstorable(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain the NUL character';
  if (!text.isWellFormed()) return 'must not contain unpaired surrogates';
  return undefined;
}

/**
 * Finds what a JSON value holds that cannot be kept exactly: NUL and unpaired surrogates (PostgreSQL refuses them),
 * numbers beyond a double's range, nesting beyond any use. Walks without recursion, so that depth cannot harm it.
 */
export function jsonViolations(root: unknown): FieldError[] {
  if (isSound(root, 0)) return [];
  const violations: FieldError[] = [];
  const pending: { value: unknown; path: string; depth: number }[] = [{ value: root, path: '', depth: 0 }];
  const report = (field: string, message: string | undefined): void => {
    if (message) violations.push({ field, message });
  };
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'string') report(path, unstorable(value));
    else if (typeof value === 'number' && !Number.isFinite(value)) report(path, 'must be a finite number');
    else if (typeof value !== 'object' || value === null) continue;
    else if (depth >= MAX_DEPTH) report(path, `must not be nested more than ${MAX_DEPTH} deep`);
    else if (Array.isArray(value)) {
      value.forEach((item, index) => pending.push({ value: item, path: fieldPath(path, index), depth: depth + 1 }));
    } else {
      for (const [key, item] of Object.entries(value)) {
        const at = fieldPath(path, key);
        const keyViolation = unstorable(key);
        if (keyViolation) report(at, `has a name that ${keyViolation}`);
        else pending.push({ value: item, path: at, depth: depth + 1 });
      }
    }
  }
  return violations.reverse();
}

/** Whether {@link jsonViolations} has nothing to find, which is so as a rule and told without writing any path down. */
function isSound(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return unstorable(value) === undefined;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isSound(item, depth + 1));
  for (const key in value)
    if (unstorable(key) !== undefined || !isSound((value as Record<string, unknown>)[key], depth + 1)) return false;
  return true;
}

/** Levels of containers: 0 for a scalar, 1 for `{}`, 2 for `{"a":{}}`. The value was parsed from JSON, so it has no cycle. */
export function jsonDepth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((deepest, item) => Math.max(deepest, jsonDepth(item)), 0);
}
