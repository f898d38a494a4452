/**
 * Published in this process when agents may have changed elsewhere: on another replica, or in the database without this one.
 * It may come twice, and for changes of this replica too: whoever remembers something of these agents forgets it.
 */
export class AgentsInvalidated {
  static readonly topic = 'agents.touched';

  constructor(readonly ids: readonly string[]) {}
}
