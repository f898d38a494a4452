import { ServiceProcess } from '../service-process';

const START_ATTEMPTS = 20;

/** Replicas of the service as processes of their own, each of which can be ended and started again. */
export class ReplicaSet {
  /** What those left behind that ended without being told to. */
  readonly deaths: string[] = [];
  private readonly told = new Set<ServiceProcess>();
  private readonly processes: (ServiceProcess | undefined)[] = [];

  private constructor(private readonly env: Record<string, string>) {}

  /** Waits until all of them are ready. */
  static async start(count: number, env: Record<string, string>): Promise<ReplicaSet> {
    const set = new ReplicaSet(env);
    set.processes.length = count;
    await Promise.all([...set.processes.keys()].map((replica) => set.startOne(replica)));
    return set;
  }

  get count(): number {
    return this.processes.length;
  }

  /** Where a replica is; undefined while it is away, for its port may then be somebody else's. */
  url(replica: number): string | undefined {
    return this.processes[replica]?.url;
  }

  /** Ends one and starts it again, at another address; waits until it is ready. */
  async restart(replica: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ending = this.processes[replica];
    if (ending) {
      this.told.add(ending);
      await ending.stop(signal);
    }
    this.processes[replica] = undefined;
    await this.startOne(replica);
  }

  private async startOne(replica: number): Promise<void> {
    const service = await this.supervised();
    this.processes[replica] = service;
    void this.watch(replica, service);
  }

  private async watch(replica: number, service: ServiceProcess): Promise<void> {
    const { code, signal } = await service.waitForExit();
    if (this.told.has(service)) return;
    this.processes[replica] = undefined;
    const left = [...service.logs.slice(-20), service.errors].join('\n');
    this.deaths.push(`replica ${replica} ended by itself, by ${signal ?? code}:\n${left}`);
  }

  /** Like a supervisor, tries again when a start fails: a fault may have met it in the middle. */
  private async supervised(): Promise<ServiceProcess> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ServiceProcess.start({ env: this.env });
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
      }
    }
  }
}
