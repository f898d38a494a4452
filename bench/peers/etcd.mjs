// etcd, as a registry of leases: an agent is a key, it is alive as long as it renews its lease. Over etcd's HTTP gateway.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AGENT, http } from '../load/requests.mjs';
import { openLoop } from '../load/open-loop.mjs';

const READY_WITHIN_MS = 10_000;
const base64 = (text) => Buffer.from(text).toString('base64');

/** Starts an etcd of one node with durable commits, as it is by default, and gives it a lease and a key for each of the ids. */
export async function startEtcd(directory, ids) {
  const [url, peerUrl] = (await freePorts(2)).map((port) => `http://127.0.0.1:${port}`);
  const options = {
    'data-dir': join(directory, 'etcd'),
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
    logger: 'zap',
    'log-level': 'error',
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const child = spawn('etcd', args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await Promise.race([ready(url), ended.then(([code]) => Promise.reject(new Error(`etcd ended with ${code}`)))]);
    for (const requests of [grants(url, ids), puts(url, ids)])
      await openLoop({ url, requests, count: requests.length, rate: Infinity });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: child.pid, stop };
}

/** Renewals of the leases: what a heartbeat is in etcd. */
export const keepAlives = (url, ids) =>
  ids.map((_, n) => http(url, 'POST', '/v3/lease/keepalive', `{"ID":"${n + 1}"}`));

/** Reads of the keys by name. */
export const ranges = (url, ids) => ids.map((id) => http(url, 'POST', '/v3/kv/range', `{"key":"${base64(id)}"}`));

const grants = (url, ids) => ids.map((_, n) => http(url, 'POST', '/v3/lease/grant', `{"ID":"${n + 1}","TTL":"86400"}`));

const puts = (url, ids) =>
  ids.map((id, n) => {
    const value = base64(JSON.stringify({ ...AGENT, id, status: 'active' }));
    return http(url, 'POST', '/v3/kv/put', `{"key":"${base64(id)}","value":"${value}","lease":"${n + 1}"}`);
  });

async function ready(url) {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await delay(50);
  }
  throw new Error('etcd was not ready in time');
}

/** Ports that were free a moment ago; all held until the last is found, so that they differ. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
