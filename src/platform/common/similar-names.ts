/**
 * Of names that mean nothing here, those that are one typing error away from a name that does: a character too many, one
 * missing, one wrong, or two swapped. Each with the name that may be meant.
 */
export function similarNames(names: readonly string[], known: readonly string[]): { name: string; meant: string }[] {
  return names
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = known.find((each) => isOneErrorAway(name, each));
      return meant === undefined ? [] : [{ name, meant }];
    });
}

function isOneErrorAway(name: string, known: string): boolean {
  let start = 0;
  while (start < name.length && name[start] === known[start]) start++;
  const [rest, expected] = [name.slice(start), known.slice(start)];
  return (
    rest.slice(1) === expected ||
    rest === expected.slice(1) ||
    rest.slice(1) === expected.slice(1) ||
    (rest[0] === expected[1] && rest[1] === expected[0] && rest.slice(2) === expected.slice(2))
  );
}

/** The known name that a name is one typing error away from, capitals aside. */
export function similarName(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  return known.find(
    (each) => each !== name && (each.toLowerCase() === lower || isOneErrorAway(lower, each.toLowerCase())),
  );
}
