import { BeatingFleet, defineFleet } from '../support/beating-fleet';
import { freezePostgres, thawPostgres } from '../support/postgres-processes';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { until } from '../support/until';

const TIMEOUT = 4;
/** Too few for self-preservation, which would hide a false death. */
const FLEET = 40;

interface Watched {
  /** The service that runs now. */
  service: () => ServiceProcess;
  /** Starts it anew once it has ended; the agents go on with the new one. */
  startAgain: () => Promise<void>;
  fleet: BeatingFleet;
  postmaster: number;
}

/** The trouble is the registry's own: not one agent that goes on beating may be declared unhealthy for it. */
describe('No agent that beats dies', () => {
  afterAll(() => ServiceProcess.killAll());

  // Each has a service and a PostgreSQL of its own, and mostly waits: so all at the same time.
  it.concurrent.each<[string, (watched: Watched) => Promise<void>]>([
    [
      'of a restart',
      async ({ service, startAgain }) => {
        await service().stop();
        await startAgain();
      },
    ],
    [
      'while the service is down for three timeouts',
      async ({ service, fleet, startAgain }) => {
        await service().stop();
        await fleet.sends(3 * TIMEOUT);
        await startAgain();
      },
    ],
    [
      'while the service is paused for two timeouts',
      async ({ service, fleet }) => {
        const { pid } = service();
        process.kill(pid, 'SIGSTOP');
        await fleet.sends(2 * TIMEOUT).finally(() => process.kill(pid, 'SIGCONT'));
      },
    ],
    [
      'while PostgreSQL hangs for two timeouts, and every beat is answered',
      async ({ fleet, postmaster }) => {
        freezePostgres(postmaster);
        await fleet.sends(2 * TIMEOUT).finally(() => thawPostgres(postmaster));
        expect(fleet.unanswered).toBe(0);
      },
    ],
  ])(
    '%s',
    async (_, trouble) => {
      const data = temporaryDataDirectory();
      const start = (): Promise<ServiceProcess> =>
        ServiceProcess.start({
          env: {
            DATA_DIR: data.path,
            HEARTBEAT_TIMEOUT_SECONDS: String(TIMEOUT),
            HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1',
          },
        });
      let service = await start();
      const ids = await defineFleet(service.url, FLEET + 1);
      const fleet = new BeatingFleet(service.url, ids);
      const postmaster = data.postmaster()!;
      try {
        await fleet.gets(TIMEOUT, 20); // and so the sweep has run
        await trouble({
          service: () => service,
          startAgain: async () => {
            service = await start();
            fleet.moveTo(service.url);
          },
          fleet,
          postmaster,
        });
        // When the registry finds an agent that really falls silent, it has judged all the others as well.
        const dead = ids.at(-1)!;
        fleet.silence([dead]);
        await until('the silent agent is unhealthy', 2 * TIMEOUT + 15, async () =>
          (await eventsOf(service, dead)).includes('active → unhealthy'),
        );
        await fleet.gets(1, 60);
        const alive = await Promise.all(ids.slice(0, FLEET).map((id) => eventsOf(service, id)));
        expect(alive.filter((events) => events.includes('active → unhealthy'))).toEqual([]);
        expect(fleet.refused.filter((answer) => !isUnkept(answer))).toEqual([]);
        expect((await service.stop()).code).toBe(0);
      } finally {
        await fleet.stop();
        await killed(service);
        data.remove();
      }
    },
    90_000,
  );
});

/** A replica that could not write for half a timeout takes no beats, and says so. */
function isUnkept(answer: string): boolean {
  return answer.startsWith('503: ') && answer.includes('store_unavailable');
}

async function killed(service: ServiceProcess): Promise<void> {
  try {
    await service.stop('SIGKILL');
  } catch {
    // it had ended already
  }
}

/** What became of an agent: `from → to` for every change of its status. Nothing while the registry cannot tell. */
async function eventsOf(service: ServiceProcess, id: string): Promise<string[]> {
  const answer = await fetch(`${service.url}/agents/${id}/events`);
  const { events = [] } = (await answer.json()) as { events?: { from?: string; to?: string }[] };
  return events.map(({ from, to }) => `${from} → ${to}`);
}
