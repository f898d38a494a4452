import { statusAfterSilence, type Silence } from './silence';

describe('statusAfterSilence', () => {
  const silence: Silence = { status: 'active', enabled: true, silentFor: 0, timeout: 30, inactiveAfter: 300 };

  it.each<[Partial<Silence>, string | undefined]>([
    [{ silentFor: 0 }, undefined],
    [{ silentFor: 30 }, undefined],
    [{ silentFor: 30.001 }, 'unhealthy'],
    [{ silentFor: 100_000 }, 'unhealthy'], // one step at a time
    [{ silentFor: 31, timeout: 90 }, undefined],
    [{ silentFor: 91, timeout: 90 }, 'unhealthy'],
    [{ silentFor: 100_000, enabled: false }, undefined],
    [{ status: 'unhealthy', silentFor: 31 }, undefined],
    [{ status: 'unhealthy', silentFor: 300 }, undefined],
    [{ status: 'unhealthy', silentFor: 301 }, 'inactive'],
    [{ status: 'unhealthy', silentFor: 301, timeout: 600 }, undefined],
    [{ status: 'unhealthy', silentFor: 601, timeout: 600 }, 'inactive'],
    [{ status: 'unhealthy', silentFor: 100_000, enabled: false }, undefined],
    [{ status: 'inactive', silentFor: 100_000 }, undefined],
    [{ status: 'maintenance', silentFor: 100_000 }, undefined],
    [{ status: 'deregistered', silentFor: 100_000 }, undefined],
  ])('of %j is %s', (what, status) => {
    expect(statusAfterSilence({ ...silence, ...what })).toBe(status);
  });
});
