// Who is compared: the service and its plain lane, the bare server, etcd, and whatever `--peer` names; the first three also on
// the machine's own Node. All stand side by side for the whole comparison and are idle while another one is measured.
import { startEtcd, keepAlives, ranges } from './peers/etcd.mjs';
import { openLoop } from './load/open-loop.mjs';
import { heartbeats, reads, registration } from './load/requests.mjs';
import { startBareServer, startService } from './service.mjs';

export const SERVICE = 'service';
export const PLAIN = 'service, plain NestJS lane';
export const BARE = 'bare node:http';
export const ETCD = 'etcd';

/** Nobody is silent for so long in a benchmark: the sweep finds nothing to do, and revives do not blur the figures. */
export const QUIET = { HEARTBEAT_TIMEOUT_SECONDS: '86400' };

/** What a contender is asked, where that is not what the contract says. */
const CONTRACT = { heartbeats, reads };
const ETCDS = { heartbeats: keepAlives, reads: ranges };

/** Whether it answers all that the contract has; the others know heartbeats and reads only. */
export const speaksContract = ({ kind }) => kind === 'service' || kind === 'peer';

const LANES = { [SERVICE]: 'on', [PLAIN]: 'off' };

/** Starts one after the other what the functions start, and stops all in the end; also when one of them fails. */
export class Contenders {
  all = [];

  /** The service's lanes named, on Node 24 and on the machine's own. */
  async startServices(fleet, directory, names, own) {
    for (const name of names)
      await this.onEachNode(name, own, (path) =>
        startService(fleet.url, directory, { ...QUIET, HOT_LANE: LANES[name] }, path),
      );
  }

  async startBare(agents, own) {
    await this.onEachNode(BARE, own, (path) => startBareServer(agents, path));
  }

  async startEtcd(directory, ids) {
    this.add({ name: ETCD, kind: 'etcd', runtime: '–', ...(await startEtcd(directory, ids)), requests: ETCDS });
  }

  /** Servers that run already: `ids` are registered with them first. */
  async addPeers(peers, ids) {
    for (const [name, url] of Object.entries(peers)) {
      const requests = ids.map((id) => registration(url, id));
      await openLoop({ url, requests, count: ids.length, rate: Infinity, connections: 16 });
      this.add({ name, kind: 'peer', runtime: '?', url, requests: CONTRACT, stop: async () => undefined });
    }
  }

  async stop() {
    for (const { stop } of this.all.splice(0).reverse()) await stop();
  }

  async onEachNode(name, own, start) {
    const runtimes = [{ path: process.execPath, version: process.versions.node }, ...(own ? [own] : [])];
    for (const runtime of runtimes) {
      const server = await start(runtime.path);
      const kind = name === BARE ? 'bare' : 'service';
      this.add({ name, kind, runtime: runtime.version, isOwn: runtime === own, ...server, requests: CONTRACT });
    }
  }

  add(contender) {
    this.all.push(contender);
  }
}
