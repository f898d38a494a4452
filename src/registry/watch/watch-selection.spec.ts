import type { AgentEvent } from '../../events/agent-event';
import type { AgentEntity } from '../agent.entity';
import type { AgentCriteria } from '../search/agent-criteria';
import { agentFilter } from '../search/filter-expression';
import { mayHaveSent } from './watch-selection';

const NONE: AgentCriteria = { types: [], statuses: [], categories: [], capabilities: [], metadata: [] };
const where = (text: string): AgentCriteria => ({ ...NONE, where: agentFilter(text) });
const MINE = where('agent.type == "mine"');
const ACTIVE = where('agent.status == "active"');
const TEAM = where('agent.metadata.team == "data"');
const agent = (fields: Partial<AgentEntity> = {}): AgentEntity =>
  ({ id: 'a', name: 'n', type: 'mine', status: 'active', generation: 2, metadata: {}, ...fields }) as AgentEntity;
const event = (fields: Partial<AgentEvent>, data: object = {}): AgentEvent =>
  ({ type: 'updated', from: null, to: null, ...fields, data: { generation: 2, ...data } }) as AgentEvent;
const typed = (from: string, data: object = {}): AgentEvent =>
  event({}, { changed: ['type'], changes: { type: { from } }, ...data });

describe('mayHaveSent', () => {
  it.each<[string, ReturnType<typeof mayHaveSent>, AgentCriteria, AgentEvent[], AgentEntity | undefined]>([
    ['an agent that was not known before', 'no', NONE, [event({ type: 'registered' })], agent()],
    ['any other agent, for a token that is for all', 'yes', NONE, [event({})], undefined],
    ['one of which nothing changed that the token asks for', 'yes', MINE, [event({})], agent()],
    ['the same, outside', 'no', MINE, [event({})], agent({ type: 'foreign' })],
    ['one that was inside', 'yes', MINE, [typed('mine')], agent({ type: 'foreign' })],
    ['one that was outside', 'no', MINE, [typed('strange')], agent({ type: 'foreign' })],
    ['one that was inside, two changes ago', 'yes', MINE, [typed('mine'), typed('x')], agent({ type: 'foreign' })],
    ['one that was outside, two changes ago', 'no', MINE, [typed('x'), typed('mine')], agent({ type: 'foreign' })],
    ['one that another status kept inside', 'yes', ACTIVE, [event({ from: 'active' })], agent({ status: 'unhealthy' })],
    [
      'one that another status kept outside',
      'no',
      ACTIVE,
      [event({ from: 'inactive' })],
      agent({ status: 'unhealthy' }),
    ],
    ['a deregistered one', 'yes', MINE, [event({ from: 'active' })], agent({ deregisteredAt: new Date(0) })],
    ['one whose tombstone is gone', 'unknown', MINE, [event({})], undefined],
    ['one whose record is newer than its events', 'unknown', MINE, [event({})], agent({ generation: 3 })],
    ['one that was registered again with another value', 'unknown', MINE, [event({}, { changed: ['type'] })], agent()],
    ['the same with a value that is not asked for', 'yes', MINE, [event({}, { changed: ['name'] })], agent()],
    [
      'one whose metadata changed, of which secrets are not in the event',
      'unknown',
      TEAM,
      [event({}, { changed: ['metadata'], changes: { metadata: { from: {} } } })],
      agent(),
    ],
  ])('%s: %s', (_, verdict, criteria, events, now) => {
    expect(mayHaveSent(criteria, events, now)).toBe(verdict);
  });
});
