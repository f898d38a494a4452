import { HealthIndicatorService } from '@nestjs/terminus';
import { TestClock } from '../../../test/support/test-clock';
import { HealthChecks, type HealthCheck } from './health-checks';

const clock = new TestClock();

function checksOf(...checks: HealthCheck[]): HealthChecks {
  const all = new HealthChecks(new HealthIndicatorService(), clock);
  for (const check of checks) all.add(check);
  return all;
}

const disabled = (name: string): HealthCheck => ({ name, look: () => 'disabled' });
const up = (name: string, isVital = false): HealthCheck => ({ name, isVital, look: () => ({ isUp: true }) });
const down = (name: string, isVital = false): HealthCheck => ({ name, isVital, look: () => ({ isUp: false }) });

describe('HealthChecks', () => {
  it.each([
    ['no check at all', [], 'healthy'],
    ['all up', [up('a', true), up('b')], 'healthy'],
    ['one down that is not vital', [up('a', true), down('b')], 'degraded'],
    ['a vital one down', [down('a', true), up('b')], 'unhealthy'],
    ['one that is not configured', [up('a', true), disabled('b')], 'healthy'],
    ['both down', [down('a', true), down('b')], 'unhealthy'],
  ])('%s', async (_, checks, status) => {
    expect((await checksOf(...checks).health()).status).toBe(status);
  });

  it('shows what each check found under its name', async () => {
    const checks = checksOf({ name: 'queue', look: () => Promise.resolve({ isUp: true, details: { length: 3 } }) });
    expect(await checks.health()).toEqual({ status: 'healthy', details: { queue: { status: 'up', length: 3 } } });
  });

  it('shows what is not configured as neither up nor down', async () => {
    const { details } = await checksOf(up('a'), disabled('b')).health();
    expect(details).toEqual({ a: { status: 'up' }, b: { status: 'disabled' } });
  });

  it.each<[string, HealthCheck['look']]>([
    [
      'throws',
      () => {
        throw new Error('secret-host is gone');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret-host is gone'))],
  ])('takes a check that %s as down and tells nobody why', async (_, look) => {
    const { status, details } = await checksOf({ name: 'broken', look }).health();
    expect([status, details.broken?.status]).toEqual(['degraded', 'down']);
    expect(JSON.stringify(details)).not.toContain('secret-host');
  });

  it('takes a check that does not answer as down and tells it to end', async () => {
    let signal: AbortSignal | undefined;
    const hanging: HealthCheck = {
      name: 'hanging',
      isVital: true,
      look: (given) => {
        signal = given;
        return new Promise(() => undefined);
      },
    };
    const health = checksOf(hanging, up('fine')).health();
    await clock.advance(1);
    const { status, details } = await health;
    expect([status, details.hanging?.status, details.fine?.status]).toEqual(['unhealthy', 'down', 'up']);
    expect(signal?.aborted).toBe(true);
  });

  it('looks once for all who ask at the same time, and anew for who asks afterwards', async () => {
    let looks = 0;
    const checks = checksOf({ name: 'counted', look: async () => ({ isUp: (await Promise.resolve(++looks)) > 0 }) });
    await Promise.all(Array.from({ length: 50 }, () => checks.health()));
    expect(looks).toBe(1);
    await checks.health();
    expect(looks).toBe(2);
  });
});
