/**
 * Numbers that look random and are the same again for the same seed. The generator is mulberry32 by Tommy Ettinger (public
 * domain): 32 bits of state, more than enough to decide what a test does next.
 */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, at least `least` and at most `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)]!;
  }

  /** The same items in another order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const left = [...items];
    return items.map(() => left.splice(Math.floor(this.next() * left.length), 1)[0]!);
  }

  /** A key of `weights`, each as often as its weight says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const keys = Object.keys(weights) as Key[];
    const total = keys.reduce((sum, key) => sum + weights[key], 0);
    let left = this.next() * total;
    return keys.find((key) => (left -= weights[key]) < 0) ?? keys.at(-1)!;
  }

  /** Another generator, for somebody whose pace must not change what this one gives to others. */
  fork(): Random {
    return new Random(this.next() * 2 ** 32);
  }
}
