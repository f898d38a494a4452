import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import type { Configuration } from '../platform/config/configuration';
import { commandOptions } from '../platform/database/data-source';
import { EmbeddedPostgres } from '../platform/database/embedded/embedded-postgres';
import { errorMessage } from '../platform/observability/error-message';
import { BackupError } from './backup.error';

const ENTITIES = join(__dirname, `../**/*.entity.${__filename.endsWith('.ts') ? 'ts' : 'js'}`);

/**
 * Tables whose rows are of a running service and not of its agents. They are in no backup, and a restored database has them as its
 * migrations make them: the sweep has not run and nobody was heard, so each agent gets its whole timeout again; no replica is there; the
 * timeline is a new one, and so are the epochs of the event log.
 */
const OF_THE_RUN = [
  'replicas',
  'heartbeat_sweep',
  'preserved_groups',
  'database_timeline',
  'event_log_epochs',
  'event_log_horizon',
];

/** The database that `npm start` would use, for a command beside the service. */
export class RegistryDatabase {
  private constructor(
    readonly description: string,
    readonly url: string,
    readonly source: DataSource,
    private readonly server: EmbeddedPostgres | undefined,
  ) {}

  /**
   * Opens it; an embedded one is started when it is not running, and stopped by {@link close} unless others use it by then. With
   * `mustExist` an embedded one is not made when there is none.
   * @throws BackupError when it cannot be opened
   */
  static async open(
    { DATABASE_URL, DATA_DIR }: Configuration,
    { as, mustExist }: { as: 'backup' | 'restore'; mustExist: boolean },
  ): Promise<RegistryDatabase> {
    const description = describe(DATABASE_URL, DATA_DIR);
    const isMissing = DATABASE_URL === undefined && mustExist && !EmbeddedPostgres.exists(DATA_DIR);
    if (isMissing) throw new BackupError(`there is no database under ${DATA_DIR}: set DATA_DIR or DATABASE_URL`);
    let server: EmbeddedPostgres | undefined;
    try {
      if (!DATABASE_URL) server = await EmbeddedPostgres.start({ directory: DATA_DIR, log: () => undefined });
      const url = DATABASE_URL ?? server!.url;
      const source = new DataSource({ ...commandOptions(url, `agent-registry ${as}`), entities: [ENTITIES] });
      return new RegistryDatabase(description, url, await source.initialize(), server);
    } catch (error) {
      await server?.stop();
      throw new BackupError(`cannot open the ${description}: ${errorMessage(error)}`, { cause: error });
    }
  }

  /** A connection by itself, for what is not TypeORM's. {@link close} does not wait for it. */
  async connect(): Promise<Client> {
    const { applicationName } = this.source.options as PostgresDataSourceOptions;
    const client = new Client({ connectionString: this.url, application_name: applicationName, keepAlive: true });
    client.on('error', () => undefined); // whoever uses it is told as well
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    await this.source.destroy();
    await this.server?.stop();
  }

  /** The tables of the registry, as this release knows them, by name. */
  get tables(): string[] {
    return this.source.entityMetadatas.map(({ tableName }) => tableName).sort();
  }

  /** One of the migrations that this release does not know; undefined when it knows all of them. */
  newerThanThis(migrations: readonly string[]): string | undefined {
    const known = new Set(this.source.migrations.map(({ name, constructor }) => name ?? constructor.name));
    return migrations.find((migration) => !known.has(migration));
  }

  /** Those of them whose rows are in a backup. */
  get kept(): string[] {
    return this.tables.filter((table) => !OF_THE_RUN.includes(table));
  }
}

/** Never the whole URL: it may hold a password. */
function describe(url: string | undefined, directory: string): string {
  if (url === undefined) return `embedded database under ${directory}`;
  const { host, pathname } = new URL(url);
  return `database ${host}${pathname}`;
}
