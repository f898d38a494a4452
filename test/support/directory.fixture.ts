import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A made-up directory with a bit of everything: 5 rows, 4 agents, nothing wrong with it. */
export const SMALL_DIRECTORY = `agent_id,agent_name,role,type,category,version,capabilities,endpoints,status,purpose,depends_on_agents
planner,Planner,Micro Agent,Agent,Ops,1.0,plan;act,http=http://planner.example.com:1,Planned,"Plans,
and says ""so""",R&D Scout; live
,Night Watch,Board Policy,,,,watch,,,,
planner,Other name,,,Other,,act;learn,,,Ignored,
R&D Scout,R&D Scout,Micro Agent,Agent,Research,,,,,,
live,Live one,Micro Agent,Agent,Ops,,,,,,
`;

/** Rows on their own or together with {@link SMALL_DIRECTORY}: one is fine, the others break in a different way each. */
export const BROKEN_ROWS = [
  'fine,Fine,Micro Agent,Agent,,,,,,,',
  'short,Short,Micro Agent',
  ',,Micro Agent,Agent,,,,,,,',
  'odd,O"d"d,Micro Agent,Agent,,,,,,,',
  'nowhere,Nowhere,Micro Agent,Agent,,,,not an endpoint,,,',
  'relative,Relative,Micro Agent,Agent,,,,http=/not/absolute,,,',
  'R D Scout,Collides with R&D Scout,Micro Agent,Agent,,,,,,,',
  `longversion,Long version,Micro Agent,Agent,,${'1'.repeat(51)},,,,,`,
  '',
].join('\n');

/** What {@link BROKEN_ROWS} of a file are refused for, when they come right after {@link SMALL_DIRECTORY}. */
export const BROKEN_ROW_REASONS = [
  { lines: [9], code: 'broken_row', field: '' },
  { lines: [10], code: 'unusable_row', field: 'agent_id' },
  { lines: [11], code: 'broken_row', field: '' },
  { lines: [12], code: 'unusable_row', field: 'endpoints' },
  { lines: [13], code: 'validation_failed', field: 'endpoints.http' },
  { lines: [14], code: 'id_collision', field: 'agent_id' },
  { lines: [15], code: 'validation_failed', field: 'version' },
];

/**
 * The real directory, which is not part of the repository: `AGENT_DIRECTORY_CSV`, else where it lies beside the checkout.
 */
export function realDirectory(): string | undefined {
  const path = process.env.AGENT_DIRECTORY_CSV ?? join(__dirname, '../../../shared/data/agent_directory.csv');
  return existsSync(path) ? resolve(path) : undefined;
}
