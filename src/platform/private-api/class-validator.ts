import { getMetadataStorage } from 'class-validator';

/**
 * What is used of `class-validator` 0.15 that its documentation does not promise: the list of a class's fields that have a rule.
 * A set, so that `constructor` or `__proto__` are no way in.
 */
export function fieldsWithRules(type: new () => object): Set<string> {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return new Set(metadata.map(({ propertyName }) => propertyName));
}
