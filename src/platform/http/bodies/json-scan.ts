import { validationError } from '../../validation/domain-error';

/** How much structure a JSON text may have. */
export interface JsonStructure {
  /** Containers inside containers. */
  depth: number;
  /** Members or items of one container. */
  members: number;
  /** Containers in all. */
  containers: number;
  /** Values in all, as far as commas tell. */
  values: number;
}

const [OPENS, CLOSES, COMMA, QUOTE] = [1, 2, 3, 4];
const QUOTE_BYTE = 0x22;
const BACKSLASH_BYTE = 0x5c;
const KINDS = new Uint8Array(256);
for (const byte of Buffer.from('[{')) KINDS[byte] = OPENS!;
for (const byte of Buffer.from(']}')) KINDS[byte] = CLOSES!;
KINDS[0x2c] = COMMA!;
KINDS[QUOTE_BYTE] = QUOTE!;

/**
 * Reads a JSON text byte by byte as it arrives and refuses more structure than a body may have. A parser that is given such a
 * text needs a hundred times as long for it as for a text of the same length with little structure. Whether the text is JSON is
 * for the parser to say.
 */
export class JsonScan {
  private depth = 0;
  private containers = 0;
  private values = 0;
  private inString = false;
  private isEscaped = false;
  /** Commas so far, for each container that is open. */
  private readonly commas: number[] = [0];

  constructor(private readonly allowed: JsonStructure) {}

  /**
   * Reads the next piece.
   * @throws DomainError `validation_failed`
   */
  read(piece: Uint8Array): void {
    for (let at = this.inString ? this.skipString(piece, 0) : 0; at < piece.length; at++) {
      const kind = KINDS[piece[at]!];
      if (kind === 0) continue;
      if (kind === QUOTE) at = this.skipString(piece, at + 1) - 1;
      else if (kind === OPENS) this.open();
      else if (kind === COMMA) this.count();
      else if (this.depth > 0) this.depth--;
    }
  }

  /** Gives the place after the quote that ends the string, or the end of the piece. */
  private skipString(piece: Uint8Array, from: number): number {
    let at = from;
    if (this.isEscaped) at++; // pieces are never empty
    this.isEscaped = false;
    for (; at < piece.length; at++) {
      const byte = piece[at];
      if (byte === QUOTE_BYTE) {
        this.inString = false;
        return at + 1;
      }
      if (byte === BACKSLASH_BYTE && ++at === piece.length) this.isEscaped = true;
    }
    this.inString = true;
    return piece.length;
  }

  private open(): void {
    const { depth, containers } = this.allowed;
    if (++this.depth > depth) refuse(`must not be nested more than ${depth} deep`);
    if (++this.containers > containers) refuse(`must not hold more than ${containers} objects and arrays`);
    this.commas[this.depth] = 0;
  }

  private count(): void {
    const { members, values } = this.allowed;
    if (++this.commas[this.depth]! >= members)
      refuse(`must not hold more than ${members} values in one object or array`);
    if (++this.values >= values) refuse(`must not hold more than ${values} values`);
  }
}

function refuse(message: string): never {
  throw validationError([{ field: 'body', message }]);
}
