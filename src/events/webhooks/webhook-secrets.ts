/** What the secrets of a webhook are sealed for: they open in no other row. */
export function secretPurpose(id: string): string {
  return `webhook ${id} secret`;
}

export function headersPurpose(id: string): string {
  return `webhook ${id} headers`;
}
