/** One option of a command. The parser, the help and the completions are all made from these. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help. Without it the option is a switch. */
  readonly value?: string;
  readonly help: string;
  /** May be given any number of times. */
  readonly repeatable?: true;
  /** The only values that there are. */
  readonly choices?: readonly string[];
  /** The value is a number within these bounds. */
  readonly number?: { readonly min: number; readonly max?: number; readonly whole?: true };
  /** The value is written `name=value`. */
  readonly pair?: true;
  /** The value names a file. */
  readonly file?: true;
}

/** What a command takes beside its options. */
export interface Operand {
  readonly name: string;
  readonly optional?: true;
  readonly choices?: readonly string[];
  readonly file?: true;
}
