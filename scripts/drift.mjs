// Do the entities and the migrations describe one schema? Migrates an empty database and asks TypeORM what it would change.
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled } from './lib/prepare.mjs';

await ensureInstalled();
await ensureBuilt();

const require = createRequire(import.meta.url);
const dist = fileURLToPath(new URL('../dist', import.meta.url));
require('reflect-metadata');
const { DataSource } = require('typeorm');
const { EmbeddedPostgres } = require(join(dist, 'platform/database/embedded/embedded-postgres.js'));
const { dataSourceOptions, migrate } = require(join(dist, 'platform/database/data-source.js'));

const directory = mkdtempSync(join(tmpdir(), 'agent-registry-drift-'));
chmodSync(directory, 0o711); // as root, PostgreSQL runs under another account
let server;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void cleanUp().then(() => process.exit(1)));
try {
  server = await EmbeddedPostgres.start({ directory, settings: { fsync: 'off' }, log: () => undefined });
  const changes = await differences(server.url);
  if (changes.length > 0) {
    console.error(
      'The entities want a schema that the migrations do not make. Write a migration, or correct the entity:\n',
    );
    for (const change of changes) console.error(`  ${change};`);
    process.exitCode = 1;
  }
} finally {
  await cleanUp();
}

async function cleanUp() {
  await server?.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

async function differences(url) {
  await migrate(url);
  const dataSource = new DataSource({ ...dataSourceOptions(url), entities: [join(dist, '**/*.entity.js')] });
  await dataSource.initialize();
  try {
    if (dataSource.entityMetadatas.length === 0)
      throw new Error('no entity found in dist/: has *.entity.ts been renamed?');
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  } finally {
    await dataSource.destroy();
  }
}
