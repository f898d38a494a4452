/** The exit codes of every command; `sidecar` also gives those of the command that it runs. */
export const EXIT = {
  ok: 0,
  /** The registry said no, or is not healthy; or the output could not be written. */
  refused: 1,
  /** The command line, or a file that it names, is wrong; nothing was sent. */
  usage: 2,
  /** No answer, or one that says to come again later (429, 502, 503, 504). */
  unreachable: 3,
  /** There is no such agent, or not any more. */
  notFound: 4,
  /** A defect of this program. */
  defect: 70,
  /** `sidecar`: the command is there and cannot be run (as in shells, env and timeout). */
  cannotExecute: 126,
  /** `sidecar`: there is no such command. */
  commandNotFound: 127,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
