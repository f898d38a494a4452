import { statusAfterSilence, type Silence } from './silence';

describe('statusAfterSilence', () => {
  const silence: Silence = {
    status: 'active',
    enabled: true,
    silentFor: 0,
    vanishedFor: null,
    timeout: 30,
    inactiveAfter: 300,
  };

  it.each<[Partial<Silence>, string | undefined]>([
    [{ silentFor: 0 }, undefined],
    [{ silentFor: 30 }, undefined],
    [{ silentFor: 30.001 }, 'unhealthy'],
    [{ silentFor: 100_000 }, 'unhealthy'], // one step at a time
    [{ silentFor: 31, timeout: 90 }, undefined],
    [{ silentFor: 91, timeout: 90 }, 'unhealthy'],
    [{ silentFor: 100_000, enabled: false }, undefined],
    [{ silentFor: 40, vanishedFor: 35 }, undefined], // the replica that vanished may have acknowledged beats for 15 s more
    [{ silentFor: 50, vanishedFor: 45 }, undefined],
    [{ silentFor: 50, vanishedFor: 45.001 }, 'unhealthy'],
    [{ silentFor: 31, vanishedFor: 1_000 }, 'unhealthy'],
    [{ silentFor: 29, vanishedFor: 1_000 }, undefined],
    [{ silentFor: 140, vanishedFor: 134, timeout: 90 }, undefined],
    [{ silentFor: 140, vanishedFor: 136, timeout: 90 }, 'unhealthy'],
    [{ status: 'unhealthy', silentFor: 400, vanishedFor: 315 }, undefined],
    [{ status: 'unhealthy', silentFor: 400, vanishedFor: 316 }, 'inactive'],
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
