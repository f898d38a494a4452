/** Something that an agent can do, said so that others can choose by it and call it. */
export interface AgentSkill {
  /** Unique among the agent's skills; counts as a capability as well. */
  id: string;
  name?: string;
  description?: string;
  /** A semantic version; without one, the skill has the agent's. */
  version?: string;
  tags?: string[];
  /** Media types that it takes. */
  input_modes?: string[];
  /** Media types that it gives. */
  output_modes?: string[];
  /** JSON Schemas (2020-12). */
  input_schema?: Record<string, unknown>;
  output_schema?: Record<string, unknown>;
  examples?: string[];
}

/** Other agents that an agent needs, as a selector; whether there are any is asked when it matters. */
export interface AgentDependency {
  name?: string;
  agent?: string;
  capability?: string;
  skill?: string;
  version?: string;
  filter?: string;
  /** Whether the agent can do nothing without it. */
  required: boolean;
  /** How many there must be. */
  min: number;
}
