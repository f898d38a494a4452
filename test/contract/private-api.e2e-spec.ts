import { Pool } from 'pg';
import { createClient } from 'redis';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/platform/database/data-source';
import { redisStoreOf } from '../../src/platform/private-api/cache-manager-redis-yet';
import { announcedProcess } from '../../src/platform/private-api/pg';
import { connectionOf, poolOf } from '../../src/platform/private-api/typeorm';
import { RedisProcess } from '../support/redis-process';
import { createTestDatabase } from '../support/test-database';

describe('The private API of packages', () => {
  it('typeorm: the pool of a data source, and the connection of a query runner', async () => {
    const database = await createTestDatabase();
    const dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
    const pool = poolOf(dataSource);
    expect(pool).toBeInstanceOf(Pool);
    expect(pool.options.max).toBe(12);
    const runner = dataSource.createQueryRunner();
    const connection = await connectionOf(runner);
    const [row] = (await runner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
    expect((await connection.query('SELECT pg_backend_pid() AS pid')).rows).toEqual([row]);
    expect(announcedProcess(connection)).toBe(row!.pid);
    expect(pool.totalCount - pool.idleCount).toBe(1);
    await runner.release();
    await dataSource.destroy();
    await database.drop();
  });

  it('cache-manager-redis-yet: a store on a client of ours', async () => {
    const redis = await RedisProcess.start();
    const client = createClient({ url: redis.url });
    client.on('error', () => undefined);
    await client.connect();
    const store = redisStoreOf(client);
    await store.set('a:1', { value: 1 }, 60_000);
    await store.mset([['a:2', { value: 2 }]], 60_000);
    expect(await store.mget('a:1', 'a:2', 'a:3')).toEqual([{ value: 1 }, { value: 2 }, undefined]);
    expect([...(await store.keys('a:*'))].sort()).toEqual(['a:1', 'a:2']);
    expect(await store.ttl('a:1')).toBeGreaterThan(1_000); // milliseconds
    await store.del('a:1');
    await store.mdel('a:2');
    expect(await store.get('a:1')).toBeUndefined();
    expect(await client.keys('*')).toEqual([]);
    await client.disconnect();
    await redis.kill();
  });
});
