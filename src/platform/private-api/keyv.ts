/** What is used of `keyv` 5 that its documentation does not promise: how it writes a key into its store. */
export function keyInStore(namespace: string, key: string): string {
  return `${namespace}:${key}`;
}
