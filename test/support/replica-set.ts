import { ServiceProcess } from './service-process';

/** Replicas of the service as processes of their own, each of which can be ended and started again. */
export class ReplicaSet {
  private readonly processes: (ServiceProcess | undefined)[] = [];

  private constructor(private readonly env: Record<string, string>) {}

  /** Waits until all of them are ready. */
  static async start(count: number, env: Record<string, string>): Promise<ReplicaSet> {
    const set = new ReplicaSet(env);
    set.processes.push(...(await Promise.all(Array.from({ length: count }, () => ServiceProcess.start({ env })))));
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
    await this.processes[replica]!.stop(signal);
    this.processes[replica] = undefined;
    this.processes[replica] = await ServiceProcess.start({ env: this.env });
  }
}
